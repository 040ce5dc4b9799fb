"""One connection of the load program to the broker; several gates may stand behind it."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from bench.load import packets

UNACKNOWLEDGED = 100
"""Messages under way on one connection: below the receive maximum that kadian's brokers announce (100 and 256)."""
TOPICS_AT_ONCE = 300
KEEPALIVE = 60


class Line(asyncio.Protocol):
    """Sends with QoS 1, acknowledges what it hears; what is written within one turn leaves in one segment.

    Args:
        name: the client's id.
        on_message: takes topic and payload of what arrives.
    """

    def __init__(self, name: str, on_message: Callable[[str, bytes], None]) -> None:
        self._name = name
        self._on_message = on_message
        self._packets = packets.Packets()
        self._transport: asyncio.Transport | None = None
        self._out: list[bytes] = []
        self._queue: deque[tuple[bytes, bytes, bool]] = deque()
        self._under_way: set[int] = set()
        self._number = 0
        self._awaited = 1
        self._ready = asyncio.Event()
        self.refused = 0

    @property
    def idle(self) -> bool:
        """Whether all that was published is acknowledged by the broker."""
        return not self._queue and not self._under_way

    @property
    def room(self) -> int:
        """How many messages may go before the broker has to acknowledge one."""
        return UNACKNOWLEDGED - len(self._under_way) - len(self._queue)

    async def open(self, port: int, topics: Sequence[str]) -> None:
        """Connect and subscribe."""
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", port)
        await self._ready.wait()
        parts = [topics[at : at + TOPICS_AT_ONCE] for at in range(0, len(topics), TOPICS_AT_ONCE)]
        self._ready.clear()
        self._awaited = len(parts)
        for part in parts:
            self._out.append(packets.subscribe(self._next(), part))
        self.flush()
        await self._ready.wait()

    def publish(self, topic: bytes, payload: bytes, retain: bool = False) -> None:
        """Queue a message; `flush` sends it."""
        if len(self._under_way) >= UNACKNOWLEDGED:
            self._queue.append((topic, payload, retain))
            return
        number = self._next()
        self._under_way.add(number)
        self._out.append(packets.publish(topic, number, payload, retain))

    def flush(self) -> None:
        """Hand all that was written to the kernel."""
        if self._out and self._transport is not None:
            self._transport.write(b"".join(self._out))
            self._out.clear()

    def ping(self) -> None:
        """Keep the connection alive."""
        self._out.append(packets.PING)
        self.flush()

    def close(self) -> None:
        """Say goodbye."""
        self._out.append(packets.GOODBYE)
        self.flush()
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: Any) -> None:
        """asyncio: connected."""
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport.write(packets.connect(self._name, KEEPALIVE))

    def data_received(self, received: bytes) -> None:
        """asyncio: bytes have come."""
        for kind, flags, body in self._packets.feed(received):
            if kind == packets.PUBLISH:
                topic, number, payload = packets.published(flags, body)
                if number:
                    self._out.append(packets.acknowledge(number))
                self._on_message(topic, payload)
            elif kind == packets.PUBACK:
                self._acknowledged(body)
            elif kind in {packets.CONNACK, packets.SUBACK}:
                self._granted(kind, body)
            elif kind == packets.DISCONNECT:
                raise SystemExit(f"the broker disconnected {self._name}: {body.hex()}")
        self.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the connection is gone."""
        if exc is not None:
            raise SystemExit(f"connection {self._name} lost: {exc}")

    def _acknowledged(self, body: bytes) -> None:
        # A reason of 0x80 and above is a refusal (MQTT 5.0, 3.4.2.1); left out when it is 0.
        self.refused += len(body) > 2 and body[2] >= 0x80
        self._under_way.discard(int.from_bytes(body[:2], "big"))
        if self._queue:
            self.publish(*self._queue.popleft())

    def _granted(self, kind: int, body: bytes) -> None:
        if kind == packets.CONNACK and body[1]:
            raise SystemExit(f"the broker refused {self._name}: reason {body[1]}")
        self._awaited -= 1
        if not self._awaited:
            self._ready.set()

    def _next(self) -> int:
        while True:
            self._number = self._number % 65_535 + 1
            if self._number not in self._under_way:
                return self._number
