"""Joins a temperature and a code into one screening, and decides. Pure: no clock, no device, no network."""

from agent.screening.decide import Decision, decide
from agent.screening.join import Joined, Joiner
from agent.screening.limits import Judgement, judge
from agent.screening.pending import Flag, Pending
from agent.screening.reason import Reason

__all__ = ["Decision", "Flag", "Joined", "Joiner", "Judgement", "Pending", "Reason", "decide", "judge"]
