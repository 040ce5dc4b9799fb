import pytest

from tests.agent.codes import cases


@pytest.fixture(autouse=True)
def _beside(shared):
    assert (shared / "dcc").is_dir()


def test_every_expectation_of_the_eus_own_cases_is_met_or_explained():
    unmet = {(case.name, name) for case in cases.cases() for name, good in cases.met(case).items() if not good}
    assert unmet == set(cases.EXPLAINED)


def test_the_document_about_them_is_as_they_are():
    assert cases.document() == cases.DOCUMENT.read_text("utf-8")


def test_a_case_that_expects_nothing_wrong_is_valid_as_a_whole_unless_it_fails_what_it_does_not_ask():
    asks = {"issued_before": "EXPIRATIONCHECK", "key_usage": "KEYUSAGE", "not_expired": "EXPIRATIONCHECK"}
    for case in cases.cases():
        judged = cases.verdict(case)
        if case.expected.get("VERIFY") and all(case.expected.values()) and judged.status != "valid":
            failed = {name for name, passed in judged.checks.items() if not passed} - {"lets_pass"}
            assert not {asks[name] for name in failed} & set(case.expected), case.name
        if not case.expected.get("VERIFY", True):
            assert judged.status != "valid", case.name


def test_enough_was_looked_at():
    assert sum(len(cases.met(case)) for case in cases.cases()) >= 1500
