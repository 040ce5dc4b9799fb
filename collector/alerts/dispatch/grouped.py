"""The words of one message about one incident or several of a kind. Pure."""

from collections.abc import Sequence
from datetime import tzinfo

import msgspec

from collector.alerts.message import Message, message
from collector.alerts.sentences import COMMA
from collector.ledger.deliveries import Kind
from collector.ledger.incidents import Incident
from kadian.text import say


def grouped(id_: str, told: Sequence[Incident], muted: int, kind: Kind, timezone: tzinfo) -> Message:
    """About the first of them, and how many more of its kind there are; why it is sent once more, if it is.

    Args:
        id_: of the message.
        told: all of one kind, at least one.
        muted: how many others are explained by it and are silent.
        kind: `escalated` and `again` say so.
        timezone: of the site.
    """
    one = message(told[0], id_, timezone)
    return msgspec.structs.replace(
        one,
        text=_text(one.text, told, muted, kind, "zh"),
        text_en=_text(one.text_en, told, muted, kind, "en"),
        count=max(one.count, len(told)),
        kind=kind,
    )


def _text(text: str, told: Sequence[Incident], muted: int, kind: Kind, language: str) -> str:
    if len(told) > 1:
        names = dict.fromkeys(str(one.facts.get("name", one.gate)) for one in told[1:])
        text += say("digest.also", language, count=len(told) - 1, names=COMMA[language].join(names))
    if muted:
        text += say("alarm.muted", language, count=muted)
    return text + (say(f"alarm.{kind}", language) if kind in {"escalated", "again"} else "")
