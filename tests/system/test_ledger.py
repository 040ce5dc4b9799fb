"""The ledger test: an outside recorder against the office's store, under kill -9."""

import random
import sqlite3
import time

import pytest

from tests.system.site import Feeder

GATES = ("e01", "e02", "e03")
READINGS = 5000
KILLS = 30
SUMMARY = "/api/v1/screenings/summary?since=0"


@pytest.mark.system
@pytest.mark.timeout(400)
def test_30_kills_of_gates_broker_and_office_lose_nothing_and_double_nothing(site):
    place = site()
    for name in GATES:
        place.gate(name)
    feeders = [Feeder(place.folder / name / "port") for name in GATES]
    place.start()
    for feeder in feeders:
        feeder.start()
    seed = time.time_ns() % 1_000_000
    print(f"seed {seed}")
    chance = random.Random(seed)
    victims = [*place.gates.values(), place.office, place.broker]
    kills = 0
    deadline = time.monotonic() + 240

    def recorded():
        return {name: {(line["epoch"], line["seq"]): line["id"] for line in place.recorded(name)} for name in GATES}

    while kills < KILLS or sum(len(one) for one in recorded().values()) < READINGS:
        assert time.monotonic() < deadline, {name: len(one) for name, one in recorded().items()}
        time.sleep(chance.uniform(0.4, 1.6))
        if kills < KILLS:
            chance.choice(victims).kill()
            kills += 1
    for feeder in feeders:
        feeder.stop()
    said = recorded()
    total = sum(len(one) for one in said.values())
    place.until(lambda: place.ask(SUMMARY)["total"] >= total, 60, f"all {total} in the office")
    # What a gate committed but was killed before saying arrives too.
    counts = [-1]
    place.until(
        lambda: counts.append(place.ask(SUMMARY)["total"]) or counts[-1] == counts[-2] or time.sleep(2), 30, "rest"
    )
    for gate in place.gates.values():
        gate.stop()
    assert [_waiting(place, name) for name in GATES] == [0, 0, 0]
    for feeder in feeders:
        feeder.close()

    with sqlite3.connect(f"file:{place.folder}/office/kadian.db?mode=ro", uri=True) as ledger:
        rows = ledger.execute("SELECT gate, epoch, seq, id FROM screenings").fetchall()
    stored = {(gate, epoch, seq): identity for gate, epoch, seq, identity in rows}
    lost = [key for name in GATES for key in said[name] if stored.get((name, *key)) != said[name][key]]
    assert lost == []
    assert len(rows) == len(stored) == len(set(stored.values())), "doubled"
    assert total >= READINGS
    # A kill may fall between the commit and the recorder's line, so the office may know a few more, one a kill at most.
    assert 0 <= len(rows) - total <= KILLS
    gaps = place.ask(SUMMARY)["gaps"]
    assert all(ranges == [] for ranges in gaps.values())


def _waiting(place, name):
    with sqlite3.connect(f"file:{place.folder}/{name}/outbox.db?mode=ro", uri=True) as outbox:
        return outbox.execute("SELECT count(*) FROM screening WHERE done_at IS NULL").fetchone()[0]
