"""A day of backlog arrives: the phone hears of it once, and not as of something that happens now."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from collector.alerts.message import Message
from collector.alerts.watch import Watch
from collector.ingest.commit import commit
from collector.ingest.intake import take_in
from collector.ledger import deliveries, incidents, screenings
from collector.rules.rule import RuleSettings
from kadian.identifiers import new_id
from kadian.messages import Code, Screening, Temperature, encode
from tests.collector.queued import telling, time_passes

ARRIVED = datetime(2026, 11, 25, 7, tzinfo=UTC)
A_DAY = 1440


def backlog(clock, begin):
    """A screening a minute for a day; each hour two high readings of somebody, each second hour a code that insists."""
    rows = []
    for minute in range(A_DAY):
        high, refused = minute % 60 in {10, 12}, minute % 120 in {30, 31}
        rows.append(
            Screening(
                id=new_id(),
                epoch="e",
                seq=minute + 1,
                at=begin + timedelta(minutes=minute),
                clock=clock,
                verdict="stop" if refused else "recheck" if high else "pass",
                temperature=Temperature(38.6 if high else 36.5, "body_estimate"),
                code=Code("pass", "expired", holder=f"h{minute // 60}") if refused else None,
            )
        )
    return rows


def arrive(office, rows, when):
    for first in range(0, len(rows), 500):
        payload = encode(rows[first : first + 500]) if len(rows) > 1 else encode(rows[0])
        with office.ledger.begin() as connection:
            commit(connection, [take_in("s", "kadian/v1/s/g1/screening", payload)], round(when.timestamp() * 1000))


def messages(office):
    dispatch = telling("phone")
    watch = Watch(office.ledger, RuleSettings(names={"g1": "正门"}), dispatch, office.now_ms)
    while True:
        with office.ledger.read() as connection:
            batch = screenings.after(connection, watch.position(), 500)
        if not batch:
            break
        watch.handle(batch)
    time_passes(office.ledger, dispatch, office.now_ms(), 1.1, 31)
    with office.ledger.read() as connection:
        found = [deliveries.of_incident(connection, one.id) for one in incidents.listing(connection)]
    return [msgspec.json.decode(one.body, type=Message) for each in found for one in each]


@pytest.mark.parametrize(
    ("clock", "begin"),
    [
        ("synced", ARRIVED - timedelta(days=1, minutes=30)),
        ("estimated", ARRIVED - timedelta(days=3)),
        ("unsynced", datetime(1970, 1, 1, tzinfo=UTC)),
        ("unsynced", ARRIVED + timedelta(days=30)),
    ],
)
def test_a_drained_day_is_one_notice_for_all_its_fevers_and_none_rings_as_live(office, clock, begin):
    arrive(office, backlog(clock, begin), ARRIVED)
    said = messages(office)
    assert sorted((one.rule, one.late, one.severity) for one in said) == [
        ("confirmed_fever", True, "notice"),
        ("digest", True, "notice"),
    ]
    with office.ledger.read() as connection:
        counts = {one.rule: one.count for one in incidents.listing(connection)}
    assert counts == {"confirmed_fever": 24, "refused_code": 12}


def test_a_fever_of_now_still_rings_while_a_day_drains(office):
    arrive(office, backlog("synced", ARRIVED - timedelta(days=1, minutes=30)), ARRIVED)
    for number, ago in enumerate((130, 1)):
        live = backlog("synced", ARRIVED - timedelta(seconds=ago, minutes=10))[10]
        arrive(office, [msgspec.structs.replace(live, epoch="f", seq=number + 1)], ARRIVED)
    assert sorted((one.rule, one.late) for one in messages(office)) == [
        ("confirmed_fever", False),
        ("confirmed_fever", False),  # nobody took it within a quarter of an hour
        ("confirmed_fever", True),
        ("digest", True),
    ]
