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


def test_enough_was_looked_at():
    assert sum(len(cases.met(case)) for case in cases.cases()) >= 1500
