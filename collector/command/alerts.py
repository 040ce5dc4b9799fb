"""`kadian alerts`: what an hour full of trouble would do to the phones."""

import json
from collections import Counter
from pathlib import Path

import click
import msgspec

from collector.alerts.rehearsal.stage import BEGIN, Rang, Rehearsed, rehearse
from collector.alerts.rehearsal.story import SECONDS, causes
from collector.settings import CollectorSettings
from kadian import logs
from kadian.settings import load
from kadian.text import catalogue, say


@click.group("alerts")
def alerts() -> None:
    """报警怎样找到人。How alarms find somebody."""


@alerts.command("rehearse")
@click.option(
    "--config", type=click.Path(path_type=Path), help="用这份配置里的人和限度 · the people and limits of these settings"
)
@click.option("--nobody", is_flag=True, help="发热也没有人接，最坏的情形 · nobody takes even the fevers")
@click.option("--json", "as_json", is_flag=True, help="一行 JSON · one JSON line")
def rehearse_command(config: Path | None, *, nobody: bool, as_json: bool) -> None:
    """排练一个糟糕的早晨：谁的电话会响几次，为什么。A bad morning: whose phone would ring, how often, and why."""
    logs.set_up("rehearsal", level="error")
    if config is None:
        found = rehearse(answered=not nobody)
    else:
        settings = load(config, CollectorSettings)
        whom = settings.channels, settings.people, settings.shifts, settings.alerts
        found = rehearse(*whom, answered=not nobody)
    if as_json:
        click.echo(json.dumps(_figures(found), ensure_ascii=False))
        return
    _print(found, answered=not nobody)


def _figures(found: Rehearsed) -> dict[str, object]:
    within = [one for one in found.rang if one.at <= SECONDS]
    return {
        "causes": causes(),
        "rang": [
            {**msgspec.to_builtins(one.message), "rang_seconds": one.at, "channel": one.channel} for one in found.rang
        ],
        "pushes": len(within),
        "fever_seconds": found.waits(),
        "because": Counter(str(one.because) for one in found.incidents),
        "untold": len(found.untold),
    }


def _print(found: Rehearsed, *, answered: bool) -> None:
    within = [one for one in found.rang if one.at <= SECONDS]
    after = [one for one in found.rang if one.at > SECONDS]
    fevers = sum(one.message.rule == "confirmed_fever" for one in within)
    lines = sum(one.message.count for one in found.rang if one.message.kind == "digest")
    wait = f"{max(found.waits(), default=0):.1f}"
    for language in ("zh", "en"):
        how = say("rehearsal.answered" if answered else "rehearsal.unanswered", language)
        click.echo(say("rehearsal.title", language, causes=causes(), passed=found.passed, answered=how))
    for one in within:
        _line(one)
    _both("rehearsal.count", rang=len(within), fevers=fevers, wait=wait, lines=lines)
    if after:
        _both("rehearsal.after", rang=len(after))
        for one in after:
            _line(one)
    _both("rehearsal.silent")
    for why, count in Counter(str(one.because or one.stage) for one in found.incidents).most_common():
        named = " · ".join(
            say(f"why.{why}", language) for language in ("zh", "en") if f"why.{why}" in catalogue(language)
        )
        click.echo(f"  {count:5}  {named or why}")
    _both("rehearsal.hidden", count=len(found.untold))


def _line(one: Rang) -> None:
    minutes, seconds = divmod(round(one.at), 60)
    click.echo(f"  {BEGIN.hour + minutes // 60:02}:{minutes % 60:02}:{seconds:02}  {one.channel}  ☎ {one.message.text}")


def _both(key: str, **values: object) -> None:
    for language in ("zh", "en"):
        click.echo(say(key, language, **values))
