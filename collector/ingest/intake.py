"""What one MQTT message brings to the ledger. Pure; rubbish comes out as refusals, never as an exception."""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from kadian import topics
from kadian.messages import Refused, Reply, Screening, Status, Telemetry, decode, decode_screenings, split_screenings
from kadian.messages.fields import Epoch, Seq
from kadian.topics import Kind

KEPT_AFTER_SECONDS = 900
"""Who was measured so long ago is not met at the gate any more; as the rules' `LATE_AFTER_MS`."""


class Refusal(msgspec.Struct, frozen=True):
    """A payload that was refused, and why. With `epoch` and `seq` it is one screening that can be named."""

    reason: str
    payload: bytes
    epoch: str | None = None
    seq: int | None = None


class Intake(msgspec.Struct, frozen=True, gc=False):
    """What one message brings. `gate` is the topic's; None when the topic itself was refused."""

    topic: str
    gate: str | None = None
    screenings: tuple[Screening, ...] = ()
    status: Status | None = None
    telemetry: Telemetry | None = None
    reply: Reply | None = None
    refusals: tuple[Refusal, ...] = ()


class _Number(msgspec.Struct, frozen=True):
    """The two fields by which a gate knows a screening, whatever the rest looks like."""

    epoch: Epoch
    seq: Seq


_parse = lru_cache(maxsize=65_536)(topics.parse)
"""A city's gates say the same few topics again and again."""
_number = msgspec.json.Decoder(_Number)


def take_in(site: str, topic: str, payload: bytes, *, kept: bool = False) -> Intake:
    """Read one message that a gate of `site` sent; whose it is, the topic alone says.

    `kept`: the broker let it wait for long.
    """
    try:
        whose = _parse(topic)
    except ValueError as error:
        return Intake(topic, refusals=(Refusal(str(error), payload),))
    if whose.site != site:
        return Intake(topic, refusals=(Refusal(f"of another site than {site}", payload),))
    try:
        return _of_kind(whose.kind, topic, whose.gate, payload, kept=kept)
    except Refused as error:
        return Intake(topic, whose.gate, refusals=(Refusal(str(error), payload),))
    except Exception as error:  # noqa: BLE001 - one message must not end the thread that commits all others
        return Intake(topic, whose.gate, refusals=(Refusal(f"{type(error).__name__}: {error}", payload),))


def _of_kind(kind: Kind, topic: str, gate: str, payload: bytes, *, kept: bool) -> Intake:
    match kind:
        case Kind.SCREENING:
            return _screenings(topic, gate, payload, kept=kept)
        case Kind.STATUS:
            return Intake(topic, gate, status=decode(Status, payload))
        case Kind.TELEMETRY:
            return Intake(topic, gate, telemetry=decode(Telemetry, payload))
        case Kind.REPLY:
            return Intake(topic, gate, reply=decode(Reply, payload))
        case _:
            raise Refused(f"{kind} is said by the office alone")


def _screenings(topic: str, gate: str, payload: bytes, *, kept: bool) -> Intake:
    refused: tuple[Refusal, ...] = ()
    try:
        accepted = decode_screenings(payload)
    except Refused:
        # Something in it is wrong; the others do not suffer for it.
        each = list(_each(payload))
        accepted = tuple(one for one in each if isinstance(one, Screening))
        refused = tuple(one for one in each if isinstance(one, Refusal))
    if kept or len(accepted) + len(refused) > 1:
        for one in accepted:  # nobody else has seen it yet
            msgspec.structs.force_setattr(one, "drained", True)
    return Intake(topic, gate, screenings=accepted, refusals=refused)


def _each(payload: bytes) -> Iterator[Screening | Refusal]:
    for text in split_screenings(payload):
        try:
            yield decode(Screening, text)
        except Refused as error:
            yield _refusal(str(error), text)


def _refusal(reason: str, text: bytes) -> Refusal:
    try:
        number = _number.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
        return Refusal(reason, text)
    return Refusal(reason, text, number.epoch, number.seq)
