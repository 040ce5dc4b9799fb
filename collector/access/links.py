"""What stands at the end of a message's link: it says which message, until when it may be used, and that we wrote it.

24 bytes as 32 letters of base64url, short enough for a variable of a text message:

    | 10 bytes: the beginning of the message's id | 3: until, hours since 1970 | 11: of HMAC-SHA256 of the 13 before |

Whoever holds it may take and close what the message tells of, and nothing else.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from uuid import UUID

import msgspec

from kadian.errors import KadianError
from kadian.secretfile import make_secret, read_secret

NAME = "links.key"
KEY_BYTES = 32
ID_BYTES = 10
SIGNED_BYTES = ID_BYTES + 3
MAC_BYTES = 11
HOUR_MS = 3_600_000
TOKEN = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)


class Opened(msgspec.Struct, frozen=True):
    """What a token says: the first 23 characters of the message's id, and until when, milliseconds since 1970."""

    delivery: str
    until_ms: int


class LinkKey:
    """32 random bytes kept in `folder`, made at the first start. With another key older links open nothing."""

    def __init__(self, folder: Path) -> None:
        """Reads or makes the key.

        Raises:
            KadianError: K0500, K0501 its file; K0580 it is no key.
        """
        path = folder / NAME
        make_secret(path, secrets.token_bytes(KEY_BYTES))
        self._key = read_secret(path)
        if len(self._key) != KEY_BYTES:
            raise KadianError("K0580", str(path), bytes=KEY_BYTES)

    def token(self, delivery: str, until_ms: int) -> str:
        """The token of a message; `until_ms` is rounded up to a full hour.

        Raises:
            ValueError: the id is no UUID.
        """
        hours = -(-until_ms // HOUR_MS)
        signed = UUID(delivery).bytes[:ID_BYTES] + hours.to_bytes(SIGNED_BYTES - ID_BYTES, "big")
        return urlsafe_b64encode(signed + self._mac(signed)).decode("ascii")

    def opened(self, token: str) -> Opened | None:
        """What a token says, also one that is over; None: it is none of ours."""
        if not TOKEN.fullmatch(token):
            return None
        raw = urlsafe_b64decode(token)
        signed, mac = raw[:SIGNED_BYTES], raw[SIGNED_BYTES:]
        if not hmac.compare_digest(mac, self._mac(signed)):
            return None
        whole = str(UUID(bytes=signed[:ID_BYTES] + bytes(16 - ID_BYTES)))
        return Opened(whole[:23], int.from_bytes(signed[ID_BYTES:], "big") * HOUR_MS)

    def _mac(self, signed: bytes) -> bytes:
        return hmac.digest(self._key, b"kadian link\0" + signed, "sha256")[:MAC_BYTES]
