"""What a gate believes about codes: whose signatures, as of when, and which texts are the neighbourhood's own."""

from typing import Annotated

from msgspec import Meta, Struct

from kadian.messages.fields import Moment

Base64 = Annotated[str, Meta(max_length=1400, pattern=r"^[A-Za-z0-9+/]+={0,2}$(?!\n)")]
Seconds = Annotated[int, Meta(ge=0, le=253_402_300_799, description="since 1970")]
Coordinate = Annotated[str, Meta(min_length=43, max_length=43, description="32 bytes, base64url")]
Pattern = Annotated[str, Meta(min_length=3, max_length=200)]


class DccKey(Struct, frozen=True, array_like=True):
    """One signer of EU Digital COVID Certificates, as a short array: an EU-wide list has about 2,500.

    `kid`: the first 8 bytes of the certificate's SHA-256, base64. `key`: its SubjectPublicKeyInfo (DER, base64). `use`:
    what it may sign: v vaccination, t test, r recovery. `since`, `until`: the certificate's own validity.
    """

    kid: Annotated[str, Meta(min_length=12, max_length=12)]
    key: Base64
    use: Annotated[str, Meta(pattern=r"^v?t?r?$(?!\n)")]
    since: Seconds
    until: Seconds


class ShcKey(Struct, frozen=True, array_like=True):
    """One signer of SMART Health Cards: a P-256 key of an issuer (its `iss`; empty: whoever names this key)."""

    issuer: Annotated[str, Meta(max_length=300)]
    kid: Annotated[str, Meta(min_length=1, max_length=64)]
    x: Coordinate
    y: Coordinate


class TrustLists(Struct, frozen=True, omit_defaults=True):
    """Key lists, each as of a moment. A list that is older than `days` is still used, and said to be old."""

    dcc: tuple[DccKey, ...] = ()
    dcc_at: Moment | None = None
    shc: tuple[ShcKey, ...] = ()
    shc_at: Moment | None = None
    days: Annotated[int, Meta(ge=1, le=3650)] = 14


class OwnTexts(Struct, frozen=True, omit_defaults=True):
    """Texts of the neighbourhood's own codes, which prove nothing.

    `place`: how the text of a place code begins. `resident`: the shape of a number that stands for a resident; `#` is a
    digit, `@` a letter A to Z, anything else itself.
    """

    place: Annotated[tuple[Pattern, ...], Meta(max_length=32)] = ()
    resident: Annotated[tuple[Pattern, ...], Meta(max_length=32)] = ()


class HolderSeed(Struct, frozen=True):
    """The key that every gate of a site hashes holders with on one day (32 bytes, base64), see `kadian.daykey`."""

    day: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$(?!\n)")]
    key: Annotated[str, Meta(min_length=44, max_length=44)]

    def __repr__(self) -> str:
        """The day alone, so that it may stand in a log."""
        return f"HolderSeed({self.day})"
