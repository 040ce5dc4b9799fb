"""A service's own words without whom they are about: they end in the ledger, in logs and on screens. Pure."""

import re
from collections.abc import Iterable

ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+")
NUMBER = re.compile(r"\+?\d(?:[ -]?\d){6,}")
"""Seven digits and more: a telephone number, or part of one."""
HIDDEN = "…"
LONGEST = 160
"""Characters that are kept."""


def discreet(words: str, known: Iterable[str] = ()) -> str:
    """The words on one line; what is `known` (people, keys), what looks like an address or a number is hidden."""
    for one in sorted(filter(None, known), key=len, reverse=True):
        words = words.replace(one, HIDDEN)
    return " ".join(NUMBER.sub(HIDDEN, ADDRESS.sub(HIDDEN, words)).split())[:LONGEST]


def without_link(words: str, link: str) -> str:
    """A service's words without the link that it was sent: whoever reads the log must not be able to use it."""
    if not link:
        return words
    return words.replace(link, HIDDEN).replace(link.rpartition("/")[2], HIDDEN)
