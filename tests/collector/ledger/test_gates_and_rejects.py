from datetime import UTC, datetime, timedelta

from collector.ledger import gates, rejects, runs, screenings, storing
from collector.ledger.rejects import Refused
from kadian.messages import CameraHealth, OutboxHealth, Status, Telemetry, ThermometerHealth, decode

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def telemetry(waiting: int) -> Telemetry:
    outbox = OutboxHealth("e1", 9, waiting)
    return Telemetry(AT, "0.1.0", "synced", ThermometerHealth("ok"), CameraHealth("ok"), outbox)


def test_a_gate_is_what_it_last_said(ledger, screening):
    with ledger.begin() as connection:
        gates.seen(connection, "e01", Status("online", AT, "0.1.0"), 100)
        gates.report(connection, "e01", telemetry(3), 200)
        gates.report(connection, "e01", telemetry(4), 300)
        gates.report(connection, "e02", telemetry(1), 300)
        screenings.store(connection, "e01", [screening(1)], 400)
    with ledger.read() as connection:
        first, second = gates.words(connection)
        told = gates.telemetry_of(connection, ["e01"])["e01"]
    assert (first.gate, first.state, first.version, first.state_at) == ("e01", "online", "0.1.0", AT.isoformat())
    assert (decode(Telemetry, told), first.telemetry_received_ms, first.last_screening_ms) == (telemetry(4), 300, 400)
    assert (second.gate, second.state, second.state_at) == ("e02", "unknown", None)


def test_a_retained_status_read_again_is_no_new_contact(ledger):
    with ledger.begin() as connection:
        gates.report(connection, "e01", telemetry(0), 50)
        gates.seen(connection, "e01", Status("online", AT, "0.1.0"), 100)
        gates.seen(connection, "e01", Status("online", AT, "0.1.0"), 900)
        assert gates.words(connection)[0].state_received_ms == 100
        gates.seen(connection, "e01", Status("lost", AT, "0.1.0"), 1000)
        assert (gates.words(connection)[0].state, gates.words(connection)[0].state_received_ms) == ("lost", 1000)
        gates.seen(connection, "e01", Status("online", AT + timedelta(seconds=9), "0.1.0"), 1100)
        assert gates.words(connection)[0].state_received_ms == 1100


def test_a_repetition_does_not_make_a_gate_look_fresh(ledger, screening):
    one = screening(1)
    with ledger.begin() as connection:
        screenings.store(connection, "e01", [one], 100)
        screenings.store(connection, "e01", [one], 900)
        assert gates.words(connection)[0].last_screening_ms == 100


def test_a_refused_message_is_kept_with_its_first_512_bytes(ledger):
    with ledger.begin() as connection:
        rejects.add(connection, [Refused("kadian/v1/s/e01/screening", "no JSON\x00\ud800", b"x" * 5000)], 1)
        rejects.add(connection, [Refused("t" * 9999, "r" * 9999, b"")], 2)
        newest, oldest = rejects.page(connection, 10)
        assert oldest.excerpt == b"x" * 512
        assert (oldest.gate, oldest.epoch, oldest.seq) == (None, None, None)
        assert (len(newest.topic), len(newest.reason)) == (256, 1000)
        assert rejects.page(connection, 10, before=oldest.position) == []


def test_a_refused_screening_with_a_number_is_kept_whole_once_and_covered(ledger):
    with ledger.begin() as connection:
        for _ in range(3):
            storing.store(connection, [], 1, [Refused("t", "no verdict", b"y" * 5000, "e01", "e1", 1)])
        assert len(rejects.page(connection, 10)) == 1
        assert runs.receipt(connection, "e01", "e1").through == 1
        assert connection.exec_driver_sql("SELECT length(whole) FROM rejects").scalar() == 5000
