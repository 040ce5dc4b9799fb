"""How each thermometer stood among the others in the last day, read off what it gave. Robust: medians throughout.

A thermometer is compared with the others of the site hour by hour, and like with like: skin from the frost is colder in
the morning, and wrists are not foreheads. The others' value of an hour is the median of their medians, so that one
stuck display does not move it, however many people it saw.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from sqlalchemy import Connection, select

from collector.ledger.tables import gates, screenings
from collector.ledger.whole import rows_at_once
from collector.rules.scene import DeviceDay

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS
MOST_OF_GATE = 2_000
"""Readings of one gate: enough for a median to 0.01 °C."""
MOST = 200_000
"""Of all gates together, however many there are."""
ENOUGH = 5
"""Readings of one device in one hour that make a median."""
ENOUGH_THEN = 100
"""Readings of a day a week ago that today's can be told to have moved from."""

Device = tuple[str, str]
"""Gate and device: a driver's name says nothing without its gate."""
Hour = tuple[int, str, str | None]
"""The hour, the kind of value and the site of measurement: what may be compared."""


class Value(NamedTuple):
    """One reading, °C and milliseconds since 1970."""

    gate: str
    device: str | None
    at_ms: int
    celsius: float
    kind: str
    body_site: str | None


class Standing(NamedTuple):
    """One device among the others; `offset` None: there were none at its hours. °C, `repeated` a share."""

    readings: int
    offset: float | None
    spread: float
    others_spread: float
    repeated: float


def days(connection: Connection, now_ms: int) -> tuple[DeviceDay, ...]:
    """Each thermometer that measured somebody in the last 24 hours, in the order of gate and device.

    Of every gate the newest `MOST_OF_GATE` first readings of people are read (quality ok, `body_estimate` or
    `surface`, a clock that was set), high ones too: a device that is two degrees up has no others. `drift` is against
    the same 24 hours a week before. Where there is nothing to compare with, `offset` and `site_spread` are 0. For a
    site of 23 entrances this is 23 walks along an index, twice; meant for once an hour at most.
    """
    known = [name for (name,) in connection.execute(select(gates.c.gate).order_by(gates.c.gate))]
    now = standings(_read(connection, known, now_ms - DAY_MS, now_ms))
    then = standings(_read(connection, known, now_ms - DAY_MS - WEEK_MS, now_ms - WEEK_MS))
    return tuple(_day(device, standing, then.get(device)) for device, standing in sorted(now.items()))


def _day(device: Device, now: Standing, then: Standing | None) -> DeviceDay:
    known = now.offset is not None and then is not None and then.offset is not None and then.readings >= ENOUGH_THEN
    return DeviceDay(
        gate=device[0],
        device=device[1],
        count=now.readings,
        offset=round(now.offset or 0.0, 3),
        spread=round(now.spread, 3),
        site_spread=round(now.others_spread, 3),
        repeated=round(now.repeated, 3),
        drift=round((now.offset or 0.0) - (then.offset or 0.0), 3) if known and then else None,
    )


def standings(values: Iterable[Value]) -> dict[Device, Standing]:
    """Each device among the others, from its readings. Pure."""
    by_device: dict[Device, dict[Hour, list[float]]] = {}
    for one in values:
        hours = by_device.setdefault((one.gate, one.device or one.kind), {})
        hours.setdefault((one.at_ms // HOUR_MS, one.kind, one.body_site), []).append(one.celsius)
    middles = {
        device: {hour: median(given) for hour, given in hours.items() if len(given) >= ENOUGH}
        for device, hours in by_device.items()
    }
    spreads = {device: _spread(hours) for device, hours in by_device.items()}
    at_hour: dict[Hour, dict[Device, float]] = {}
    for device, known in middles.items():
        for hour, middle in known.items():
            at_hour.setdefault(hour, {})[device] = middle
    found = {}
    for device, hours in by_device.items():
        given = [celsius for each in hours.values() for celsius in each]
        others = [spread for other, spread in spreads.items() if other != device]
        found[device] = Standing(
            readings=len(given),
            offset=_offset(device, middles[device], at_hour, hours),
            spread=spreads[device],
            others_spread=median(others) if others else 0.0,
            repeated=Counter(round(celsius, 1) for celsius in given).most_common(1)[0][1] / len(given),
        )
    return found


def _offset(
    device: Device,
    middles: Mapping[Hour, float],
    at_hour: Mapping[Hour, Mapping[Device, float]],
    hours: Mapping[Hour, Sequence[float]],
) -> float | None:
    """The median of the hours' differences, each hour as often as it has readings."""
    found: list[float] = []
    for hour, middle in middles.items():
        others = [other for name, other in at_hour[hour].items() if name != device]
        if others:
            found += [middle - median(others)] * len(hours[hour])
    return median(found) if found else None


def _spread(hours: Mapping[Hour, Sequence[float]]) -> float:
    """The median absolute deviation from the hour's own median: how the day warms up is no spread.

    Where each hour has few readings they are taken together: one alone never deviates from itself.
    """
    groups = [given for given in hours.values() if len(given) >= ENOUGH]
    groups = groups or [[celsius for given in hours.values() for celsius in given]]
    middles = [(median(given), given) for given in groups]
    return median(abs(celsius - middle) for middle, given in middles for celsius in given)


def _read(connection: Connection, names: Sequence[str], since_ms: int, until_ms: int) -> list[Value]:
    most = min(MOST_OF_GATE, MOST // max(len(names), 1))
    at_ms = screenings.c.at_ms
    wanted = (
        at_ms >= since_ms,
        at_ms < until_ms,
        screenings.c.celsius.is_not(None),
        screenings.c.quality == "ok",
        screenings.c.kind.in_(("body_estimate", "surface")),
        screenings.c.clock != "unsynced",
        screenings.c.remeasure_of.is_(None),
    )
    columns = [screenings.c[name] for name in Value._fields]
    found: list[Value] = []
    for name in names:
        query = select(*columns).where(screenings.c.gate == name, *wanted).order_by(at_ms.desc()).limit(most)
        found += rows_at_once(connection, query, Value)
    return found
