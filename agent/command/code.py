"""`kadian code`: judges one code's text."""

import sys
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from agent.codes.judge import judge
from agent.codes.judged import Judged, Trust
from agent.command.output import json_line
from kadian.errors import KadianError
from kadian.messages import PassKey
from kadian.text import say

MOST_KEY_BYTES = 65_536


@click.command("code")
@click.option("--json", "as_json", is_flag=True, help="一行 JSON。One JSON line.")
@click.option(
    "--trust",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="通行证的公钥：JSON {id, public}，或 base64。A pass card's public key: JSON {id, public}, or base64.",
)
@click.option("--at", metavar="TIME", help="按这个时间判，ISO 8601。Judge as of this time, ISO 8601.")
@click.option("--show", is_flag=True, help="连个人内容一起显示。Show what is personal, too.")
@click.argument("text")
def code(*, as_json: bool, files: tuple[Path, ...], at: str | None, show: bool, text: str) -> None:
    """判一个码的文字；“-” 从标准输入读。Judges one code's text; "-" reads standard input.

    没有 --show 就不显示个人内容。Nothing personal is printed without --show.
    """
    now = moment(at)
    trust = Trust(pass_keys=tuple(key for file in files for key in keys_of(file)))
    if text == "-":
        # A shell adds one end of line; a code's own spaces and lines stay.
        raw = sys.stdin.buffer.read().decode("utf-8", "replace")
        text = raw.removesuffix("\n").removesuffix("\r")
    _print(judge(text, trust, now), as_json=as_json, show=show)


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


def keys_of(file: Path) -> tuple[PassKey, ...]:
    """The keys in a file: one JSON object, a JSON array of them, or one public key in base64, then for every key id.

    Raises:
        KadianError: K0250 it cannot be read, K0253 it holds no key.
    """
    try:
        with file.open("rb") as stream:
            raw = stream.read(MOST_KEY_BYTES).strip()
    except OSError as error:
        raise KadianError("K0250", str(file), reason=error.strerror or str(error)) from None
    try:
        if raw.startswith(b"["):
            keys = msgspec.json.decode(raw, type=tuple[PassKey, ...])
        elif raw.startswith(b"{"):
            keys = (msgspec.json.decode(raw, type=PassKey),)
        else:
            keys = tuple(PassKey(number, raw.decode("ascii")) for number in range(256))
        if not keys or any(len(b64decode(key.public, validate=True)) != 32 for key in keys):
            raise KadianError("K0253", str(file))
    except (msgspec.MsgspecError, ValueError):
        raise KadianError("K0253", str(file)) from None
    return keys


def _print(judged: Judged, *, as_json: bool, show: bool) -> None:
    row: dict[str, Any] = {
        "format": judged.format,
        "status": judged.status,
        "reason": judged.reason,
        "expires": judged.expires,
        "checks": judged.checks,
    }
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
    for check, passed in judged.checks.items():
        click.echo(f"  {'✓' if passed else '✗'} {say(f'code.check.{check}')} {say(f'code.check.{check}', 'en')}")
    for name, value in row.get("personal", {}).items():
        click.echo(f"  {name}: {value.encode('utf-8', 'replace').decode()}")
