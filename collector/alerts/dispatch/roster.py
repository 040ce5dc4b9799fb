"""Whom to tell, one after another, and when somebody sleeps. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from collector.alerts.settings import DAYS, Channel, Person, Shift

Rungs = tuple[tuple[Person, ...], ...]
"""People who are told at once, and behind them those who are told when none of them answers."""
DAY = timedelta(days=1)


def people_of(people: Sequence[Person], channels: Sequence[Channel]) -> tuple[Person, ...]:
    """The people as configured; without any, each channel is one, and all are told."""
    return tuple(people) or tuple(Person(channel.name, channels=(channel.name,)) for channel in channels)


def rungs(people: Sequence[Person], shifts: Sequence[Shift], gate: str, at: datetime) -> Rungs:
    """On duty at this gate, then the secretaries, then the deputies; who has no channel, or comes again, is left out.

    Args:
        people: all of them.
        shifts: the roster.
        gate: where it happened; empty: everywhere, so that nobody in particular is on duty.
        at: now, in the site's own time.
    """
    on = {shift.person for shift in shifts if gate in shift.gates and covers(shift, at)}
    reached: set[str] = set()
    found = []
    for wanted in (
        [person for person in people if person.id in on],
        [person for person in people if person.role == "secretary"],
        [person for person in people if person.role == "deputy"],
    ):
        rung = tuple(person for person in wanted if person.channels and person.id not in reached)
        reached |= {person.id for person in rung}
        if rung:
            found.append(rung)
    # Better somebody who is not on duty than nobody.
    everybody = tuple(person for person in people if person.channels)
    return tuple(found) or ((everybody,) if everybody else ())


def covers(shift: Shift, at: datetime) -> bool:
    """Whether a shift goes on at this moment; one over midnight belongs to the day on which it begins."""
    begin, end, now = shift.from_, shift.until, f"{at:%H:%M}"
    today, yesterday = DAYS[at.weekday()], DAYS[(at - DAY).weekday()]
    if begin < end:
        return today in shift.days and begin <= now < end
    return (today in shift.days and now >= begin) or (yesterday in shift.days and now < end)


def quiet_until(person: Person, at: datetime) -> datetime | None:
    """When this person's quiet hours end; None: they are not quiet now."""
    if person.quiet is None:
        return None
    begin, _, end = person.quiet.partition("-")
    now = f"{at:%H:%M}"
    over_midnight = begin >= end
    inside = (now >= begin or now < end) if over_midnight else begin <= now < end
    if not inside:
        return None
    hour, minute = map(int, end.split(":"))
    ends = at.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return ends if ends > at else ends + DAY
