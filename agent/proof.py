"""What a code's text is worth to this gate: judged by the policy of the moment, its holder hashed."""

import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from agent.codes import Judged, Trust, holder, judge
from agent.settings import AgentSettings
from kadian.errors import KadianError
from kadian.messages import Code, Policy

KEY_BYTES = 32


class Proof:
    """Judges texts, from whatever reads them: a camera or a code gun.

    Args:
        key: what holders are hashed with.
        policy: of the moment.
        now: wall time with its offset.
    """

    def __init__(self, key: bytes, policy: Callable[[], Policy], now: Callable[[], datetime]) -> None:
        self._key = key
        self._policy = policy
        self._now = now
        self._staff: dict[str, str] = {}

    def read(self, text: str) -> Code:
        """What the text is worth; the text itself is forgotten here."""
        policy = self._policy()
        judged = judge(text, Trust(policy.pass_keys, frozenset(policy.revoked)), self._now())
        code = code_of(judged, holder(self._key, judged))
        if code.holder and judged.status == "valid":
            operator = policy.operators.get(judged.personal.get("holder", ""))
            if operator is None:
                self._staff.pop(code.holder, None)
            else:
                self._staff[code.holder] = operator
        return code

    def operator(self, code: Code) -> str | None:
        """Whose staff card this is; None of any other code."""
        return self._staff.get(code.holder or "") if code.status == "valid" else None


def open_proof(settings: AgentSettings, *, policy: Callable[[], Policy], now: Callable[[], datetime]) -> Proof:
    """The judge of codes of this gate; at a gate that reads none it needs no key, and makes none.

    Raises:
        KadianError: K0456 the holders' key cannot be read or made.
    """
    return Proof(holder_key(settings) if settings.camera is not None else b"", policy, now)


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
