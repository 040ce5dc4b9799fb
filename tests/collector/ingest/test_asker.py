"""Asking over a real broker, with a real ledger beneath."""

import time
from datetime import UTC, datetime

from collector.ingest import Ingest
from collector.ledger import lives, runs, screenings
from collector.settings import Broker
from kadian.messages import CameraHealth, Command, OutboxHealth, Reply, Status, Telemetry, ThermometerHealth

AT = datetime(2026, 11, 25, 7, tzinfo=UTC)


def telemetry(last_seq, waiting, epoch="e1"):
    health = OutboxHealth(epoch, last_seq, waiting)
    return Telemetry(AT, "1", "synced", ThermometerHealth("none"), CameraHealth("none"), health)


def test_a_restored_office_asks_for_the_lost_hour_and_lists_what_is_too_old(
    ingest, gate, screening, ledger, numbers, eventually
):
    with ledger.begin() as connection:  # what the backup held
        screenings.store(connection, "e01", [screening(seq) for seq in range(1, 41)], 1)
    one = gate()
    one.say("telemetry", telemetry(100, 0))
    assert eventually(lambda: one.commands, 5)
    assert one.commands == [Command("resend", epoch="e1", from_=41, through=100)]
    one.say("command/reply", Reply("resend", ok=False, epoch="e1", oldest=51))
    one.say("screening", [screening(seq) for seq in range(51, 101)])
    assert eventually(lambda: len(numbers()) == 90)

    def lost():
        with ledger.read() as connection:
            return [(one.first, one.last, one.reason) for one in lives.lost_for_good(connection)]

    assert eventually(lambda: lost() == [(41, 50, "deleted")])
    one.say("screening", screening(45))  # it was on its way after all
    assert eventually(lambda: lost() == [(41, 44, "deleted"), (46, 50, "deleted")])
    with ledger.read() as connection:
        assert runs.gaps(connection) == {"e01": [(41, 44), (46, 50)]}
    time.sleep(1)
    assert len(one.commands) == 1
    assert ingest.counters.resends_asked == 1


def test_a_gate_that_was_back_before_the_office_is_asked_as_soon_as_the_office_listens(
    ledger, broker, gate, screening, eventually
):
    with ledger.begin() as connection:
        screenings.store(connection, "e01", [screening(seq) for seq in range(1, 11)], 1)
    one = gate()
    one.say("status", Status("online", AT, "1"), retain=True)
    one.say("screening", screening(11))  # nobody listens
    time.sleep(0.3)
    office = Ingest(ledger, Broker(url=broker.url), "s", lambda: 1, broker.protocol)
    office.start()
    try:
        assert eventually(lambda: one.commands, 8)
        assert one.commands == [Command("resend", epoch="e1", from_=11)]
    finally:
        office.stop()
