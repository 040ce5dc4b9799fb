"""Who may see the gate's screen from the gate's own network: whoever was told its PIN, for half a day."""

import hashlib
import hmac
import threading
import time
from collections import deque
from collections.abc import Callable

LIFE_SECONDS = 12 * 3600
TRIES_A_MINUTE = 5
"""Of all phones together: a million PINs of six digits then take 139 days."""


class TooManyTriesError(Exception):
    """A PIN was tried too often within the last minute."""


class Pairing:
    """Turns the PIN into a token, and knows its own tokens again, also after a restart.

    A token is an end (seconds since 1970) and its HMAC under a key that scrypt makes of the PIN: nothing has to be
    kept, and a new PIN ends all tokens.

    Args:
        pin: 6 to 12 digits.
        gate: makes the key this gate's own.
        wall: seconds since 1970.
        monotonic: seconds.
    """

    def __init__(
        self,
        pin: str,
        gate: str,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pin = pin.strip().encode()
        self._key = hashlib.scrypt(self._pin, salt=b"kadian kiosk " + gate.encode(), n=1 << 14, r=8, p=1, dklen=32)
        self._wall = wall
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._tries: deque[float] = deque(maxlen=TRIES_A_MINUTE)

    def enter(self, pin: str) -> str | None:
        """A token for the right PIN, None for a wrong one.

        Raises:
            TooManyTriesError: the fifth wrong one was less than a minute ago; this one was not looked at.
        """
        with self._lock:
            now = self._monotonic()
            if len(self._tries) == TRIES_A_MINUTE and now - self._tries[0] < 60:
                raise TooManyTriesError
            if not hmac.compare_digest(pin.encode(), self._pin):
                self._tries.append(now)
                return None
        return self._token(int(self._wall()) + LIFE_SECONDS)

    def holds(self, token: str) -> bool:
        """Whether this is a token of ours that has not ended."""
        end = token.partition(".")[0]
        if not (end.isascii() and end.isdigit() and len(end) < 16):
            return False
        if not hmac.compare_digest(token.encode(), self._token(int(end)).encode()):
            return False
        # One that ends too late was given while the clock was wrong.
        return 0 <= int(end) - self._wall() <= LIFE_SECONDS

    def _token(self, end: int) -> str:
        return f"{end}.{hmac.new(self._key, str(end).encode(), hashlib.sha256).hexdigest()}"
