"""A thermometer is pulled out and plugged in again at random moments: how soon it is heard, and what goes wrong."""

import itertools
import os
import random
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from agent.thermometer import Link, Poll, Sample, find
from agent.wire.port import open_port
from agent.wire.usb import Tree
from bench.figures import milliseconds
from kadian.demo.thermometers import PtyThermometer, gy_mcu90614_frame
from tests.hardware.usb import UsbBus

CYCLES = 200
USB = "1a86:7523"
PLACES = ("1-1.3", "1-1.4")
FRAME_SECONDS = 0.02
MOMENTS = ("idle", "mid frame", "during write", "other name", "other device on the old name", "half open")
SERIALS = range(-7000, 20000)
"""The thermometer's frames are numbered by their value; those of the other device lie beyond."""

IMPOSTOR = gy_mcu90614_frame(250.0, 22.0)


class Bus:
    """A thermometer on a USB bus; every frame that it sends has a number of its own."""

    def __init__(self, root: Path) -> None:
        self.bus = UsbBus(root)
        self.tree = Tree(self.bus.sys, self.bus.dev)
        self.sent = SERIALS.start
        self.number = 0
        self.device: PtyThermometer | None = None
        self.other: PtyThermometer | None = None
        self.dead: PtyThermometer | None = None
        self.talking = threading.Event()
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.talk)
        self.plug(0)
        self.thread.start()

    def plug(self, number: int) -> None:
        """The thermometer appears under this number, at the same physical port."""
        self.number = number
        node = f"ttyUSB{number}"
        self.device = PtyThermometer(self.bus.dev / node)
        self.bus.plug(PLACES[0], USB, node)
        self.talking.set()

    def unplug(self) -> None:
        """It vanishes at once, with whatever was under way."""
        with self.lock:
            self.talking.clear()
            if self.device is not None:
                self.device.close()
            self.device = None
            self.bus.unplug(PLACES[0])

    def intrude(self) -> None:
        """An equal bridge with something else behind it takes the number that has become free."""
        node = f"ttyUSB{self.number}"
        self.other = PtyThermometer(self.bus.dev / node)
        self.bus.plug(PLACES[1], USB, node)

    def leave(self) -> None:
        """What was there beside it goes: the other device, the dead node."""
        if self.dead is not None:
            self.dead.close()
            self.dead = None
        if self.other is not None:
            self.other.close()
            self.bus.unplug(PLACES[1])
            self.other = None

    def frame(self) -> bytes:
        """The next frame."""
        self.sent += 1
        return gy_mcu90614_frame(self.sent / 100, 22.0)

    def tear(self) -> None:
        """Sends the beginning of a frame."""
        with self.lock:
            if self.device is not None:
                self.device.send(self.frame()[: random.randrange(1, 9)])

    def talk(self) -> None:
        """Fifty frames a second from whatever is plugged in."""
        while not self.stop.wait(FRAME_SECONDS):
            with self.lock:
                if self.device is not None and self.talking.is_set():
                    self.device.send(self.frame())
                if self.other is not None:
                    self.other.send(IMPOSTOR)

    def close(self) -> None:
        """Everything goes."""
        self.stop.set()
        self.thread.join()
        self.leave()
        self.unplug()


class Reader:
    """A link, and what it gave."""

    def __init__(self, bus: Bus, silence_seconds: float) -> None:
        self.got: list[tuple[int, float]] = []
        driver = replace(
            find("gy_mcu90614"), open=partial(open_port, tree=bus.tree), poll=Poll(bytes.fromhex("A515BA"), 0.01)
        )
        self.stop = threading.Event()
        port = f"usb:{USB}@{PLACES[0]}"
        self.link = Link(port, driver, self.take, lambda _state: None, silence_seconds=silence_seconds)
        self.thread = threading.Thread(target=self.link.run, args=(self.stop,))
        self.thread.start()

    def take(self, sample: Sample, _at: float) -> None:
        """Each sample, when it came."""
        self.got.append((sample.raw, time.monotonic()))

    def after(self, serial: int, seconds: float) -> float | None:
        """When the first frame behind a number came; None if it does not come in time."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            found = next((at for raw, at in reversed(self.got[-200:]) if raw > serial), None)
            if found is not None:
                return next(at for raw, at in self.got if raw > serial)
            time.sleep(0.002)
        return None


def disturb(bus: Bus, moment: str, chance: random.Random, away: float) -> tuple[int, float]:
    """One cycle; the number of the last frame before the return, and when the device was back."""
    time.sleep(chance.uniform(0, 0.2))
    number = bus.number
    if moment == "half open":
        # The node goes on existing and says nothing: only closing and opening helps, and the name leads elsewhere.
        held, bus.device = bus.device, None
        bus.bus.unplug(PLACES[0])
        if held is not None:
            held.path = held.path.with_name("gone")
        bus.dead = held
        serial, back = bus.sent, time.monotonic()
        bus.plug(1 - number)
        return serial, back
    if moment == "mid frame":
        bus.tear()
    bus.unplug()
    if moment == "other device on the old name":
        bus.intrude()
    time.sleep(away)
    moved = moment in {"other name", "other device on the old name"}
    serial, back = bus.sent, time.monotonic()
    bus.plug(1 - number if moved else number)
    return serial, back


def cycles(count: int, seed: int, longest_away: float, silence_seconds: float = 3.0) -> dict[str, Any]:
    """Pulls it out and plugs it in `count` times, away for at most `longest_away` seconds each.

    Returns:
        seconds: from the return to the first sample, for each cycle; lost: the cycles without one within 8 s;
        wrong: samples that the thermometer did not send; repeated: samples given twice or out of order; threads and
        files: how many more there were at the end than at the beginning; restarts: of the reading thread.
    """
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        bus = Bus(Path(folder))
        reader = Reader(bus, silence_seconds)
        reader.after(SERIALS.start, 8.0)
        threads, files = threading.active_count(), _files()
        seconds: list[float] = []
        lost = 0
        for cycle in range(count):
            serial, back = disturb(bus, MOMENTS[cycle % len(MOMENTS)], chance, chance.uniform(0, longest_away))
            heard = reader.after(serial, 8.0)
            lost += heard is None
            seconds += [heard - back] if heard is not None else []
            bus.leave()
        more = (threading.active_count() - threads, _files() - files)
        alive = reader.thread.is_alive()
        reader.stop.set()
        reader.thread.join()
        bus.close()
    raws = [raw for raw, _ in reader.got]
    return {
        "seconds": seconds,
        "lost": lost,
        "wrong": sum(not SERIALS.start < raw <= bus.sent for raw in raws),
        "repeated": sum(later <= earlier for earlier, later in itertools.pairwise(raws)),
        "threads": more[0],
        "files": more[1],
        "restarts": 0 if alive else 1,
        "samples": len(raws),
    }


def _files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def run() -> dict[str, Any]:
    """As many cycles as KADIAN_REPLUGS says, away for up to two seconds."""
    found = cycles(int(os.environ.get("KADIAN_REPLUGS", CYCLES)), seed=21, longest_away=2.0)
    times = milliseconds("plugged in again → first sample", found.pop("seconds"))
    print(", ".join(f"{name} {value}" for name, value in found.items()))
    return {"plugged_in_to_sample": times, **found}
