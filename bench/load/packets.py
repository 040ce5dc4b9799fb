"""MQTT 5 as bytes: the few packets that a gate and a broker exchange (OASIS MQTT 5.0, chapters 2 and 3). Pure.

The gates' own client would take as much of a core as the office that is measured, so the load program hands the broker
packets that it has encoded itself; the broker cannot tell them from the gates' own.
"""

import struct
from collections.abc import Iterator, Sequence

CONNACK, PUBLISH, PUBACK, SUBACK, DISCONNECT = 2, 3, 4, 9, 14
PING = b"\xc0\x00"
GOODBYE = b"\xe0\x00"


def connect(client: str, keepalive: int) -> bytes:
    """CONNECT with a clean start; `keepalive` in seconds."""
    name = client.encode()
    body = b"\x00\x04MQTT\x05\x02" + struct.pack(">HB", keepalive, 0) + _text(name)
    return _packet(0x10, body)


def subscribe(number: int, topics: Sequence[str]) -> bytes:
    """SUBSCRIBE to topics with QoS 1."""
    filters = b"".join(_text(topic.encode()) + b"\x01" for topic in topics)
    return _packet(0x82, struct.pack(">HB", number, 0) + filters)


def publish(topic: bytes, number: int, payload: bytes, retain: bool = False) -> bytes:
    """PUBLISH with QoS 1."""
    return _packet(0x32 | retain, _text(topic) + struct.pack(">HB", number, 0) + payload)


def acknowledge(number: int) -> bytes:
    """PUBACK, success."""
    return b"\x40\x02" + number.to_bytes(2, "big")


def published(flags: int, body: bytes) -> tuple[str, int, bytes]:
    """Topic, packet number (0 with QoS 0) and payload of a PUBLISH."""
    end = 2 + int.from_bytes(body[:2], "big")
    topic = body[2:end].decode()
    number = 0
    if flags & 0x06:
        number = int.from_bytes(body[end : end + 2], "big")
        end += 2
    length, end = _length(body, end)
    return topic, number, body[end + length :]


class Packets:
    """Cuts what a connection brings into packets: (kind, flags, body)."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, received: bytes) -> Iterator[tuple[int, int, bytes]]:
        """The packets that are whole by now."""
        buffer, at = self._rest + received if self._rest else received, 0
        while len(buffer) - at >= 2:
            try:
                length, begin = _length(buffer, at + 1)
            except IndexError:
                break
            if len(buffer) < begin + length:
                break
            yield buffer[at] >> 4, buffer[at] & 0x0F, buffer[begin : begin + length]
            at = begin + length
        self._rest = buffer[at:]


def _packet(first: int, body: bytes) -> bytes:
    length, size = bytearray(), len(body)
    while True:
        size, low = divmod(size, 128)
        length.append(low | 0x80 if size else low)
        if not size:
            return bytes((first,)) + length + body


def _text(value: bytes) -> bytes:
    return len(value).to_bytes(2, "big") + value


def _length(buffer: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer and where it ends (MQTT 5.0, 1.5.5)."""
    value = shift = 0
    while True:
        byte = buffer[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
