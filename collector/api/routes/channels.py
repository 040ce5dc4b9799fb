from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from collector.alerts.channel import limits_of
from collector.alerts.limits import Limits, room, window_ms
from collector.alerts.settings import Channel
from collector.api.answers.alert import InBothLanguages
from collector.api.office import Office, OfficeHere
from collector.api.times import iso
from collector.ledger import Connection, channel_tests, queued
from collector.ledger.channel_tests import Trial
from collector.ledger.queued import Standing
from kadian.text import say

router = APIRouter(prefix="/api/v1/channels", tags=["channels"])


class TrialAnswer(BaseModel):
    """What came of the last silent test."""

    day: str = Field(description="the site's day that it was for; empty before the first")
    at: str
    result: Literal["accepted", "refused", "unknown", "untested"] = Field(
        description="`unknown`: no answer; `untested`: the channel cannot be tried without ringing somebody"
    )
    text: InBothLanguages
    reason: str = Field(description="what the service said, in Chinese, with its own code and words")


class Room(BaseModel):
    """How many messages the service would take at once."""

    fevers: int
    others: int


class ChannelAnswer(BaseModel):
    """One channel."""

    name: str
    kind: str = Field(description="the first word of its URL: `wecom_robot`, `bark` …")
    test: TrialAnswer | None
    accepted_at: str | None = Field(description="when the service last took a message")
    waiting: int = Field(description="messages that it has not taken yet")
    room: Room | None = Field(description="null: nobody counts")


class ChannelList(BaseModel):
    """All channels, in the order of the settings."""

    items: list[ChannelAnswer]


@router.get("", response_model=ChannelList)
def listing(office: OfficeHere) -> dict[str, Any]:
    """The ways to a phone: whether each passed this morning's test, what waits for it, how much room there is."""
    now_ms = office.now_ms()
    items = []
    with office.ledger.read() as connection:
        tests = channel_tests.listing(connection)
        standings = queued.standings(connection)
        for channel in office.settings.channels:
            standing = standings.get(channel.name, Standing(0, None))
            items.append(
                {
                    "name": channel.name,
                    "kind": channel.url.partition("+")[0],
                    "test": _test(office, tests.get(channel.name)),
                    "accepted_at": None if standing.accepted_ms is None else iso(standing.accepted_ms, office.zone),
                    "waiting": standing.waiting,
                    "room": _room(connection, channel, now_ms),
                }
            )
    return {"items": items}


def _test(office: Office, trial: Trial | None) -> dict[str, Any] | None:
    if trial is None:
        return None
    text = {language: say(f"selftest.{trial.kind}", language) for language in ("zh", "en")}
    at = iso(trial.at_ms, office.zone)
    return {"day": trial.day, "at": at, "result": trial.kind, "text": text, "reason": trial.reason}


def _room(connection: Connection, channel: Channel, now_ms: int) -> dict[str, int | None] | None:
    limits: Limits = limits_of(channel)
    if not limits:
        return None
    tries = queued.tries(connection, channel.name, now_ms - window_ms(limits))
    return {
        "fevers": room(limits, tries, now_ms, fever=True),
        "others": room(limits, tries, now_ms, fever=False),
    }
