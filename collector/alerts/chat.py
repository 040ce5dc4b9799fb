"""What the chat services have in common: a text within bounds, and a code in the body that says what came of it."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from collector.alerts.body import words_of
from collector.alerts.channel import Answer
from collector.alerts.message import Message
from collector.alerts.posting import Reply, refusal
from kadian.text import catalogue, say

NEVER = None
"""In a table of codes: another try cannot go better, somebody has to mend something."""
Codes = Mapping[int, float | None]
"""Of the codes that are known to mean no: for how many seconds the service wants to be left alone, or `NEVER`."""


def plain(message: Message, most_bytes: int) -> str:
    """What happened, what to do, the link; nobody's name or number. At most `most_bytes` of UTF-8, the link whole."""
    link = f"\n{message.link}" if message.link else ""
    return cut(f"{message.text}\n{message.what_to_do}", most_bytes - len(link.encode())) + link


def cut(text: str, most_bytes: int) -> str:
    """The text in at most `most_bytes` of UTF-8, with … where characters had to go."""
    raw = text.encode()
    if len(raw) <= most_bytes:
        return text
    return raw[: most_bytes - len("…".encode())].decode(errors="ignore") + "…"


def judged(reply: Reply, channel: str, codes: Codes, names: Sequence[str] = ("errcode",)) -> Answer:
    """What the service's own code says; a good status without it is no acceptance.

    Args:
        reply: what was answered.
        channel: whose catalogue of reasons it is: `channel.<channel>.<code>`.
        codes: the codes that are known. One that is not is tried again: a try in vain costs little, a lost page much.
        names: where the code stands in the body. Of several, the one that is not 0 counts.
    """
    fields = reply.fields()
    found = [fields[name] for name in names if type(fields.get(name)) is int]
    code = next((code for code in found if code), 0)
    if code == 0 and reply.status >= HTTPStatus.MULTIPLE_CHOICES:
        return refusal(reply)
    if not found:
        # Cut off, a proxy's page or a portal's: the message may have arrived or not.
        return Answer("unknown", f"HTTP {reply.status}: {say('channel.unreadable')}", retry=True)
    if code == 0:
        return Answer("accepted", f"{names[0]} 0")
    words = words_of(fields, ("errmsg", "msg", "StatusMessage"))
    rest = codes.get(code, 0.0)
    if rest is NEVER:
        return Answer("refused", reason(channel, code, words))
    return Answer("refused", reason(channel, code, words), retry=True, after_seconds=max(rest, reply.after_seconds))


def reason(channel: str, code: int, words: str, language: str = "zh") -> str:
    """The catalogue's sentence about a code, if it has one, then the code and the service's own words."""
    key = f"channel.{channel}.{code}"
    sentence = say(key, language) + " " if key in catalogue(language) else ""
    return f"{sentence}({code}: {words})"[:300]
