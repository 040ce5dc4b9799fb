"""Cursors of pages: opaque to whoever carries them."""

import base64
import binascii
from typing import TypeVar

import msgspec

from collector.api.problems import Failed, both

T = TypeVar("T", bound=tuple[int | str, ...])
MOST = (1 << 63) - 1


def cursor_of(place: tuple[int | str, ...]) -> str:
    """The cursor of the last row of a page."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def place_of(cursor: str | None, kind: type[T]) -> T | None:
    """The place that a cursor names, of the tuple type `kind`; None without a cursor.

    Raises:
        Failed: 422, it is not a cursor of this list.
    """
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        place = msgspec.json.decode(text, type=kind)
    except (binascii.Error, ValueError):
        raise Failed(422, both("http.bad_cursor")) from None
    if not all(_storable(part) for part in place):
        raise Failed(422, both("http.bad_cursor"))
    return place


def _storable(part: int | str) -> bool:
    """Whether a database takes it: whole numbers of 64 bits, texts without NUL."""
    return -MOST <= part <= MOST if isinstance(part, int) else "\0" not in part
