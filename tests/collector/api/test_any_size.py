"""The ledgers that figures are measured on are such as gates make, and questions to them are answered right."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from bench import ledgers
from bench.rollups import fill
from collector.ledger import Ledger, fevers, latest, lookback, retention, runs, screenings
from collector.rules import confirmed_fever
from collector.rules.rule import RuleSettings
from collector.series.counts import counts, totals

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
        by_gate = counts(connection, 0, None, ZoneInfo("Asia/Shanghai"))
    total = sum(sum(of.values()) for of in by_gate.values())
    states = [fever.state for fever in found]
    assert len(found) == pytest.approx(total / 100, rel=0.1)
    assert 0.3 < states.count("confirmed") / len(states) < 0.5
    assert 0.3 < states.count("cleared") / len(states) < 0.5
    assert len({fever.first.id for fever in found}) == len(found)
    assert all(fever.incident for fever in found if fever.state == "confirmed")


def test_the_rules_agree_with_what_is_told_as_confirmed(ledger):
    """The list of fevers and the rule that rings read the same words."""
    with ledger.read() as connection:
        begun = lookback.reach(connection, NOW_MS - 3 * ledgers.DAY_MS, 10**9, 10**9)
        stored = list(lookback.between(connection, begun.after, 10**9))
        told, _ = fevers.page(connection, NOW_MS - 3 * ledgers.DAY_MS, NOW_MS, "confirmed", limit=1000)
    state, rung = confirmed_fever.State(), set()
    for one in stored:
        for finding in confirmed_fever.judge(state, one, RuleSettings(site="forehead")):
            rung.add(finding.cause)
    in_time = [fever for fever in told if fever.second.at_ms - fever.first.at_ms <= RuleSettings().confirm_within_ms]
    assert len(in_time) > 5
    assert {f"fever:{fever.first.id}" for fever in in_time} <= rung


def test_no_question_reads_all_screenings(ledger):
    """SQLite tells how it would answer: a SCAN of the screenings grows with the ledger, a SEARCH does not."""
    asked = []
    event.listen(
        ledger._engine, "after_cursor_execute", lambda _c, _k, statement, values, *_: asked.append((statement, values))
    )
    zone = ZoneInfo("Asia/Shanghai")
    fill(Path(ledger.place))
    day_ms = NOW_MS - 3 * ledgers.DAY_MS
    with ledger.read() as connection:
        counts(connection, day_ms, day_ms + ledgers.DAY_MS, zone)
        counts(connection, day_ms + 12_345, None, zone)
        totals(connection, day_ms, day_ms + ledgers.DAY_MS, zone)
        runs.gaps(connection)
        latest.newest(connection)
        latest.behind(connection, 39_000, 10)
        fevers.page(connection, day_ms, NOW_MS, "confirmed")
        fevers.page(connection, day_ms, NOW_MS, "cleared", "g00003", before=(NOW_MS - 5, 7))
        screenings.page(connection, gate="g00003", until_ms=NOW_MS, before=(NOW_MS - 5, 7))
        screenings.page(connection, verdict="stop", since_ms=day_ms)
        screenings.page(connection, verdict="stop", gate="g00003")
        screenings.page(connection, since_ms=day_ms)
        screenings.last_position(connection)
        retention.oldest_ms(connection, "screenings")
        retention.witnessed_ms(connection)
        questions = [one for one in asked if one[0].startswith(("SELECT", "WITH"))]
        assert len(questions) > 20
        for statement, values in questions:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            walks = any(re.match(r"SCAN screenings\b", line) for line in plan)
            ends_soon = "LIMIT" in statement and not any("TEMP B-TREE" in line for line in plan)
            assert not walks or ends_soon, (statement, plan)
