"""The code of a place, not of a person: its text begins as the site said."""

from datetime import datetime

from agent.codes.judged import Judged, Trust

FORMAT = "place"
PRIORITY = 100


def claims(text: str, trust: Trust) -> bool:
    """Whether it begins like one of the site's place codes."""
    return text.startswith(trust.own_texts.place)


def judge(text: str, _trust: Trust, _now: datetime) -> Judged:
    """`unverified`, and of nobody: a place has no holder."""
    return Judged(FORMAT, "unverified", "place_code", personal={"text": text})
