"""What a service's code for its refusal means to a person, and whether another try may go better. Pure."""

from collections.abc import Mapping

from collector.alerts.channel import Answer
from collector.alerts.service import Meaning
from kadian.text import say


def meanings(*groups: tuple[Meaning, str]) -> dict[str, Meaning]:
    """Meanings by code, from pairs of a meaning and its codes between spaces."""
    return {code: meaning for meaning, codes in groups for code in codes.split()}


def refused(channel: str, known: Mapping[str, Meaning], code: str, words: str) -> Answer:
    """The answer for a code; one that is not known is told with the service's `words`, and tried again.

    Args:
        channel: whose sentences they are.
        known: the codes that are known.
        code: what the service answered.
        words: what it said beside, without whom it is about.
    """
    # A try in vain costs nothing, a lost page does.
    meaning = known.get(code, Meaning("other", retry=True))
    reason = say(f"channel.{channel}.{meaning.word}", code=code, words=words)
    return Answer("refused", reason, retry=meaning.retry, after_seconds=meaning.after_seconds)
