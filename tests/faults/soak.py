"""Ten times the usual crowd while something goes wrong again and again; in the end nothing is lost or has grown."""

import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from kadian import programs
from tests.agent.uplink.proxy import Proxy
from tests.faults.crowd import crowd, said, settle
from tests.faults.disk import Disk, NoDisk
from tests.faults.growth import Grown, Growth
from tests.faults.oracle import Count
from tests.faults.poison import Poison
from tests.system.site import Part, Site

GATES = 9
RATE = 10.0
"""People a second at each gate."""
KILLED = "office killed"
DISK_MEGABYTES = 320
LONGEST_SHARE = 0.5
"""Of the time from one fault to the next, that a fault lasts at most."""
JUMPS = (-30 * 86_400, 7_200, 3_600, -60, 0)
"""Seconds by which a gate's wall clock is wrong."""
CLOCK = Path(__file__).parents[1] / "system" / "clock.c"


class Soaked(NamedTuple):
    """Which faults there were, what this machine could not do, the office's growth since its last start, the count."""

    faults: dict[str, int]
    left_out: list[str]
    grown: Grown
    found: Count


def soak(place: Site, seconds: float, every: float, seed: int, settled: float = 60.0) -> Soaked:
    """For so long, with a fault every so many seconds; in the second half the office lives on, so that it may grow.

    Args:
        place: a site without gates, not started.
        seconds: how long people come.
        every: seconds from fault to fault.
        seed: of the faults.
        settled: seconds of the office's last life that are left out of its growth.
    """
    chance = random.Random(seed)
    with ExitStack() as over:
        lines = [Proxy(place.broker_port) for _ in range(GATES + 1)]
        for number, line in enumerate(lines[:-1]):
            over.callback(line.close)
            crowd(place, 1, RATE, port=line.port, first=number + 1)
        over.callback(lines[-1].close)
        place.office_through(lines[-1].port)
        mishaps = _Mishaps(place, lines, chance, every * LONGEST_SHARE, over)
        place.start()
        place.until(lambda: said(place) > GATES, 20, "people pass")
        growth = Growth(lambda: place.office.process.pid if place.office.process else 0)
        over.callback(growth.close)
        happened: Counter[str] = Counter()
        began = time.monotonic()
        while (left := began + seconds - time.monotonic()) > 0:
            time.sleep(min(left, every))
            late = time.monotonic() - began > seconds / 2
            names = [name for name in mishaps.acts if not (late and name == KILLED)]
            # Each in turn at random, so that even a short run has many kinds.
            name = min(names, key=lambda one: (happened[one], chance.random()))
            mishaps.acts[name]()
            happened[name] += 1
        for right in mishaps.last:
            right()
        growth.close()
        found, _ = settle(place, 120)
        return Soaked(dict(happened), mishaps.left_out, growth.grown(settled), found)


Acts = dict[str, Callable[[], None]]


class _Mishaps:
    """What may go wrong at a site, by name; `last` sets right what lasts, `left_out` this machine cannot do."""

    def __init__(self, place: Site, lines: list[Proxy], chance: random.Random, longest: float, over: ExitStack) -> None:
        self._place, self._chance, self._longest, self._over = place, chance, longest, over
        self._poison: Poison | None = None
        self.last: list[Callable[[], None]] = []
        self.left_out: list[str] = []
        gates, office = lines[:-1], lines[-1]
        self.acts: Acts = {
            "gate killed": lambda: self._gate().kill(),
            "broker killed": place.broker.kill,
            KILLED: place.office.kill,
            "gate stands still": lambda: self._gate().stand_still(self._lasting()),
            "broker stands still": lambda: place.broker.stand_still(self._lasting()),
            "office stands still": lambda: place.office.stand_still(self._lasting()),
            "gate cut off": lambda: self._cut(chance.choice(gates), "refuse"),
            "gate's line silent": lambda: self._cut(chance.choice(gates), "swallow"),
            "office cut off": lambda: self._cut(office, "refuse"),
            "office's line silent": lambda: self._cut(office, "swallow"),
            "bad payloads": self._bad,
        }
        self._add_disk()
        self._add_clock()

    def _gate(self) -> Part:
        return self._chance.choice(list(self._place.gates.values()))

    def _lasting(self) -> float:
        return self._chance.uniform(0.3, 1) * self._longest

    def _cut(self, line: Proxy, mode: str) -> None:
        line.mode = mode
        if mode == "refuse":
            line.cut()
        time.sleep(self._lasting())
        line.mode = "pass"

    def _bad(self) -> None:
        if self._poison is None:
            self._poison = Poison(self._place, self._chance.randrange(1_000_000))
            self._over.callback(self._poison.close)
        for _ in range(30):
            with suppress(RuntimeError):  # the broker is not there at this moment
                self._poison.drop()

    def _add_disk(self) -> None:
        try:
            disk = Disk(self._place, DISK_MEGABYTES)
        except (NoDisk, FileNotFoundError) as why:
            self.left_out.append(str(why))
            return
        self._over.callback(disk.close)
        self._over.callback(self._place.office.stop)

        def full() -> None:
            disk.fill()
            time.sleep(self._lasting())
            disk.free()

        self.acts["disk full"] = full

    def _add_clock(self) -> None:
        compiler = programs.find("gcc")
        if compiler is None:
            self.left_out.append("no clock jumps: gcc is not installed here")
            return
        jump = _clock(self._place, compiler)
        self.acts["clock jumps"] = lambda: jump(self._chance.choice(JUMPS))
        self.last.append(partial(jump, 0))


def _clock(place: Site, compiler: str) -> Callable[[int], None]:
    """Gives the last gate a wall clock that is wrong by as many seconds as it is told."""
    library, wrong = place.folder / "clock.so", place.folder / "wrong"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(CLOCK)], check=True)
    place.gates[f"e{GATES:02}"].environment = {"LD_PRELOAD": str(library), "WRONG_BY": str(wrong)}

    def jump(seconds: int) -> None:
        fresh = wrong.with_suffix(".new")
        fresh.write_text(str(seconds), "ascii")
        fresh.replace(wrong)

    return jump
