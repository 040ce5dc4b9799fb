"""Joins a temperature and a code into one screening, and decides. Pure: no clock, no device, no network."""

from agent.screening.decide import Decision, decide, is_enough
from agent.screening.join import Joined, Joiner
from agent.screening.limits import Judgement, judge
from agent.screening.reason import Reason
from agent.screening.rest import Rest, left
from agent.screening.rests import Known, Rests

__all__ = [
    "Decision",
    "Joined",
    "Joiner",
    "Judgement",
    "Known",
    "Reason",
    "Rest",
    "Rests",
    "decide",
    "is_enough",
    "judge",
    "left",
]
