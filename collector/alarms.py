"""The office's parts that find somebody: rules, who is told, and the way to each phone."""

from collections.abc import Callable
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from collector.access.links import LinkKey
from collector.alerts.channel import limits_of, open_channel
from collector.alerts.courier import Courier
from collector.alerts.dispatch import Dispatch, Dispatcher
from collector.alerts.linked import Linked
from collector.alerts.lookout import Lookout, Places, Scenery
from collector.alerts.selftest import SelfTests
from collector.alerts.watch import Watch
from collector.hearing import Hearing
from collector.ledger import Follower, Ledger
from collector.rules.rule import RuleSettings
from collector.series import usual
from collector.settings import CollectorSettings


class Alarms(NamedTuple):
    """`parts` start before `rules`, the follower by which `watch` is fed; `links` signs the messages' links."""

    watch: Watch
    rules: Follower[Any]
    links: LinkKey | None
    parts: tuple[Courier | Dispatcher | SelfTests | Lookout, ...]


def open_alarms(
    settings: CollectorSettings, ledger: Ledger, hearing: Callable[[], Hearing], now_ms: Callable[[], int]
) -> Alarms:
    """All of them, not started; `hearing` tells what was heard of the gates.

    Raises:
        KadianError: K0400 and others of the channels: one cannot be used as it is configured.
    """
    channels = {channel.name: open_channel(channel) for channel in settings.channels}
    zone = ZoneInfo(settings.timezone)
    dispatch = Dispatch(settings.channels, settings.people, settings.shifts, settings.alerts, zone)
    watch = Watch(ledger, rule_settings(settings), dispatch, now_ms)
    rules = Follower(ledger, "rules", watch.handle, watch.position, most=Watch.AT_ONCE, rest=Watch.rest)
    links = LinkKey(settings.access_folder) if settings.alerts.link else None
    limits = {one.name: limits_of(one) for one in settings.channels}
    courier = Courier(ledger, channels, now_ms, limits=limits, finish=Linked(settings.alerts.link, links, now_ms))
    self_test = None if settings.alerts.self_test == "off" else settings.alerts.self_test
    tests = SelfTests(ledger, list(channels), self_test, zone, now_ms)
    scenery = Scenery(ledger, hearing, places(settings), usual.per_hour)
    lookout = Lookout(ledger, scenery, rule_settings(settings), dispatch, now_ms)
    return Alarms(watch, rules, links, (courier, Dispatcher(ledger, dispatch, now_ms), lookout, tests))


def places(settings: CollectorSettings) -> Places:
    """What the settings say of entrances, gates and the roster."""
    return Places(
        entrances={entrance.id: entrance.state for entrance in settings.entrances},
        gates=tuple(entrance.gate_id for entrance in settings.entrances),
        shifts=settings.shifts,
        zone=ZoneInfo(settings.timezone),
        channels=tuple(channel.name for channel in settings.channels),
    )


def rule_settings(settings: CollectorSettings) -> RuleSettings:
    """What the rules need of the office's settings."""
    limits = settings.screening
    return RuleSettings(
        fever_celsius=limits.fever_celsius,
        surface_fever_celsius=limits.surface_fever_celsius,
        site=limits.site,
        sites=limits.sites,
        confirm_within_ms=limits.confirm_within_seconds * 1000,
        walking_ms=limits.walking_seconds * 1000,
        unusual_share=limits.unusual_percent / 100,
        sealed=frozenset(entrance.gate_id for entrance in settings.entrances if entrance.state == "sealed"),
        names={entrance.gate_id: entrance.name for entrance in settings.entrances},
        entrances={entrance.gate_id: entrance.id for entrance in settings.entrances},
        queue_per_minute=settings.alerts.queue_per_minute,
        timezone=ZoneInfo(settings.timezone),
    )
