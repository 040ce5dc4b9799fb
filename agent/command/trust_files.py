"""Files of keys for `kadian code --trust`: pass cards' public keys, certificates of signers, key sets of issuers."""

from base64 import b64decode
from pathlib import Path

import msgspec

from agent.codes.judged import Trust
from kadian.errors import KadianError
from kadian.messages import PassKey
from kadian.trust import certificates_in, dcc_key, shc_keys

MOST_BYTES = 16 << 20
PASS_KEY_BYTES = 32


def trust_in(files: tuple[Path, ...]) -> Trust:
    """What all the files together say; their content tells what each of them is.

    Raises:
        KadianError: K0250 a file cannot be read, K0253 it holds no key.
    """
    trust = Trust()
    for file in files:
        try:
            with file.open("rb") as stream:
                raw = stream.read(MOST_BYTES)
        except OSError as error:
            raise KadianError("K0250", str(file), reason=error.strerror or str(error)) from None
        try:
            trust = _with(trust, raw)
        except ValueError:
            raise KadianError("K0253", str(file)) from None
    return trust


def _with(trust: Trust, whole: bytes) -> Trust:
    lists = trust.lists
    raw = whole.strip()
    if b'"keys"' in raw or b'"issuers"' in raw:
        lists = msgspec.structs.replace(lists, shc=lists.shc + shc_keys(raw)[0])
    elif raw.startswith((b"[", b"{")) and b'"certificates"' not in raw:
        return msgspec.structs.replace(trust, pass_keys=trust.pass_keys + _pass_keys(raw))
    else:
        bare = _bare(raw)
        if bare is not None and len(bare) == PASS_KEY_BYTES:
            every = tuple(PassKey(number, raw.decode("ascii")) for number in range(256))
            return msgspec.structs.replace(trust, pass_keys=trust.pass_keys + every)
        found, _ = certificates_in(bare or whole)  # a certificate in DER may end in any byte
        lists = msgspec.structs.replace(lists, dcc=lists.dcc + tuple(dcc_key(der) for der in found))
    return msgspec.structs.replace(trust, lists=lists)


def _bare(raw: bytes) -> bytes | None:
    """The bytes that a file of nothing but base64 stands for: a pass card's key, or a certificate."""
    try:
        return b64decode(b"".join(raw.split()), validate=True)
    except ValueError:
        return None


def _pass_keys(raw: bytes) -> tuple[PassKey, ...]:
    kind = tuple[PassKey, ...] if raw.startswith(b"[") else PassKey
    try:
        read = msgspec.json.decode(raw, type=kind)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
    keys = read if isinstance(read, tuple) else (read,)
    if not keys or any(len(b64decode(key.public, validate=True)) != PASS_KEY_BYTES for key in keys):
        raise ValueError("no key")
    return keys
