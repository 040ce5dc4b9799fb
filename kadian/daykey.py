"""The key of one day, and how it turns into the next day's. There is no way back to the day before.

All gates of a site hash holders with the same key on the same day, so that a person who shows one code at two gates
is one holder, and with another key on the next day. Each key is made from the one before (a hash ratchet: HMAC-SHA256,
RFC 2104, as a pseudo-random function); whoever has today's key cannot compute yesterday's, and a gate without a
network goes on by itself.
"""

import hmac
from base64 import b64decode, b64encode
from datetime import date, timedelta
from hashlib import sha256

from msgspec import Struct

from kadian.messages.trust import HolderSeed

KEY_BYTES = 32
FARTHEST = timedelta(days=3660)
"""A key is not turned over more days than this in one go: a clock that says so is broken."""


class DayKey(Struct, frozen=True):
    """`key`: 32 bytes for `day` alone."""

    day: date
    key: bytes

    def __repr__(self) -> str:
        """The day alone, so that it may stand in a log."""
        return f"DayKey({self.day})"


def advance(key: DayKey, day: date) -> DayKey:
    """The key of a later day; the same one when `day` is not later, or too far away to be believed."""
    if day - key.day > FARTHEST:
        return key
    while key.day < day:
        tomorrow = key.day + timedelta(days=1)
        key = DayKey(tomorrow, hmac.new(key.key, f"kadian day key {tomorrow}".encode(), sha256).digest())
    return key


def to_seed(key: DayKey) -> HolderSeed:
    """The key as the office sends it to its gates."""
    return HolderSeed(key.day.isoformat(), b64encode(key.key).decode())


def from_seed(seed: HolderSeed) -> DayKey:
    """The key that the office sent.

    Raises:
        ValueError: it is not a day and 32 bytes in base64.
    """
    key = b64decode(seed.key, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError(f"{len(key)} bytes, {KEY_BYTES} are needed")
    return DayKey(date.fromisoformat(seed.day), key)
