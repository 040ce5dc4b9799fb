"""What stands in an EU Digital COVID Certificate, as far as a gate needs it.

Source of the layout: eHealth Network, Electronic Health Certificate Specification (HCERT), version 1.0.6, and Digital
COVID Certificate schema 1.0 to 1.3. The schema's own file is not needed: a gate asks what it relies on, not whether
every text field has a sensible length.
"""

import re
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

from msgspec import Struct

from agent.codes.cose import is_map, load

ISSUED, EXPIRES, HCERT, DCC = 6, 4, -260, 1
KINDS = ("v", "t", "r")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
BIRTH = re.compile(r"((19|20)\d\d(-\d\d(-\d\d)?)?)?")
COUNTRY = re.compile(r"([A-Z]{2})?")
USER_ASSIGNED = re.compile(r"AA|ZZ|Q[M-Z]|X[A-JL-Z]")
"""ISO 3166-1 leaves these to everybody's own use, so no country issues under them; XK is taken for Kosovo. Some
issuers leave the country empty."""
VERSION = re.compile(r"\d+\.\d+\.\d+")
NEEDED: dict[str, dict[str, type | tuple[type, ...]]] = {
    "v": {"vp": str, "mp": str, "ma": str, "dn": (int, float), "sd": (int, float), "dt": str},
    "t": {"tt": str, "sc": str, "tr": str},
    "r": {"fr": str, "df": str, "du": str},
}
IN_EACH = {"tg": str, "co": str, "is": str, "ci": str}
DETECTED = "260373001"
"""SNOMED CT: detected."""


class Claims(Struct, frozen=True):
    """`issued`, `expires`: the signature's own times. `kind`: v, t or r, None when it is not exactly one of them.

    `entry`: that vaccination, test or recovery, the last where an issuer wrote several; `certificate`: the whole. Both
    are as the issuer wrote them.
    """

    issued: datetime | None
    expires: datetime | None
    kind: str | None
    entry: dict[str, Any]
    certificate: dict[str, Any]


def claims(payload: bytes) -> Claims:
    """The claims in a signed payload.

    Raises:
        ValueError: it is no health certificate at all.
    """
    read = load(payload)
    hcert = read.get(HCERT) if is_map(read) else None
    certificate = hcert.get(DCC) if is_map(hcert) else None
    if not is_map(read) or not is_map(certificate):
        raise ValueError("no health certificate")
    kinds = [kind for kind in KINDS if certificate.get(kind)]
    entries: Any = certificate[kinds[0]] if len(kinds) == 1 else ()
    one = entries[-1] if isinstance(entries, list | tuple) and entries and is_map(entries[-1]) else None
    return Claims(
        _moment(read.get(ISSUED)),
        _moment(read.get(EXPIRES)),
        kinds[0] if one is not None else None,
        dict(one or {}),
        dict(certificate),
    )


def _moment(seconds: Any) -> datetime | None:
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not isfinite(seconds):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def is_well_formed(read: Claims) -> bool:
    """Whether what a gate relies on is there and of its kind: one entry with its fields, a name, a country, dates."""
    whole, entry = read.certificate, read.entry
    name = whole.get("nam")
    if read.kind is None or not is_map(name) or not isinstance(name.get("fnt"), str):
        return False
    version, birth, country = (str(text) for text in (whole.get("ver"), whole.get("dob"), entry.get("co")))
    return bool(
        VERSION.fullmatch(version)
        and BIRTH.fullmatch(birth[:10])
        and COUNTRY.fullmatch(country)
        and not USER_ASSIGNED.fullmatch(country)
        and all(isinstance(entry.get(field), kind) for field, kind in (IN_EACH | NEEDED[read.kind]).items())
        and all(day(entry[field]) for field in ("dt", "fr", "df", "du") if field in NEEDED[read.kind])
    )


def lets_pass(read: Claims, today: date) -> bool:
    """Whether what it certifies speaks for its holder: a test without a finding, a recovery within its days.

    How many doses are enough and how long a test is fresh is each country's own rule, and not judged.
    """
    if read.kind == "t":
        return bool(read.entry.get("tr") != DETECTED)
    if read.kind == "r":
        first, last = day(read.entry.get("df")), day(read.entry.get("du"))
        return first is not None and last is not None and first <= today <= last
    return True


def day(text: Any) -> date | None:
    """A day as certificates write it, with or without a time behind it; None when it is none."""
    if not isinstance(text, str) or not DATE.match(text):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
