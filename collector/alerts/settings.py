"""Whom to ring, when, how often, and which way."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from kadian.identifiers import NAME_PATTERN
from kadian.settings import Secret
from kadian.settings.urls import is_url

Problem = tuple[str, str, dict[str, Any]]
Name = Annotated[str, Meta(pattern=NAME_PATTERN)]
Id = Annotated[str, Meta(min_length=1, max_length=40)]
Time = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$(?!\n)")]
"""Of the site: 06:45."""
Hours = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$(?!\n)")]
"""From and until, over midnight if need be: 22:00-06:30."""
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PLAIN_LINK = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?")
"""Neither a password nor anything that would come between the address and the token; names as phones send them."""
Seconds = Annotated[int, Meta(ge=10, le=86_400)]
Minutes = Annotated[int, Meta(ge=1, le=1440)]


class Channel(Struct, frozen=True):
    """One way to a phone: `url` says how, its first word names the channel (`webhook+http://…`).

    `token`: the service's key for whom to reach; `secret`: what messages are signed with; `to`: whom to name or to
    reach, as the channel says. `limit`: how many messages it takes, `20/min` or `5/day`; None: as its service does.
    """

    name: Id
    url: str
    token: Secret | None = None
    secret: Secret | None = None
    to: tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...] = ()
    limit: Annotated[str, Meta(pattern=r"^[1-9]\d{0,5}/(s|min|h|day)$(?!\n)")] | None = None


class Person(Struct, frozen=True):
    """Somebody who can be rung, by an id that is no name: small letters, digits and hyphens.

    `role`: told along the roster, `duty`, `secretary`, `deputy`. `channels`: names of `[[channels]]`; the next one is
    used where the one before refuses or does not answer. `pushes_per_hour`: beyond, all but a confirmed fever goes into
    the digest. `quiet`: hours in which only what cannot wait rings.
    """

    id: Name
    role: Literal["duty", "secretary", "deputy"] = "secretary"
    channels: tuple[Id, ...] = ()
    pushes_per_hour: Annotated[int, Meta(ge=1, le=1000)] = 6
    quiet: Hours | None = None


class Shift(Struct, frozen=True, rename={"from_": "from"}):
    """Who is on duty where and when, the same each week; `until` before `from` is on the next day."""

    person: Id
    gates: tuple[Name, ...]
    from_: Time
    until: Time
    days: tuple[Day, ...] = DAYS


class Alerts(Struct, frozen=True):
    """How an alarm finds somebody.

    `link`: under which address phones reach the office's pages, for the link in each message; None: no link.
    `escalate_seconds`: so long one along the roster has to take it, before the next is told as well. `again_minutes`:
    so long after it was taken nothing may be said of it, then who took it is asked again. `siren_seconds`: then the
    office's page calls for help. `cooldown_minutes`: the same cause does not ring again within this. `digest_minutes`:
    what can wait is told together, that often at most. `expire_hours`: what nobody came for ends by itself.
    `self_test`: when each channel is tried silently, or off. `queue_per_minute`: what one gate can do, screenings
    a minute: where it does that for ten minutes, people stand in a line; 0: not told.
    """

    link: str | None = None
    escalate_seconds: Seconds = 180
    again_minutes: Minutes = 15
    siren_seconds: Seconds = 300
    cooldown_minutes: Minutes = 5
    digest_minutes: Minutes = 30
    expire_hours: Annotated[int, Meta(ge=1, le=720)] = 24
    self_test: Annotated[str, Meta(pattern=r"^(off|([01]\d|2[0-3]):[0-5]\d)$(?!\n)")] = "06:45"
    queue_per_minute: Annotated[float, Meta(ge=0, le=600)] = 8.0

    def problems(self) -> Iterator[Problem]:
        """A link that is no address."""
        if self.link is not None and not (is_url(self.link, ("http", "https")) and PLAIN_LINK.fullmatch(self.link)):
            # The address may hold a password, which a complaint must not repeat.
            yield "link", "K0120", {"value": self.link.rpartition("@")[2], "schemes": "http://, https://"}


def whom_problems(
    channels: Sequence[Channel], people: Sequence[Person], shifts: Sequence[Shift], gates: Collection[str]
) -> Iterator[Problem]:
    """Names that nobody has, channels and people by which nobody would ever be rung."""
    # Not above: channels need what needs the settings.
    from collector.alerts.channel import known_channels

    words = known_channels()
    for channel in channels:
        word = channel.url.partition("+")[0]
        if word not in words:
            yield "channels", "K0400", {"word": word.partition(":")[0], "known": ", ".join(words)}
    named = {channel.name for channel in channels}
    used = {name for person in people for name in person.channels}
    for name in sorted(used - named):
        yield "people", "K0540", {"name": name, "field": "channels"}
    for name in sorted({shift.person for shift in shifts} - {person.id for person in people}):
        yield "shifts", "K0540", {"name": name, "field": "people"}
    for name in sorted({gate for shift in shifts for gate in shift.gates} - set(gates)):
        yield "shifts", "K0540", {"name": name, "field": "entrances"}
    for person in people:
        if not person.channels:
            yield "people", "K0541", {"name": person.id}
    for name in sorted(named - used) if people else ():
        yield "channels", "K0542", {"name": name}
    if people and all(person.role == "duty" for person in people):
        yield "people", "K0543", {}
