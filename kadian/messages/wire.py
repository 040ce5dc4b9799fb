"""Bytes to messages and back. Rubbish is refused with a reason; unknown fields are ignored."""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from kadian.messages.command import Command, Reply
from kadian.messages.policy import Policy
from kadian.messages.receipt import Receipt
from kadian.messages.screening import Screening
from kadian.messages.status import Status
from kadian.messages.telemetry import Telemetry
from kadian.topics import Kind

Message = Screening | Receipt | Status | Telemetry | Policy | Command | Reply
M = TypeVar("M", Screening, Receipt, Status, Telemetry, Policy, Command, Reply)

MESSAGES: dict[Kind, type[Message]] = {
    Kind.SCREENING: Screening,
    Kind.RECEIPT: Receipt,
    Kind.STATUS: Status,
    Kind.TELEMETRY: Telemetry,
    Kind.POLICY: Policy,
    Kind.COMMAND: Command,
    Kind.REPLY: Reply,
}
MOST_IN_ONE = 500
"""Screenings in one array."""
MOST_BYTES = 1_048_576
"""Of one message. A screening takes about 400 bytes, so an array of 500 stays well below."""

_encoder = msgspec.json.Encoder()
_decoders = {kind: msgspec.json.Decoder(kind) for kind in MESSAGES.values()}
_screening_array = msgspec.json.Decoder(tuple[Screening, ...])
_raw_array = msgspec.json.Decoder(list[msgspec.Raw])


class Refused(ValueError):  # noqa: N818 - the field's word
    """A payload that is not a message of the contract; the text says why."""


def encode(message: Message | list[Screening]) -> bytes:
    """UTF-8 JSON; a missing optional field is absent.

    A number that is not finite becomes null, which `decode` refuses.
    """
    return _encoder.encode(message)


def decode(kind: type[M], payload: bytes | memoryview) -> M:
    """One message.

    Raises:
        Refused: too large, not UTF-8 JSON, a field missing, of a wrong type or out of range.
    """
    if len(payload) > MOST_BYTES:
        raise Refused(f"{len(payload)} bytes, at most {MOST_BYTES}")
    try:
        return _decoders[kind].decode(payload)  # type: ignore[return-value]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise Refused(str(error)) from None


def decode_screenings(payload: bytes) -> tuple[Screening, ...]:
    """All screenings of one payload at once: one object, or an array of up to 500.

    Raises:
        Refused: any of them is refused, or the payload as a whole; `split_screenings` tells them apart.
    """
    if not payload.lstrip(b" \t\r\n").startswith(b"["):
        return (decode(Screening, payload),)
    if len(payload) > MOST_BYTES:
        raise Refused(f"{len(payload)} bytes, at most {MOST_BYTES}")
    try:
        found = _screening_array.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise Refused(str(error)) from None
    if len(found) > MOST_IN_ONE:
        raise Refused(f"{len(found)} screenings in one message, at most {MOST_IN_ONE}")
    return found


def split_screenings(payload: bytes) -> Iterator[bytes]:
    """The JSON texts of the screenings in one payload: one object, or an array of up to 500.

    Each is decoded by itself, so that one that is refused takes no other with it.

    Raises:
        Refused: the payload as a whole is no JSON, too large, or holds too many.
    """
    if len(payload) > MOST_BYTES:
        raise Refused(f"{len(payload)} bytes, at most {MOST_BYTES}")
    if not payload.lstrip(b" \t\r\n").startswith(b"["):
        yield payload
        return
    try:
        parts = _raw_array.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(str(error)) from None
    if len(parts) > MOST_IN_ONE:
        raise Refused(f"{len(parts)} screenings in one message, at most {MOST_IN_ONE}")
    for part in parts:
        yield bytes(part)
