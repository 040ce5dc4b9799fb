"""`kadian code`: judges one code's text."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from agent.codes import Judged, judge
from agent.codes.shc_parts import Parts, part_of
from agent.command.output import json_line
from agent.command.trust_files import trust_in
from kadian.text import say


@click.command("code")
@click.option("--json", "as_json", is_flag=True, help="一行 JSON。One JSON line.")
@click.option(
    "--trust",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="信任的公钥：证书（PEM、DER 或清单）、JWKS、通行证公钥（JSON {id, public} 或 base64）。"
    "Keys to believe: certificates (PEM, DER, a list), a JWKS, a pass card's public key (JSON {id, public} or base64).",
)
@click.option("--at", metavar="TIME", help="按这个时间判，ISO 8601。Judge as of this time, ISO 8601.")
@click.option("--show", is_flag=True, help="连个人内容一起显示。Show what is personal, too.")
@click.argument("texts", nargs=-1, required=True, metavar="TEXT…")
def code(*, as_json: bool, files: tuple[Path, ...], at: str | None, show: bool, texts: tuple[str, ...]) -> None:
    """判一个码的文字；“-” 从标准输入读。Judges one code's text; "-" reads standard input.

    分成几张的健康卡（shc:/1/3/…）可以一次给出所有文字，或每行一张。A health card in several parts (shc:/1/3/…): give
    all of them, or one a line. 没有 --show 就不显示个人内容。Nothing personal is printed without --show.
    """
    now = moment(at)
    trust = trust_in(files)
    given = [text for word in texts for text in (_piped() if word == "-" else [word])]
    for text in whole_texts(given):
        _print(judge(text, trust, now), as_json=as_json, show=show)


def _piped() -> list[str]:
    """What standard input holds: one text with its own spaces and lines, or one part of a card a line."""
    # A shell adds one end of line.
    text = sys.stdin.buffer.read().decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines if len(lines) > 1 and all(part_of(line) for line in lines) else [text]


def whole_texts(given: list[str]) -> list[str]:
    """The texts with the parts of a card put together: as a whole, or the first part where others are missing."""
    parts, whole = Parts(), None
    pieces = [text for text in given if part_of(text)]
    for piece in pieces:
        whole = parts.add(piece, 0.0) or whole
    others = [text for text in given if part_of(text) is None]
    return [*others, whole or pieces[0]] if pieces else others


def moment(at: str | None) -> datetime:
    """The time to judge by: now, or `at`; without an offset it is this machine's own time.

    Raises:
        click.BadParameter: it is no time.
    """
    if at is None:
        return datetime.now(UTC).astimezone()
    try:
        time = datetime.fromisoformat(at)
        return time.astimezone() if time.tzinfo is None else time
    except (ValueError, OverflowError):
        raise click.BadParameter("2026-11-23, 2026-11-23T07:02:11+08:00", param_hint="--at") from None


def _print(judged: Judged, *, as_json: bool, show: bool) -> None:
    row: dict[str, Any] = {
        "format": judged.format,
        "status": judged.status,
        "reason": judged.reason,
        "expires": judged.expires,
        "checks": judged.checks,
    }
    if judged.members:
        row["household"] = len(judged.members)
    if show:
        row["personal"] = judged.personal
    if as_json:
        json_line(row)
        return
    status, reason = f"code.status.{judged.status}", f"code.reason.{judged.reason}"
    click.echo(f"{say(status)} {say(status, 'en')}  [{judged.format}]")
    click.echo(f"  {say(reason)} · {say(reason, 'en')}")
    if judged.expires:
        click.echo(f"  {say('code.expires', date=judged.expires)} · {say('code.expires', 'en', date=judged.expires)}")
    if judged.members:
        count = len(judged.members)
        click.echo(f"  {say('code.household', count=count)} · {say('code.household', 'en', count=count)}")
    for check, passed in judged.checks.items():
        click.echo(f"  {'✓' if passed else '✗'} {say(f'code.check.{check}')} {say(f'code.check.{check}', 'en')}")
    for name, value in row.get("personal", {}).items():
        click.echo(f"  {name}: {value.encode('utf-8', 'replace').decode()}")
