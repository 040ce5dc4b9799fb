"""Fevers at gates while the office is killed and the phone's service is away, and what rang."""

import random
import time
from collections import Counter
from typing import NamedTuple
from uuid import uuid5

from collector.ledger.incidents import NAMES
from tests.system.deviceless import Gate
from tests.system.service import Service
from tests.system.site import Site

GATES = 9
NORMALS = 12
"""People without a fever between two with one at a gate."""
CALM_SECONDS = 10.0


class Rung(NamedTuple):
    """Fevers that happened, incidents that rang, ids at the phone, repetitions of an id, kills of the office.

    `delays`: seconds from the gate's confirming reading to the phone, of fevers while the service was there and nothing
    was killed within ten seconds of it.
    """

    fevers: int
    incidents: int
    ids: int
    repeated: int
    kills: int
    delays: list[float]


def fevers_under_kills(
    place: Site, phone: Service, fevers: int, seconds: float, outage: tuple[float, float], kills: int, seed: int
) -> Rung:
    """So many fevers, each of a person of their own, spread over `seconds`, at nine gates.

    Args:
        place: a site whose channel is the phone's; not started.
        phone: away from `outage[0]` to `outage[1]` seconds after the beginning.
        fevers: how many people have one.
        seconds: in which they come.
        outage: of the phone's service.
        kills: of the office and the broker, at random moments.
        seed: of the moments.
    """
    chance = random.Random(seed)
    place.start()
    gates = [Gate(place.folder, f"e{number:02}", place.broker_port) for number in range(1, GATES + 1)]
    for gate in gates:
        gate.start()
    killing = sorted(chance.uniform(0, seconds) for _ in range(kills))
    done = office_kills = 0
    calm: dict[str, float] = {}
    disturbed = [outage[0] + step for step in range(round(outage[1] - outage[0]) + 1)] + killing
    began = time.monotonic()
    for number in range(fevers):
        while (now := time.monotonic() - began) < number * seconds / fevers:
            time.sleep(0.01)
            phone.away = outage[0] <= now < outage[1]
            if done < kills and now >= killing[done]:
                victim = place.office if chance.random() < 0.7 else place.broker
                office_kills += victim is place.office
                victim.kill()
                done += 1
        gate = gates[number % GATES]
        for other in range(NORMALS):
            gate.record(36.3 + other % 5 / 10)
        first = gate.record(38.2, holder=f"h{number}")
        second = gate.record(38.3, holder=f"h{number}", of=first)
        if all(abs(now - moment) > CALM_SECONDS for moment in disturbed):
            calm[str(uuid5(NAMES, f"fever:{first.id}"))] = second.at.timestamp()
    phone.away = False
    place.until(lambda: len({body["incident"] for body in phone.rang()}) >= fevers, 90, "every fever rang")
    time.sleep(2)
    for gate in gates:
        gate.stop()
    rang = phone.rang()
    ids = Counter(body["id"] for body in rang)
    first_at = {body["incident"]: at for at, body in reversed(phone.heard)}
    delays = [first_at[incident] - at for incident, at in calm.items() if incident in first_at]
    return Rung(fevers, len({b["incident"] for b in rang}), len(ids), ids.total() - len(ids), office_kills, delays)
