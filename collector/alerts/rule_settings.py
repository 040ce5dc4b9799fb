"""What the rules judge by, read off the office's settings. Pure."""

from zoneinfo import ZoneInfo

from collector.rules.rule import RuleSettings
from collector.settings import CollectorSettings


def rule_settings(settings: CollectorSettings) -> RuleSettings:
    """Limits, the sealed gates, and the name of the entrance at each gate."""
    return RuleSettings(
        fever_celsius=settings.screening.fever_celsius,
        surface_fever_celsius=settings.screening.surface_fever_celsius,
        confirm_within_ms=settings.screening.confirm_within_seconds * 1000,
        sealed=frozenset(entrance.gate_id for entrance in settings.entrances if entrance.state == "sealed"),
        names={entrance.gate_id: entrance.name for entrance in settings.entrances},
        entrances={entrance.gate_id: entrance.id for entrance in settings.entrances},
        timezone=ZoneInfo(settings.timezone),
    )
