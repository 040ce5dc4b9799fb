"""Signers of SMART Health Cards: JSON Web Key sets into short keys."""

import msgspec
from msgspec import Struct

from kadian.messages.trust import ShcKey


class _Jwk(Struct):
    kid: str
    kty: str = ""
    crv: str = ""
    x: str = ""
    y: str = ""


class _Set(Struct):
    keys: list[_Jwk]


class _List(Struct):
    issuers: dict[str, _Set]
    as_of: str | None = None


def shc_keys(raw: bytes) -> tuple[tuple[ShcKey, ...], str | None]:
    """The P-256 keys of a list, and the moment it names for itself; keys of other kinds sign no health card.

    A list is one issuer's key set as it publishes it (`{"keys": […]}`; then whoever names the key is believed), or
    `{"as_of": …, "issuers": {iss: {"keys": […]}}}`.

    Raises:
        ValueError: it is neither, or holds no usable key.
    """
    try:
        fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        if "issuers" in fields:
            read = msgspec.json.decode(raw, type=_List)
            sets, as_of = read.issuers, read.as_of
        else:
            sets, as_of = {"": msgspec.json.decode(raw, type=_Set)}, None
        keys = [
            msgspec.convert([issuer, key.kid, key.x, key.y], ShcKey)
            for issuer, one in sets.items()
            for key in one.keys
            if (key.kty, key.crv) == ("EC", "P-256")
        ]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"no key set: {error}") from None
    if not keys:
        raise ValueError("no P-256 key in it")
    return tuple(keys), as_of
