"""The number that stands for a resident: of the shape that the site gave, or a Chinese resident identity number.

It proves nothing: whoever has heard a number can show it.
"""

import re
from datetime import date, datetime

from agent.codes.judged import Judged, Trust

FORMAT = "resident_id"
PRIORITY = 110
IDENTITY = re.compile(r"[1-9]\d{16}[\dXx]", re.ASCII)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
"""GB 11643-1999: ISO 7064 MOD 11-2 over the first 17 digits."""


def claims(text: str, trust: Trust) -> bool:
    """Whether it is of one of the site's shapes, or an identity number whose birthday and check digit are right."""
    number = text.strip()
    return is_identity(number) or any(fits(number, shape) for shape in trust.own_texts.resident)


def judge(text: str, _trust: Trust, _now: datetime) -> Judged:
    """`unverified`; nothing of the number but the holder's keyed hash leaves the gate."""
    number = text.strip().upper()
    return Judged(FORMAT, "unverified", "number_only", number.encode(), personal={"number": number})


def is_identity(number: str) -> bool:
    """Whether it is a Chinese resident identity number: a date of birth that exists, and the right check digit."""
    if not IDENTITY.fullmatch(number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    return CHECK[total % 11] == number[17].upper()


def fits(number: str, shape: str) -> bool:
    """Whether a text has a shape: `#` a digit 0 to 9, `@` a letter A to Z, anything else itself."""
    return len(number) == len(shape) and all(
        (want == "#" and have in "0123456789")
        or (want == "@" and "A" <= have.upper() <= "Z" and have.isascii())
        or (want not in "#@" and want == have)
        for have, want in zip(number, shape, strict=True)
    )
