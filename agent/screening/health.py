"""What counts as a health code at a gate: a text of whatever issuer, in a colour that the camera's frames agree on."""

from kadian.messages import Code, Colour

FORMATS = frozenset({"text", "url"})
"""An issuer may write anything into it. A place's code and a resident's number are known for what they are."""


def health_colour(code: Code) -> Colour | None:
    """The colour that a health code shows, which proves nothing; None of any other code and of an unclear colour."""
    return code.colour if _may_be(code) and code.colour != "unknown" else None


def colour_may_come(code: Code) -> bool:
    """Whether more frames may still show its colour."""
    return _may_be(code) and code.colour is None


def _may_be(code: Code) -> bool:
    return code.format in FORMATS and code.status == "unverified"
