"""What counts as a health code at a gate: a text of whatever issuer, in a colour that the camera's frames agree on."""

from kadian.messages import Code, Colour

FORMATS = frozenset({"text", "url"})
"""An issuer may write anything into it. A place's code and a resident's number are known for what they are."""


def health_colour(code: Code) -> Colour | None:
    """The colour that a health code shows, which proves nothing; None of any other code and of an unclear colour."""
    if code.format not in FORMATS or code.status != "unverified" or code.colour == "unknown":
        return None
    return code.colour
