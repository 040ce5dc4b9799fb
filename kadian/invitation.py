"""What the office shows a new gate's camera, and what the two say to each other after that.

The code's text: `KADIAN-ENROL:1:` and base45 (RFC 9285, so that a QR code needs its small alphanumeric mode) of
MessagePack [address, pin, token, site, gate]. `address` is host:port of the office's enrolment service, `pin` the
SHA-256 of the certificate of the office's authority, `token` 16 random bytes that serve once.
"""

from typing import Annotated, Any

import base45
import msgspec
from msgspec import Meta, Struct

from kadian.identifiers import NAME_PATTERN

PREFIX = "KADIAN-ENROL:1:"
MOST_CHARACTERS = 600
CA_PATH = "/authority.pem"
ENROL_PATH = "/enrol"
Name = Annotated[str, Meta(pattern=NAME_PATTERN)]


class Invitation(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One gate's way into its site."""

    address: Annotated[str, Meta(pattern=r"^[0-9A-Za-z.:\[\]-]{3,120}$")]
    pin: Annotated[bytes, Meta(min_length=32, max_length=32)]
    token: Annotated[bytes, Meta(min_length=16, max_length=16)]
    site: Name
    gate: Name

    def __repr__(self) -> str:
        """Nothing secret, so that it may stand in a log."""
        return f"Invitation({self.site}/{self.gate} at {self.address})"


class Plea(Struct, frozen=True):
    """The gate's request: the token (hexadecimal) and a certificate signing request (PEM) for a key of its own."""

    token: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$(?!\n)")]
    csr: Annotated[str, Meta(max_length=4096)]


class Welcome(Struct, frozen=True):
    """The office's answer: who the gate is, its certificate and the authority's (PEM), its broker, its devices.

    `devices` are tables of the gate's configuration (`thermometer`, `camera`, `gun` …), as the office was told them.
    """

    site: Name
    gate: Name
    certificate: str
    authority: str
    broker_url: str
    devices: dict[str, dict[str, Any]] = {}


def text_of(invitation: Invitation) -> str:
    """The text of the code."""
    return f"{PREFIX}{base45.b45encode(msgspec.msgpack.encode(invitation)).decode('ascii')}"


def parse(text: str) -> Invitation:
    """The invitation in a code's text.

    Raises:
        ValueError: it is none, or not a whole one.
    """
    if not text.startswith(PREFIX) or len(text) > MOST_CHARACTERS:
        raise ValueError("no invitation")
    try:
        return msgspec.msgpack.decode(base45.b45decode(text[len(PREFIX) :]), type=Invitation)
    except (msgspec.MsgspecError, ValueError, UnicodeError, OverflowError) as error:
        raise ValueError("a damaged invitation") from error
