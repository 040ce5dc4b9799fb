"""The socket beneath paho: read in large pieces, with the gates' messages taken out before paho sees them."""

import select
import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from threading import Lock
from typing import NamedTuple

from collector.ingest.arrival import Arrival
from collector.ingest.frames import Frames, MalformedPacket, acknowledgements, publish

PIECE_BYTES = 131_072
UNTAKEN_SECONDS = 8.0
"""How long the broker may leave our bytes untaken before the connection counts as cut."""
MOST_NUMBER = 65_535


class Subject(NamedTuple):
    """What a message is about: `about` tells two subjects of one topic apart."""

    topic: str
    about: str


class Wire:
    """One connection to the broker, in the place of paho's socket (what paho calls of a socket is here).

    paho reads a packet by three or more system calls, decodes it with general means and wakes a thread for each
    acknowledgement: 45 µs a message, where this takes 8. Everything that is not a publish to us, or the answer to one
    of `publish`, goes through paho as ever.

    Args:
        connection: connected, with its TLS handshake done.
        number: of this connection, for the arrivals.
        protocol: 5, or 4 (MQTT 3.1.1).
        take: gets the messages of each piece; runs in paho's thread, and may block to hold the broker back.
    """

    def __init__(
        self,
        connection: socket.socket | ssl.SSLSocket,
        number: int,
        protocol: int,
        take: Callable[[Sequence[Arrival]], None],
    ) -> None:
        self.connection = connection
        self.number = number
        self.most_in_flight = MOST_NUMBER
        """Of what `publish` sends, unacknowledged; the broker's receive maximum."""
        self._protocol = protocol
        self._take = take
        self._in_flight: set[int] = set()
        self._waiting: dict[Subject, bytes] = {}
        self._last_number = 0
        self._frames = Frames(number, protocol, self._in_flight)
        self._unread = b""
        self._sending = Lock()
        self._at_work = Lock()  # an OpenSSL connection is not for two threads at once
        with suppress(OSError):
            # A small packet is not to wait until the one before is confirmed (Nagle's algorithm, RFC 896).
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError, AttributeError):  # Linux alone knows it; else a cut is over long after its end
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(UNTAKEN_SECONDS * 1000))

    def publish(self, several: Iterable[tuple[Subject, bytes]]) -> None:
        """Send each payload with quality of service 1; beyond what the broker takes the newest of a subject waits.

        A later payload says all that the one before said: what waits is replaced by it.

        Raises:
            OSError: the connection is lost.
        """
        with self._sending:
            self._waiting.update(several)
            self._send_waiting()

    def acknowledge(self, mids: Sequence[int]) -> None:
        """Tell the broker that these messages are dealt with.

        Raises:
            OSError: the connection is lost.
        """
        with self._sending:
            self._send(acknowledgements(mids))

    def recv(self, size: int) -> bytes:
        """The next bytes for paho, at most `size`; messages on the way are handed to `take`.

        Raises:
            BlockingIOError: nothing for paho has arrived.
            OSError: the connection is lost.
        """
        if not self._unread:
            with self._at_work:
                piece = self.connection.recv(PIECE_BYTES)
                with suppress(OSError, AttributeError):
                    # Linux confirms late what is answered with nothing, 40 ms, and a broker that collects small packets
                    # (Nagle's algorithm) holds the next message back until then. It has to be said each time.
                    self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            if not piece:
                return b""
            try:
                found = self._frames.feed(piece)
            except MalformedPacket as error:
                raise ConnectionError(str(error)) from None
            if found.acknowledged:
                with self._sending:
                    self._in_flight.difference_update(found.acknowledged)
                    self._send_waiting()
            if found.arrivals:
                # It may hold the broker back for seconds: receipts are not to wait for that, or gates send all again.
                self._take(found.arrivals)
            self._unread = found.others
            if not self._unread:
                raise BlockingIOError
        given, self._unread = self._unread[:size], self._unread[size:]
        return given

    def send(self, packet: bytes) -> int:
        """Send a whole packet of paho's.

        Raises:
            OSError: the connection is lost.
        """
        with self._sending:
            self._send(packet)
        return len(packet)

    def pending(self) -> int:
        """Bytes that can be had without waiting for the socket."""
        beneath = self.connection.pending() if isinstance(self.connection, ssl.SSLSocket) else 0
        return len(self._unread) + beneath

    def fileno(self) -> int:
        """For `select`."""
        return self.connection.fileno()

    def setblocking(self, blocking: bool) -> None:
        """As a socket's."""
        self.connection.setblocking(blocking)

    def close(self) -> None:
        """As a socket's."""
        self.connection.close()

    def _send_waiting(self) -> None:
        packets = []
        while self._waiting and len(self._in_flight) < self.most_in_flight:
            subject = next(iter(self._waiting))
            payload = self._waiting.pop(subject)
            packets.append(publish(subject.topic.encode(), payload, self._next_number(), self._protocol))
        if packets:
            self._send(b"".join(packets))

    def _next_number(self) -> int:
        """A number that is not on its way. They come down from the top, since paho's own go up from 1."""
        while True:
            self._last_number = self._last_number - 1 if self._last_number > 1 else MOST_NUMBER
            if self._last_number not in self._in_flight:
                self._in_flight.add(self._last_number)
                return self._last_number

    def _send(self, packet: bytes) -> None:
        """All of it, in one piece: a part of a packet that another follows would be the end of the connection."""
        unsent = memoryview(packet)
        while unsent:
            try:
                with self._at_work:
                    unsent = unsent[self.connection.send(unsent) :]
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                if not self._writable():
                    with suppress(OSError):
                        self.connection.shutdown(socket.SHUT_RDWR)
                    raise TimeoutError("the broker does not take what is sent") from None

    def _writable(self) -> bool:
        """Wait for room; `poll`, since `select` takes no descriptor beyond 1,023."""
        room = select.poll()
        try:
            room.register(self.connection, select.POLLOUT)
        except ValueError:  # another thread has closed it: its descriptor is -1
            raise ConnectionError("the connection was closed") from None
        return bool(room.poll(UNTAKEN_SECONDS * 1000))
