"""The whole way: a gate's client, a real broker, ingest, a real SQLite file; and back as receipts."""

import random
import time
from datetime import UTC, datetime

from collector.ledger import gates, rejects
from kadian.messages import CameraHealth, OutboxHealth, Policy, Status, Telemetry, ThermometerHealth, decode, encode

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def test_a_screening_is_stored_and_receipted(ingest, gate, screening, numbers, eventually):
    first = gate()
    first.say("screening", screening(1))
    assert eventually(lambda: first.through() == 1)
    assert numbers() == [1]
    assert ingest.counters.stored == 1


def test_duplicates_and_disorder_end_as_each_once(ingest, gate, screening, numbers, eventually):
    one = gate()
    made = [screening(seq) for seq in range(1, 301)]
    pieces = [made[begin : begin + 20] for begin in range(0, 300, 20)] * 2
    random.Random(7).shuffle(pieces)
    for piece in pieces:
        one.say("screening", piece)
    assert eventually(lambda: one.receipts and (one.receipts[-1].through, one.receipts[-1].missing) == (300, ()))
    assert eventually(lambda: ingest.counters.duplicates == 300)
    assert sorted(numbers()) == list(range(1, 301))
    assert ingest.counters.stored == 300


def test_every_tenth_is_poison_and_the_rest_arrives_in_order(ingest, gate, screening, ledger, numbers, eventually):
    one = gate()
    for seq in range(1, 201):
        payload = encode(screening(seq))
        one.say("screening", payload.replace(b'"pass"', b'"maybe"') if seq % 10 == 0 else payload)
    assert eventually(lambda: one.through() == 200)
    assert one.receipts[-1].missing == ()
    assert numbers() == [seq for seq in range(1, 201) if seq % 10]
    with ledger.read() as connection:
        assert [one.seq for one in rejects.page(connection, 100)] == list(range(200, 0, -10))
    assert (ingest.counters.stored, ingest.counters.rejected) == (180, 20)


def test_rubbish_of_all_kinds_stops_nothing(ingest, gate, screening, ledger, eventually):
    one = gate()
    one.say("screening", b"")
    one.say("screening", b"\x00" * 100_000)
    one.say("screening", [screening(seq) for seq in range(1, 502)])
    one.say("status", b"{}")
    one.say("telemetry", b"[" * 10_000)
    one.say("command/reply", b"?")
    one.say("screening", screening(1))
    assert eventually(lambda: one.through() == 1)
    with ledger.read() as connection:
        found = rejects.page(connection, 100)
    assert len(found) == 6
    assert max(len(reject.excerpt) for reject in found) == 512


def test_a_name_that_is_none_is_refused_and_not_taken_for_a_gate(ingest, gate, screening, ledger, eventually):
    bad, good = gate("E01_x"), gate()
    bad.say("screening", screening(1))
    good.say("screening", screening(1))
    assert eventually(lambda: good.through() == 1 and ingest.counters.rejected == 1)
    with ledger.read() as connection:
        assert [row.gate for row in gates.words(connection)] == ["e01"]


def test_many_gates_each_get_their_own_receipt(ingest, gate, screening, eventually):
    several = [gate(f"e0{number}") for number in range(1, 5)]
    for number, one in enumerate(several, 1):
        one.say("screening", [screening(seq) for seq in range(1, 100 * number + 1)])
    assert eventually(lambda: [one.through() for one in several] == [100, 200, 300, 400])


def test_a_gate_that_comes_back_learns_what_the_office_has(ingest, gate, screening, eventually):
    one = gate()
    one.say("screening", [screening(1), screening(2), screening(5)])
    assert eventually(lambda: one.through() == 5)
    one.receipts.clear()
    one.say("status", Status("online", AT, "0.1.0"), retain=True)
    assert eventually(lambda: one.through() == 5)
    assert one.receipts[-1].missing == (3, 4)


def test_status_and_telemetry_are_kept(ingest, gate, ledger, eventually):
    one = gate()
    telemetry = Telemetry(AT, "0.1.0", "synced", ThermometerHealth("ok"), CameraHealth("ok"), OutboxHealth("e1", 3, 0))
    one.say("status", Status("online", AT, "0.1.0"), retain=True)
    one.say("telemetry", telemetry)

    def kept():
        with ledger.read() as connection:
            rows, told = gates.words(connection), gates.telemetry_of(connection, ["e01"])
        return rows and rows[0].state == "online" and told and decode(Telemetry, told["e01"]) == telemetry

    assert eventually(kept)


def test_more_policies_than_the_broker_has_room_for_at_once_all_reach_it(ingest, gate, eventually):
    those = [gate(f"e{number}") for number in (1, 750, 1300, 1500)]
    policy = Policy("v1", fever_celsius=37.1)
    for number in range(1, 1501):
        ingest.publish_policy(f"e{number}", policy)
    assert eventually(ingest.say_policies, 30)
    assert eventually(lambda: [one.policies for one in those] == [[encode(policy)]] * 4)


def test_a_policy_waits_for_its_gate(ingest, gate, eventually):
    policy = Policy("v1", fever_celsius=37.1)
    ingest.publish_policy("e01", policy)
    time.sleep(0.3)
    one = gate()
    assert eventually(lambda: one.policies == [encode(policy)])


def test_a_broker_that_is_away_is_reported_and_found_again(ledger, tmp_path, screening, eventually, need):
    from collector.broker import start
    from collector.ingest import Ingest
    from collector.settings import Broker

    need("mosquitto")
    broker = start("127.0.0.1:0", tmp_path / "broker", "mosquitto")
    port = int(broker.url.rpartition(":")[2])
    ingest = Ingest(ledger, Broker(url=broker.url), "s", lambda: 1)
    ingest.start()
    try:
        assert eventually(lambda: ingest.healthy() is None)
        broker.stop()
        assert eventually(lambda: ingest.healthy() is not None)
        assert ingest.healthy().code == "K0312"
        broker = start(f"127.0.0.1:{port}", tmp_path / "broker", "mosquitto")
        assert eventually(lambda: ingest.healthy() is None)
    finally:
        ingest.stop()
        broker.stop()


def test_stopping_takes_no_more_than_two_seconds(ingest, gate, screening):
    gate().say("screening", screening(1))
    begun = time.monotonic()
    ingest.stop()
    assert time.monotonic() - begun < 2
