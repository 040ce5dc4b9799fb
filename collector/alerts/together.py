"""One answer for a message that went to several phones. Pure."""

from collections.abc import Sequence

from collector.alerts.channel import Answer
from kadian.text import say


def together(channel: str, answers: Sequence[Answer]) -> Answer:
    """Only all of them are `accepted`; tried again only when none is, for nobody is rung twice.

    Args:
        channel: whose sentence `channel.<channel>.partly` tells how many were reached.
        answers: one a phone, at least one.
    """
    failed = [answer for answer in answers if answer.kind != "accepted"]
    if not failed:
        return answers[0]
    if len(failed) < len(answers):
        reached = len(answers) - len(failed)
        reason = say(f"channel.{channel}.partly", reached=reached, all=len(answers), reason=failed[0].reason)
        return Answer("refused", reason)
    return next((answer for answer in failed if answer.retry), failed[0])
