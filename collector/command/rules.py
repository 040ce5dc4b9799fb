"""`kadian rules`: which there are, and what they would have found on any past day."""

import json
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import cast
from zoneinfo import ZoneInfo

import click

from collector.alarms import places, rule_settings
from collector.alerts.sentences import sentence
from collector.ledger import Ledger
from collector.ledger.incidents import Incident
from collector.replay import Replay, Replayed
from collector.reseen import Reseen
from collector.rules.listing import looks
from collector.rules.listing import rules as judges
from collector.rules.rule import Finding
from collector.series import usual
from collector.settings import CollectorSettings
from kadian import logs
from kadian.errors import KadianError
from kadian.settings import load
from kadian.text import catalogue, say

LANGUAGES = ("zh", "en")


@click.group("rules", invoke_without_command=True)
@click.pass_context
def rules(context: click.Context) -> None:
    """规则：不带参数就列出来。The rules; without a verb they are listed."""
    if context.invoked_subcommand is None:
        for kind, found in (("judge", judges()), ("look", looks())):
            for name, rule in found.items():
                click.echo(f"{name:<18} {kind:<6} {_about(name, cast('ModuleType', rule))}")


@rules.command("replay")
@click.option("--day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="哪一天 · the site's day: 2026-11-25")
@click.option(
    "--config",
    default="config/collector.toml",
    show_default=True,
    type=click.Path(path_type=Path),
    help="办公室的配置 · the office's settings",
)
@click.option("--json", "as_json", is_flag=True, help="一行一个 JSON，最后一行是计数。JSON lines; the last one counts.")
def replay(day: datetime, config: Path, *, as_json: bool) -> None:
    """把过去的一天重新判一遍：会发现什么。What all rules, as they are now, would have found on a past day, and why.

    办公室开着也行，什么都不写。The office may run; nothing is written.
    """
    logs.set_up("replay", level="error")
    settings = load(config, CollectorSettings)
    zone = ZoneInfo(settings.timezone)
    since_ms, until_ms = _bounds(day.date(), zone)
    ledger = Ledger.open(settings.ledger.url, settings.ledger.password, make=False)
    try:
        tell = partial(_tell_json if as_json else _tell, zone)
        reseen = Reseen(ledger, places(settings), usual.per_hour)
        done = Replay(ledger, rule_settings(settings), reseen, tell).run(since_ms, until_ms)
    finally:
        ledger.close()
    if not done.screenings and not done.scenes:
        raise KadianError("K0550", str(config), day=f"{day:%Y-%m-%d}")
    (_sum_json if as_json else _sum)(f"{day:%Y-%m-%d}", done)


def _about(name: str, rule: ModuleType) -> str:
    key = f"rules.{name}"
    if key in catalogue("zh"):
        return " · ".join(say(key, language) for language in LANGUAGES)
    return (rule.__doc__ or "").partition("\n")[0]


def _bounds(day: date, zone: ZoneInfo) -> tuple[int, int]:
    begin, end = (datetime.combine(one, time(), zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    return int(begin.timestamp() * 1000), int(end.timestamp() * 1000)


def _tell(zone: ZoneInfo, at_ms: int, finding: Finding) -> None:
    at = datetime.fromtimestamp(at_ms / 1000, zone)
    for language in LANGUAGES:
        click.echo(
            say(
                "replay.found",
                language,
                time=f"{at:%H:%M:%S}",
                rule=finding.rule,
                gate=finding.gate or "-",
                severity=finding.severity,
                text=_sentence(finding, language),
                reason=finding.reason,
            )
        )


def _tell_json(zone: ZoneInfo, at_ms: int, finding: Finding) -> None:
    line = {
        "at": datetime.fromtimestamp(at_ms / 1000, zone).isoformat(timespec="milliseconds"),
        "rule": finding.rule,
        "gate": finding.gate,
        "cause": finding.cause,
        "severity": finding.severity,
        "late": finding.late,
        "reason": finding.reason,
        "text": _sentence(finding, "zh"),
        "text_en": _sentence(finding, "en"),
    }
    click.echo(json.dumps(line, ensure_ascii=False))


def _sentence(finding: Finding, language: str) -> str:
    """What an incident of it would say."""
    incident = Incident(
        id="",
        rule=finding.rule,
        cause=finding.cause,
        gate=finding.gate,
        state="open",
        severity=finding.severity,
        late=finding.late,
        facts=finding.facts,
        opened_ms=finding.happened_ms,
        happened_ms=finding.happened_ms,
        last_ms=finding.happened_ms,
        count=1,
        acknowledged_ms=None,
        acknowledged_by=None,
        resolved_ms=None,
        resolved_by=None,
    )
    return sentence(incident, "text", language)


def _sum(day: str, done: Replayed) -> None:
    counts = {"screenings": done.screenings, "scenes": done.scenes}
    for language in LANGUAGES:
        found, again = (
            ", ".join(f"{rule} {count}" for rule, count in sorted(one.items())) or "0"
            for one in (done.found, done.again)
        )
        click.echo(say("replay.done", language, day=day, found=found, again=again, **counts))
        click.echo(say("replay.learnt", language))
        for rule, reasons in sorted(done.silent.items()):
            silent = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
            click.echo(say("replay.silent", language, rule=rule, counts=silent))


def _sum_json(day: str, done: Replayed) -> None:
    click.echo(
        json.dumps(
            {
                "day": day,
                "screenings": done.screenings,
                "scenes": done.scenes,
                "found": done.found,
                "again": done.again,
                "silent": done.silent,
            }
        )
    )
