"""The ledgers that figures are measured on are such as gates make, and questions to them are answered right."""

import pytest

from bench import ledgers
from collector.ledger import Ledger, fevers, latest, lookback, overview, runs, screenings
from collector.rules import confirmed_fever
from collector.rules.rule import RuleSettings

NOW_MS = 1_795_390_200_000
GATES = 7


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    file = tmp_path_factory.mktemp("size") / "kadian.db"
    ledgers.make(file, 40_000, GATES, NOW_MS)
    ledger = Ledger.open(f"sqlite:///{file}")
    yield ledger
    ledger.close()


def test_no_number_is_missing_and_every_row_is_a_screening(ledger):
    with ledger.read() as connection:
        last = screenings.last_position(connection)
        assert last == pytest.approx(40_000, rel=0.05)
        assert runs.gaps(connection) == {}
        some = screenings.page(connection, limit=1000)
    assert all(one.screening.temperature and one.at_ms <= NOW_MS for one in some)
    assert len({one.screening.id for one in some}) == 1000


def test_the_newest_of_each_gate_is_found_by_its_index(ledger):
    with ledger.read() as connection:
        newest = {brief.gate: brief.position for brief in latest.newest(connection)}
        expected = {
            f"g{number:05d}": screenings.page(connection, gate=f"g{number:05d}", limit=1)[0].position
            for number in range(GATES)
        }
    assert newest == expected


def test_one_in_a_hundred_is_high_and_what_became_of_it_is_known(ledger):
    found, place = [], None
    with ledger.read() as connection:
        while True:
            page, place = fevers.page(connection, 0, NOW_MS, limit=300, before=place)
            found += page
            if place is None:
                break
        counts = overview.verdicts_by_gate(connection, 0)
    total = sum(sum(of.values()) for of in counts.values())
    states = [fever.state for fever in found]
    assert len(found) == pytest.approx(total / 100, rel=0.1)
    assert 0.3 < states.count("confirmed") / len(states) < 0.5
    assert 0.3 < states.count("cleared") / len(states) < 0.5
    assert len({fever.first.id for fever in found}) == len(found)
    assert all(fever.incident for fever in found if fever.state == "confirmed")


def test_the_rules_agree_with_what_is_told_as_confirmed(ledger):
    """The list of fevers and the rule that rings read the same words."""
    with ledger.read() as connection:
        stored = lookback.received_since(connection, NOW_MS - 3 * ledgers.DAY_MS, 10**9)
        told, _ = fevers.page(connection, NOW_MS - 3 * ledgers.DAY_MS, NOW_MS, "confirmed", limit=1000)
    state, rung = confirmed_fever.State(), set()
    for one in stored:
        for finding in confirmed_fever.judge(state, one, RuleSettings(site="forehead")):
            rung.add(finding.cause)
    in_time = [fever for fever in told if fever.second.at_ms - fever.first.at_ms <= RuleSettings().confirm_within_ms]
    assert len(in_time) > 5
    assert {f"fever:{fever.first.id}" for fever in in_time} <= rung
