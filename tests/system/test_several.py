"""Three collectors, one mosquitto, one PostgreSQL: two of the three are killed at random, and PostgreSQL once."""

import os
import random
import signal
import threading
import time

import pytest

from collector.series.lengths import DAY_MS
from tests.collector.alerts.conftest import Phone
from tests.system.deviceless import Gate
from tests.system.several import Collectors, Receipts, ask, leaders

pytestmark = pytest.mark.system
SECONDS = float(os.environ.get("KADIAN_SEVERAL_SECONDS", "10"))
GATES = 4
COUNTED = "SELECT coalesce(sum(passed + rechecks + stops + nones), 0) FROM tallies WHERE length_ms = %s"


@pytest.fixture
def collectors(tmp_path, need, free_port, postgres):
    made = []

    def make(count, channel=None):
        url = postgres.url(postgres.database())
        made.append((Collectors(tmp_path, need("mosquitto"), free_port, url, count, channel), url))
        return made[-1]

    yield make
    for one, _ in made:
        one.stop()


def storm(victims, chance, until, counted):
    while time.monotonic() < until:
        time.sleep(chance.uniform(0.5, 1.5))
        chance.choice(victims).kill()
        counted.append(time.monotonic())


def load(gate, until, fevers):
    number = 0
    while time.monotonic() < until:
        number += 1
        if number % 40 == 20:
            holder = f"{gate.name}-{number}"
            high = gate.record(38.2, holder)
            time.sleep(0.02)
            gate.record(38.4, holder, of=high)
            fevers.append(str(high.id))
        gate.record(36.2 + number % 60 / 100)
        time.sleep(0.03)


def load_and_kill(place, gates, postgres, chance):
    """Everybody records while two collectors of three, and once the database, are killed; the fevers and the kills."""
    until = time.monotonic() + SECONDS
    fevers, kills = [], []
    threads = [threading.Thread(target=load, args=(gate, until, fevers)) for gate in gates]
    victims = chance.sample(place.parts, 2)
    threads.append(threading.Thread(target=storm, args=(victims, chance, until - 2, kills)))
    for thread in threads:
        thread.start()
    time.sleep(SECONDS * chance.uniform(0.3, 0.6))
    postgres.kill()
    postgres.start()
    for thread in threads:
        thread.join()
    return fevers, kills


def test_of_three_collectors_two_and_the_database_are_killed_and_nothing_is_lost_or_doubled(collectors, postgres):
    seed = int(os.environ.get("KADIAN_SEED", random.randrange(1 << 30)))
    print(f"seed {seed}")
    chance = random.Random(seed)
    phone = Phone()
    place, url = collectors(3, phone.url)
    place.start()
    receipts = Receipts(place.broker_port, url)
    gates = [Gate(place.folder, f"e{number:02}", place.broker_port) for number in range(1, GATES + 1)]
    for gate in gates:
        gate.start()
    fevers, kills = load_and_kill(place, gates, postgres, chance)
    said = {(gate.name, gate.outbox.epoch, seq): id_ for gate in gates for seq, id_ in gate.said.items()}

    def incidents():
        return ask(url, "SELECT cause, id FROM incidents WHERE rule = 'confirmed_fever'")

    def counted():
        return ask(url, COUNTED, DAY_MS)[0][0]

    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        received = not any(gate.outbox.waiting for gate in gates)
        if received and len(incidents()) >= len(fevers) and counted() >= len(said):
            break
        time.sleep(0.2)
    phone.wait(len(fevers))
    receipts.close()
    stored = ask(url, "SELECT e.gate, epoch, seq, id::text FROM screenings JOIN epochs e USING (life)")
    found = {(gate, epoch, seq): id_ for gate, epoch, seq, id_ in stored}
    opened = ask(
        url,
        "SELECT incident, rule, count(*) FROM incident_events JOIN incidents ON incidents.id = incident "
        "WHERE what = 'opened' GROUP BY 1, 2",
    )
    counts = ask(url, "SELECT sum(count) FROM incidents WHERE rule = 'confirmed_fever'")[0][0]
    lost = [key for key, id_ in said.items() if found.get(key) != id_]
    print(
        f"{len(kills)} kills and one of PostgreSQL; {len(said)} said, {len(stored)} stored, {len(lost)} lost, "
        f"{len(stored) - len(found)} doubled; {receipts.checked} receipts checked; {len(fevers)} fevers, "
        f"{len(opened)} incidents, {len(set(phone.ids()))} messages at the phone in {len(phone.calls)} calls"
    )
    waiting = {gate.name: gate.outbox.waiting for gate in gates}
    for gate in gates:
        gate.stop()
    phone.close()
    assert lost == []
    assert len(stored) == len(found) == len(said), "each once"
    assert waiting == dict.fromkeys(waiting, 0), "all are receipted"
    assert receipts.wrong == []
    assert receipts.checked > 20
    for gate in gates:
        last = receipts.last[gate.name]
        assert (last.through, last.missing) == (max(gate.said), ()), "the last receipt covers all"
    # Whom the office looks at is in a line here, which it says too.
    assert len(incidents()) == len([one for one in opened if one[1] == "confirmed_fever"]) == len(fevers)
    assert {times for *_, times in opened} == {1}
    assert counts == len(fevers), "no fever was judged twice"
    assert len(set(phone.ids())) == len(fevers)
    assert counted() == len(said), "the series counted each once, whoever led"


def relieved(place, first, seconds):
    """Which one leads after `first`, and how long it took."""
    begun = time.monotonic()
    while not (others := leaders(place) - {first}):
        assert time.monotonic() < begun + seconds, f"nobody took over from collector {first + 1}"
        time.sleep(0.05)
    return others.pop(), time.monotonic() - begun


def test_a_leader_that_is_killed_or_hangs_is_relieved_within_seconds(collectors):
    place, _ = collectors(3)
    place.start()
    first, _ = relieved(place, -1, 5)
    for signal_number, most in ((signal.SIGKILL, 4), (signal.SIGSTOP, 12)):
        place.parts[first].process.send_signal(signal_number)
        after, seconds = relieved(place, first, most)
        print(f"{signal_number.name}: another led after {seconds:.1f} s")
        stopped, first = first, after
    place.parts[stopped].process.send_signal(signal.SIGCONT)
    deadline = time.monotonic() + 10
    while leaders(place) != {first}:
        assert time.monotonic() < deadline, "who hung does not see that it leads no more"
        time.sleep(0.05)
