"""Who shows a code, without saying who."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from agent.codes.judged import Judged


def holder(key: bytes, judged: Judged) -> str | None:
    """The keyed hash of a code's holder, None when it has none; `key` is the day's (`kadian.daykey`)."""
    return None if judged.holder_source is None else hashed(key, judged.format, judged.holder_source)


def hashed(key: bytes, format_: str, source: bytes) -> str:
    """A keyed hash of what stands for a holder: 22 characters of base64url.

    HMAC-SHA256 over format, a zero byte and the source, cut to 128 bits (RFC 2104, section 5). Keyed, because names
    and numbers are few enough to be tried out one after another.
    """
    digest = hmac.new(key, format_.encode() + b"\0" + source, sha256).digest()
    return urlsafe_b64encode(digest[:16]).decode().rstrip("=")
