"""Topic names, built and parsed in one place: `kadian/v1/{site}/{gate}/{kind}`."""

from enum import StrEnum
from typing import NamedTuple

from kadian.identifiers import is_name

PREFIX = "kadian/v1"
SCREENING_EXPIRY_SECONDS = 172_800
"""The message expiry interval with which a gate publishes screenings (MQTT 5, 3.3.2.3.3). A broker takes off how long
it let one wait: so the office knows the age of a reading without a date. Longer than the office's session (a day), so
that nothing is dropped for it, and below the three days that some brokers cut it down to."""


class Kind(StrEnum):
    """The last levels of a topic."""

    SCREENING = "screening"
    RECEIPT = "receipt"
    STATUS = "status"
    TELEMETRY = "telemetry"
    POLICY = "policy"
    COMMAND = "command"
    REPLY = "command/reply"


class Topic(NamedTuple):
    """One topic: whose it is, and what is said on it."""

    site: str
    gate: str
    kind: Kind

    def __str__(self) -> str:
        return f"{PREFIX}/{self.site}/{self.gate}/{self.kind}"


def topic(site: str, gate: str, kind: Kind) -> str:
    """The name of a topic.

    Raises:
        ValueError: site or gate is not `[a-z0-9-]{1,32}`.
    """
    for level in (site, gate):
        if not is_name(level):
            raise ValueError(f"not a level of a topic ([a-z0-9-], 1 to 32 characters): {level!r}")
    return str(Topic(site, gate, kind))


def every_gate(site: str, kind: Kind) -> str:
    """The filter that the office subscribes to for one kind of message of a site."""
    if not is_name(site):
        raise ValueError(f"not a level of a topic ([a-z0-9-], 1 to 32 characters): {site!r}")
    return f"{PREFIX}/{site}/+/{kind}"


def parse(name: str) -> Topic:
    """The parts of a topic's name.

    Raises:
        ValueError: it is not one of kadian's topics; the text says why.
    """
    levels = name.split("/", 4)
    if len(levels) != 5 or "/".join(levels[:2]) != PREFIX:
        raise ValueError(f"not a topic of {PREFIX}: {name!r}")
    site, gate, kind = levels[2:]
    if not (is_name(site) and is_name(gate)):
        raise ValueError(f"site and gate are [a-z0-9-], 1 to 32 characters: {name!r}")
    try:
        return Topic(site, gate, Kind(kind))
    except ValueError:
        raise ValueError(f"unknown kind of message {kind!r}: {name!r}") from None
