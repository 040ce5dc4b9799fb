"""Puts a camera, the scanner and the judge of codes together for one gate."""

import secrets
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from agent.codes import Judged, Trust, holder, judge
from agent.scanner.camera import open_source
from agent.scanner.cascade import Cascade
from agent.scanner.live import Live
from agent.settings import AgentSettings, Camera
from agent.sight import Sight
from kadian.errors import KadianError
from kadian.messages import Code, Policy

KEY_BYTES = 32


def eyes(
    settings: AgentSettings,
    *,
    on_code: Callable[[Code, float], None],
    policy: Callable[[], Policy],
    now: Callable[[], datetime],
    monotonic: Callable[[], float] = time.monotonic,
) -> Sight:
    """The camera of these settings, with every code in its view judged by the policy of the moment.

    Raises:
        KadianError: K0252 no decoder is installed, K0456 the holders' key cannot be read or made.
    """
    key = holder_key(settings)

    def read(text: str) -> Code:
        judged = judge(text, Trust(policy().pass_keys), now())
        return code_of(judged, holder(key, judged))

    camera = settings.camera or Camera("")
    live = Live(Cascade(), camera.look_milliseconds / 1000)
    return Sight(open_source(camera.source, monotonic), live.look, read, on_code)


def code_of(judged: Judged, hashed: str | None) -> Code:
    """A verdict on a code in the contract's words; what would not fit them is left out, never sent.

    Args:
        judged: by one of the formats.
        hashed: the holder's keyed hash.
    """
    told = {"format": judged.format, "status": judged.status, "holder": hashed}
    more = {"colour": judged.colour, "expires": judged.expires}
    try:
        return msgspec.convert({**told, **more}, Code)
    except msgspec.ValidationError:
        return msgspec.convert(told, Code)


def holder_key(settings: AgentSettings) -> bytes:
    """The key that holders are hashed with: the file that the settings name, or one made beside the outbox.

    Raises:
        KadianError: K0456 it cannot be read or made, or is shorter than 16 bytes.
    """
    given = settings.codes.holder_key_file
    path = Path(given) if given else Path(settings.outbox.path).parent / "holder.key"
    try:
        if given is None and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(KEY_BYTES), "ascii")
        key = path.read_bytes().strip()
    except OSError as error:
        raise KadianError("K0456", str(path), reason=error.strerror or str(error)) from error
    if len(key) < 16:
        raise KadianError("K0456", str(path), reason=f"{len(key)} bytes, at least 16 are needed")
    return key
