"""Bad payloads between good ones: each is set aside, none is in the way."""

import random
import time
from typing import NamedTuple

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.faults.crowd import crowd, settle
from tests.faults.oracle import Count
from tests.faults.receipts import Receipts
from tests.system.site import SITE, Site

BAD = (
    (b"", 1),
    (b"{", 1),
    (b"null", 1),
    (b"\xff\xfe\x00", 1),
    (b"[" * 3000, 1),
    (b'{"id": 1}', 1),
    (b'{"seq": 1e400}', 1),
    (b'{"at": "yesterday", "verdict": "pass"}', 1),
    (b'{"temperature": {"celsius": NaN}}', 1),
    (b"[{},{},{}]", 3),
    (b"x" * 200_000, 1),
    ("体温正常".encode("gb18030"), 1),
)
"""Payloads, and how many refusals each is."""
SHARE = 0.1
"""Of all messages."""


class Poison:
    """A client that says bad things in gates' names."""

    def __init__(self, place: Site, seed: int) -> None:
        self._gates = list(place.gates)
        self._chance = random.Random(seed)
        self.expected = 0
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.connect("127.0.0.1", place.broker_port)
        self._client.loop_start()

    def drop(self) -> None:
        """One bad message."""
        payload, refusals = self._chance.choice(BAD)
        gate = self._chance.choice(self._gates)
        told = self._client.publish(f"kadian/v1/{SITE}/{gate}/screening", payload, qos=1)
        told.wait_for_publish(10)
        self.expected += refusals

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Poisoned(NamedTuple):
    """The delays of good ones without and with poison (seconds, a list a window), the quarantine, and the count."""

    pure: list[list[float]]
    mixed: list[list[float]]
    expected: int
    counted: int
    kept: int
    found: Count


def poisoned(place: Site, gates: int, rate: float, windows: int, seconds: float, seed: int) -> Poisoned:
    """So many windows of each kind, one of each in turn; a tenth of the messages of the second kind is bad."""
    crowd(place, gates, rate)
    place.start()
    time.sleep(1.5)
    receipts, poison = Receipts(place), Poison(place, seed)
    times: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    pause = (1 - SHARE) / (SHARE * gates * rate)
    try:
        for window in range(2 * windows):
            began = time.time()
            while (left := began + seconds - time.time()) > 0:
                if window % 2:
                    poison.drop()
                time.sleep(max(0.0, min(pause, left)))
            times[window % 2].append((began, time.time()))
        found, _ = settle(place, 30)
        pure, mixed = ([receipts.delays(*one) for one in kind] for kind in times)
        counted = rejected(place)
        return Poisoned(pure, mixed, poison.expected, counted, kept(place), found)
    finally:
        poison.close()
        receipts.close()


def rejected(place: Site) -> int:
    """Refusals since the office's start, as its metrics count them."""
    lines = place.text("/metrics").splitlines()
    return round(float(next(line.split()[1] for line in lines if line.startswith("kadian_rejected_total "))))


def kept(place: Site) -> int:
    """How many of them can still be looked at."""
    number, cursor = 0, ""
    while True:
        page = place.ask(f"/api/v1/rejects?limit=1000{cursor}", 60)
        number += len(page["items"])
        if page["next_cursor"] is None:
            return number
        cursor = f"&cursor={page['next_cursor']}"
