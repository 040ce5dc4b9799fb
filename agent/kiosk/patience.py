"""A client that dawdles or never stops is read up to a moment and a size, and not a byte further."""

import io
import socket
import time
from collections.abc import Callable
from typing import Any


class Patient(io.RawIOBase):
    """Reads one request from a socket.

    Args:
        connection: a connected socket, plain or TLS.
        seconds: for the whole request, however its bytes drip.
        most_bytes: of headers and body together.
        monotonic: the clock, in seconds.
    """

    def __init__(
        self,
        connection: socket.socket,
        seconds: float,
        most_bytes: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._connection = connection
        self._monotonic = monotonic
        self._until = monotonic() + seconds
        self._left = most_bytes

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """What has arrived, into `buffer`.

        Raises:
            TimeoutError: time or size is used up.
        """
        seconds = self._until - self._monotonic()
        if seconds <= 0 or self._left <= 0:
            raise TimeoutError
        self._connection.settimeout(seconds)
        count = self._connection.recv_into(memoryview(buffer)[: self._left])
        self._left -= count
        return count
