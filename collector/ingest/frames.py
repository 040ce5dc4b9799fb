"""MQTT packets in a stream of bytes: publishes and their acknowledgements taken out, all others passed by. Pure.

Section numbers are those of the OASIS standard, MQTT Version 5.0; 3.1.1 differs here by the properties alone.
"""

import struct
from collections.abc import Container, Iterable
from typing import NamedTuple

from collector.ingest.arrival import Arrival
from kadian.topics import SCREENING_EXPIRY_SECONDS

PUBLISH = 3
PUBACK = 4
_PUBACK = struct.Struct("!BBH")
_NUMBER = struct.Struct("!H")
_EXPIRY = struct.Struct("!I")
EXPIRY = 2
"""The message expiry interval's number; then bytes, or texts, of a publish's other properties (section 2.2.2.2)."""
_EXPIRY_ALONE = bytes((5, EXPIRY))
_SIZES = {1: 1, EXPIRY: 4, 35: 2}
_TEXTS = {3: 1, 8: 1, 9: 1, 38: 2}
_SUBSCRIPTION = 11


class MalformedPacket(ValueError):  # noqa: N818 - the standard's word
    """Bytes that are no MQTT; the connection is of no use any more."""


class Found(NamedTuple):
    """What a piece of the stream held: messages, the numbers of acknowledgements, and all other packets, whole."""

    arrivals: list[Arrival]
    acknowledged: list[int]
    others: bytes


class Frames:
    """Cuts a stream into packets, however it is cut into pieces; a packet that is not whole yet waits for its rest.

    Args:
        connection: written into each arrival.
        protocol: 5, or 4 (MQTT 3.1.1).
        ours: whether an acknowledgement with this number is for us; the others are passed by.
    """

    def __init__(self, connection: int, protocol: int, ours: Container[int]) -> None:
        self._connection = connection
        self._has_properties = protocol == 5
        self._ours = ours
        self._rest = b""

    def feed(self, piece: bytes) -> Found:
        """Take the next bytes.

        Raises:
            MalformedPacket: a length of more than four bytes, or a publish that is shorter than its own parts.
        """
        stream = self._rest + piece if self._rest else piece
        arrivals: list[Arrival] = []
        acknowledged: list[int] = []
        others: list[bytes] = []
        begin = 0
        while (bounds := _bounds(stream, begin)) is not None:
            body, end = bounds
            kind = stream[begin] >> 4
            if kind == PUBLISH:
                arrivals.append(self._publish(stream, stream[begin], body, end))
            elif kind == PUBACK and end - body >= 2 and _NUMBER.unpack_from(stream, body)[0] in self._ours:
                acknowledged.append(_NUMBER.unpack_from(stream, body)[0])
            else:
                others.append(stream[begin:end])
            begin = end
        self._rest = stream[begin:]
        return Found(arrivals, acknowledged, b"".join(others))

    def _publish(self, stream: bytes, head: int, body: int, end: int) -> Arrival:
        """Section 3.3: the topic, with a quality of service the number, in version 5 properties, then the payload."""
        qos = head >> 1 & 3
        place = body + 2
        if place > end:
            raise MalformedPacket("a publish without a topic")
        name = stream[place : place + _NUMBER.unpack_from(stream, body)[0]]
        place += len(name)
        mid = waited = 0
        if qos:
            if place + 2 > end:
                raise MalformedPacket("a publish without its number")
            (mid,) = _NUMBER.unpack_from(stream, place)
            place += 2
        if self._has_properties:
            if place < end and not stream[place]:
                place += 1
            elif stream.startswith(_EXPIRY_ALONE, place) and place + 6 <= end:  # as nearly all
                waited = max(0, SCREENING_EXPIRY_SECONDS - _EXPIRY.unpack_from(stream, place + 2)[0])
                place += 6
            else:
                properties = _bounds(stream, place - 1, end)
                waited = _waited(stream, *properties) if properties else 0
                place = properties[1] if properties else end + 1
        if place > end:
            raise MalformedPacket("a publish shorter than its parts")
        try:
            topic = name.decode()
        except UnicodeDecodeError:
            topic = "(not UTF-8)"
        return Arrival(topic, stream[place:end], mid, qos, self._connection, bool(head & 1), waited)


def acknowledgements(mids: Iterable[int]) -> bytes:
    """PUBACK packets (section 3.4): dealt with."""
    return b"".join([_PUBACK.pack(PUBACK << 4, 2, mid) for mid in mids])


def publish(topic: bytes, payload: bytes, mid: int, protocol: int) -> bytes:
    """A PUBLISH packet (section 3.3) with quality of service 1 and without properties."""
    head = _NUMBER.pack(len(topic)) + topic + _NUMBER.pack(mid) + (b"\0" if protocol == 5 else b"")
    return bytes((PUBLISH << 4 | 2,)) + _length(len(head) + len(payload)) + head + payload


def _waited(stream: bytes, place: int, end: int) -> int:
    """How many seconds the properties say that a screening was with the broker; 0 where they say nothing."""
    while place < end and stream[place] != EXPIRY:
        kind, place = stream[place], place + 1
        if kind == _SUBSCRIPTION:
            place = next((at + 1 for at in range(place, end) if stream[at] < 128), end)
        elif kind in _SIZES:
            place += _SIZES[kind]
        else:
            for _ in range(_TEXTS.get(kind, 0)):
                place += 2 + _NUMBER.unpack_from(stream, place)[0] if place + 2 <= end else end
            if kind not in _TEXTS:
                return 0
    left = _EXPIRY.unpack_from(stream, place + 1)[0] if place + 5 <= end else SCREENING_EXPIRY_SECONDS
    return max(0, SCREENING_EXPIRY_SECONDS - left)


def _bounds(stream: bytes, begin: int, limit: int | None = None) -> tuple[int, int] | None:
    """Where the content behind the length that follows `begin` starts and ends; None while it is not all there."""
    available = len(stream) if limit is None else limit
    length = 0
    for count in range(4):
        place = begin + 1 + count
        if place >= available:
            return None
        length |= (stream[place] & 127) << 7 * count
        if stream[place] < 128:
            return (place + 1, place + 1 + length) if place + 1 + length <= available else None
    raise MalformedPacket("a length of more than four bytes")


def _length(number: int) -> bytes:
    """A variable byte integer (section 1.5.5)."""
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    found.append(number)
    return bytes(found)
