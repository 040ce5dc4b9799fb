"""Identifiers: UUIDv7 for things that happen, names for places."""

import re
from uuid import UUID

import uuid6

NAME = re.compile(r"[a-z0-9-]{1,32}", re.ASCII)
"""A site, a gate or any other level of a topic."""

# Patterns that also stand in JSON Schemas. Python's `$` lets one newline pass, so a look-ahead refuses it.
EPOCH_PATTERN = r"^[0-9A-Za-z_-]{1,64}$(?!\n)"
NAME_PATTERN = r"^[a-z0-9-]{1,32}$(?!\n)"
USB_PORT_PATTERN = r"^usb:[0-9a-fA-F]{4}:[0-9a-fA-F]{4}(@[0-9]+-[0-9]+(\.[0-9]+)*(:[0-9]+\.[0-9]+)?)?$(?!\n)"
"""A device by vendor and product, and by physical port (and interface) where two are equal: usb:1a86:7523@1-1.3."""


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562): sorts by time, 74 bits of chance."""
    return UUID(bytes=uuid6.uuid7().bytes)


def new_epoch() -> str:
    """A name for one life of an outbox: the hexadecimal digits of a UUIDv7."""
    return new_id().hex


def is_name(text: str) -> bool:
    """Whether `text` may stand as one level of a topic: `[a-z0-9-]{1,32}`."""
    return NAME.fullmatch(text) is not None
