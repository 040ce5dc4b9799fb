"""A whole gate on a wall clock that is wrong and is set while it runs."""

import json
import random
import sqlite3
import subprocess
import time
from datetime import datetime
from pathlib import Path

import pytest

from agent.outbox.packed import unpack
from tests.system.site import Feeder, Part

SHIM = Path(__file__).with_name("clock.c")
DAY = 86_400


class World:
    """The gate's machine: its wall clock is the true time and `wrong_by`; the time service speaks when told to."""

    def __init__(self, folder, gcc):
        self._library = folder / "clock.so"
        subprocess.run([gcc, "-shared", "-fPIC", "-O1", "-o", self._library, SHIM], check=True)
        self._wrong, self._synced = folder / "wrong", folder / "synced"
        self.set(0, synced=False)

    @property
    def environment(self):
        return {"LD_PRELOAD": str(self._library), "WRONG_BY": str(self._wrong), "SYNCED": str(self._synced)}

    def set(self, wrong_by, *, synced):
        for path, value in ((self._wrong, wrong_by), (self._synced, int(synced))):
            fresh = path.with_suffix(".new")
            fresh.write_text(str(value))
            fresh.replace(path)


@pytest.fixture
def world(tmp_path, need, monkeypatch):
    made = World(tmp_path, need("gcc"))

    def start(part):
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        Part.start(part)
        for name in made.environment:
            monkeypatch.delenv(name)

    made.start = start
    return made


class Gate:
    def __init__(self, site, world):
        self.place = site()
        self.part = self.place.gate("e01")
        config = self.place.folder / "e01" / "agent.toml"
        config.write_text(config.read_text().replace('trust = "system"', 'trust = "auto"'))
        self.feeder = Feeder(self.place.folder / "e01" / "port", pause=0.02)
        self.world = world
        self.true = {}
        world.start(self.part)
        self.place.until(lambda: "thermometer_ok" in self.part.said() or self.speak(), 20, "the thermometer is heard")

    def speak(self):
        self.feeder.person(36.5, 0)  # nobody

    def person(self):
        count = len(self.place.recorded("e01"))
        self.feeder.person(36.5)
        self.place.until(lambda: len(self.place.recorded("e01")) > count, 10, "the person is recorded")
        self.true[count + 1] = time.time()

    def again(self):
        self.part.stop()
        self.world.start(self.part)
        count = self.part.said().count("thermometer_ok")
        self.place.until(
            lambda: self.part.said().count("thermometer_ok") > count - 1 and not self.speak(), 20, "it is back"
        )
        time.sleep(1)

    def kept(self):
        with sqlite3.connect(f"file:{self.place.folder}/e01/outbox.db?mode=ro", uri=True) as outbox:
            rows = outbox.execute("SELECT seq, body FROM screening ORDER BY seq").fetchall()
        return {seq: json.loads(unpack(body)) for seq, body in rows}

    def end(self):
        self.part.stop()
        self.feeder.close()
        found = self.kept()
        assert list(found) == list(range(1, len(found) + 1)), "order and count"
        assert len(found) == len(self.true)
        return {seq: one["clock"] for seq, one in found.items()}, {
            seq: abs(datetime.fromisoformat(one["at"]).timestamp() - self.true[seq]) for seq, one in found.items()
        }


@pytest.mark.system
@pytest.mark.parametrize("wrong_by", [-1_795_000_000, -30 * DAY, 2 * 3600], ids=["1970", "minus 30 days", "plus 2 h"])
def test_what_was_recorded_before_the_clock_was_right_gets_its_true_time(site, world, wrong_by):
    world.set(wrong_by, synced=False)
    gate = Gate(site, world)
    gate.person()
    gate.person()
    world.set(0, synced=True)
    gate.place.until(lambda: "clock_right" in gate.part.said(), 10, "the clock is right")
    gate.person()
    world.set(wrong_by, synced=False)  # somebody sets it wrong again by hand
    gate.person()
    clocks, errors = gate.end()
    assert '"corrected": 2' in gate.part.said(), "both were unsynced until then"
    assert clocks == {1: "estimated", 2: "estimated", 3: "synced", 4: "estimated"}
    assert max(errors.values()) <= 2


@pytest.mark.system
def test_jumps_at_random_and_lives_without_a_time_service(site, world):
    seed = time.time_ns() % 1_000_000
    print(f"seed {seed}")
    chance = random.Random(seed)
    world.set(-1_795_000_000, synced=False)
    gate = Gate(site, world)
    gate.person()
    gate.again()  # another life of the program in the same boot: the monotonic clock goes on
    for _ in range(3):
        world.set(chance.choice([-1_795_000_000, -30 * DAY, 7200, chance.randrange(-DAY, DAY)]), synced=False)
        gate.person()
    world.set(0, synced=True)
    gate.place.until(lambda: "clock_right" in gate.part.said(), 10, "the clock is right")
    for _ in range(3):
        world.set(chance.choice([-30 * DAY, 7200, chance.randrange(-DAY, DAY)]), synced=False)
        gate.person()
    world.set(0, synced=True)
    gate.person()
    clocks, errors = gate.end()
    assert clocks[len(clocks)] == "synced"
    assert {clocks[seq] for seq in range(2, len(clocks))} == {"estimated"}
    assert max(errors.values()) <= 2
