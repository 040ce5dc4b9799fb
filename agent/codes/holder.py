"""Who shows a code, without saying who."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from agent.codes.judged import Judged


def holder(key: bytes, judged: Judged) -> str | None:
    """A keyed hash of the holder: 22 characters of base64url, None when the code has no holder.

    HMAC-SHA256 over format, a zero byte and the source, cut to 128 bits (RFC 2104, section 5). Keyed, because names
    and numbers are few enough to be tried out one after another.
    """
    if judged.holder_source is None:
        return None
    digest = hmac.new(key, judged.format.encode() + b"\0" + judged.holder_source, sha256).digest()
    return urlsafe_b64encode(digest[:16]).decode().rstrip("=")
