"""Who comes to a gate: pure chance from a seed, in the proportions of a real morning."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal

FEVER_SHARE = 0.012
"""Feverish people in the demonstration: a real day has one in a thousand; here one is to be seen within minutes."""


Showing = Literal["pass", "text", "none", "expired"]
SHOWN: tuple[Showing, ...] = ("pass", "text", "none", "expired")
SHARES = (60, 25, 14, 1)
REST_SECONDS = 20.0
"""So long somebody with a fever rests at speed 1; at a real gate three minutes."""


@dataclass(frozen=True)
class Holder:
    """Somebody who lives here: what the code shows, and how warm the body is (°C)."""

    code: Showing
    number: int
    body: float


@dataclass(frozen=True)
class Visit:
    """One person before the gate: comes after `wait` seconds; forehead surface and body in °C."""

    holder: Holder
    wait: float
    surface: float
    body: float
    again: bool = False


def visits(seed: int, *, per_minute: float, speed: float) -> Iterator[Visit]:
    """The people of one gate, without end; who has a fever rests and comes back to be measured again.

    Args:
        seed: the same seed, the same people.
        per_minute: how many come in a minute at speed 1.
        speed: makes waiting shorter, not measuring.
    """
    chance = Random(seed)  # noqa: S311 - people, not secrets
    returning: list[tuple[float, Holder]] = []
    clock = 0.0
    number = 0
    while True:
        wait = chance.expovariate(per_minute / 60.0) / speed
        clock += wait
        if returning and returning[0][0] <= clock:
            holder = returning.pop(0)[1]
            yield _visit(holder, wait, chance, again=True)
            continue
        number += 1
        fever = chance.random() < FEVER_SHARE or (number == 4 and seed % 9 == 0)
        body = chance.gauss(38.4, 0.25) if fever else chance.gauss(36.5, 0.22)
        code = chance.choices(SHOWN, SHARES)[0]
        holder = Holder("pass" if fever else code, seed * 100_000 + number, body)
        if body >= 37.3:
            returning.append((clock + (REST_SECONDS + 5.0) / speed, holder))
        yield _visit(holder, wait, chance)


def _visit(holder: Holder, wait: float, chance: Random, *, again: bool = False) -> Visit:
    body = holder.body + chance.gauss(0, 0.08)
    # At 22 °C a forehead lies about 2.4 °C under the body estimate (range of the piecewise conversion in wide use).
    surface = body - 2.4 + chance.gauss(0, 0.15)
    return Visit(holder, wait, surface, body, again)


def code_text(holder: Holder, today: date, sign: "Signer") -> str | None:
    """What the holder's code says, or nothing for who has none."""
    if holder.code == "none":
        return None
    if holder.code == "text":
        return f"健康码 江城 {holder.number:08d}"
    expires = today + timedelta(days=-3 if holder.code == "expired" else 14)
    return sign(holder.number.to_bytes(16, "big"), expires)


class Signer:
    """Signs pass cards with one key; called with (holder id of 16 bytes, last day) it gives the card's text."""

    def __init__(self, private: bytes, key_id: int) -> None:
        self._private = private
        self._key_id = key_id

    def __call__(self, holder: bytes, expires: date) -> str:
        """The text of one pass card."""
        from kadian.passcard import issue

        return issue(self._private, self._key_id, holder, expires)
