"""kill -9 over gates, broker and office while people pass; then the gates' word and the office's."""

import random
import time

from tests.faults.crowd import back, crowd, said, settle
from tests.faults.oracle import Count
from tests.system.site import Feeder, Part, Site


def storm(
    place: Site,
    *,
    gates: int,
    others: int,
    kills: int,
    readings: int,
    seconds: float,
    seed: int,
    pace: float = 1.0,
    rate: float = 20.0,
) -> tuple[int, Count]:
    """Kills until there are so many kills and readings, or the time is over; gives the kills and what they left.

    Args:
        place: a site without gates, not started.
        gates: how many whole gates it gets, on pseudo-terminals.
        others: how many gates without devices, which are quicker.
        kills: of any part.
        readings: at least so many are to be recorded.
        seconds: the most that it may take; then what was reached is counted.
        seed: of the order of the kills.
        pace: seconds from one kill to the next, about.
        rate: people a second at each gate without devices.
    """
    chance = random.Random(seed)
    whole = [f"e{number:02}" for number in range(1, gates + 1)]
    for name in whole:
        place.gate(name)
    crowd(place, others, rate, first=gates + 1)
    feeders = [Feeder(place.folder / name / "port") for name in whole]
    place.start()
    for feeder in feeders:
        feeder.start()
    victims = [*place.gates.values(), place.office, place.broker]
    made = 0
    began = time.monotonic()
    while time.monotonic() - began < seconds and (made < kills or said(place) < readings):
        time.sleep(chance.uniform(0.4, 1.6) * pace)
        if made < kills:
            chance.choice(victims).kill()
            made += 1
    for feeder in feeders:
        feeder.stop()
    found, _ = settle(place, 120)
    for feeder in feeders:
        feeder.close()
    return made, found


def without_rest(
    place: Site, part: Part, gates: int, seconds: float, *, every: float = 1.0, rate: float = 5.0
) -> tuple[int, float, Count]:
    """Kills the broker or the office each so many seconds.

    Gives the kills, how long after the last one all were back, and what they left.
    """
    crowd(place, gates, rate)
    place.start()
    place.until(lambda: said(place) > gates, 20, "people pass")
    until = time.monotonic() + seconds
    kills = 0
    while time.monotonic() < until:
        began = time.monotonic()
        part.kill()
        kills += 1
        time.sleep(max(0.0, began + every - time.monotonic()))
    took = back(place)
    return kills, took, settle(place, 60)[0]
