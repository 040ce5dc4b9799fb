"""Bad lines between gates, broker and office: cut, silently dropped, slow."""

import random
import time
from typing import NamedTuple

from tests.agent.uplink.proxy import Proxy
from tests.faults.crowd import back, crowd, said, settle
from tests.faults.oracle import Count
from tests.system.site import Site


class Cuts(NamedTuple):
    """What cuts left: how many, how long after each all gates were back (seconds), and the count."""

    cuts: int
    back: list[float]
    found: Count


def cuts(place: Site, gates: int, number: int, shortest: float, longest: float, seed: int) -> Cuts:
    """Cuts gates one by one and together, and the office too, from the broker; people pass all the time.

    Every other cut resets the connections and refuses new ones, the others leave them open and pass nothing on.

    Args:
        place: a site without gates, not started.
        gates: how many.
        number: of cuts.
        shortest: seconds.
        longest: seconds.
        seed: of what is cut and for how long.
    """
    chance = random.Random(seed)
    lines = _started(place, gates, rate=5)
    took = []
    try:
        for cut in range(number):
            time.sleep(chance.uniform(0.2, 1))
            chosen = chance.sample(lines, chance.choice([1, 1, 2, len(lines)]))
            for line in chosen:
                line.mode = "swallow" if cut % 2 else "refuse"
                if line.mode == "refuse":
                    line.cut()
            time.sleep(chance.uniform(shortest, longest))
            for line in chosen:
                line.mode = "pass"
            took.append(back(place))
        return Cuts(number, took, settle(place, 60)[0])
    finally:
        for line in lines:
            line.close()


class HalfOpen(NamedTuple):
    """After how many seconds a line that drops all in silence was noticed by the gate and by the office."""

    gate: float
    office: float
    found: Count


def half_open(place: Site, limit: float) -> HalfOpen:
    """Drops all between one gate, the office and the broker in silence, until both have noticed."""
    lines = _started(place, 1, rate=2)
    try:
        began = time.monotonic()
        for line in lines:
            line.mode = "swallow"
        noticed: dict[str, float] = {}

        def look() -> bool:
            for name, part in (("e01", place.gates["e01"]), ("office", place.office)):
                if name not in noticed and "broker_silent" in part.said():
                    noticed[name] = time.monotonic() - began
            return len(noticed) == len(lines)

        place.until(look, limit, "gate and office notice the silence")
        for line in lines:
            line.mode = "pass"
            line.cut()
        back(place)
        return HalfOpen(noticed["e01"], noticed["office"], settle(place, 60)[0])
    finally:
        for line in lines:
            line.close()


def slow(place: Site, gates: int, seconds: float, delay: float) -> tuple[float, Count]:
    """Everything takes so much longer, both ways, at each gate and the office; gives the time of the drain too."""
    lines = _started(place, gates, rate=5)
    try:
        for line in lines:
            line.delay, line.hiccup = delay, 0.1
        time.sleep(seconds)
        found, took = settle(place, 60)
        return took, found
    finally:
        for line in lines:
            line.close()


def _started(place: Site, gates: int, rate: float) -> list[Proxy]:
    """Gates and office, each behind a line of its own; the office's is the last."""
    lines = [Proxy(place.broker_port) for _ in range(gates + 1)]
    for number in range(gates):
        crowd(place, 1, rate, port=lines[number].port, first=number + 1)
    place.office_through(lines[-1].port)
    place.start()
    place.until(lambda: said(place) > 2 * gates, 20, "people pass")
    back(place)
    return lines
