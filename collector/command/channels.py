"""`kadian channels`: whether a message gets through, asked by hand."""

import sys
from datetime import datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import click

from collector.alerts import selftest
from collector.alerts.channel import Answer, open_channel
from collector.settings import CollectorSettings
from kadian.errors import KadianError
from kadian.settings import load

FAILURES = {"refused": "K0532", "unknown": "K0533"}


@click.group("channels")
def channels() -> None:
    """报警渠道：一条消息走不走得通。The ways to a phone: whether a message gets through."""


@channels.command("test")
@click.option("--config", required=True, type=click.Path(path_type=Path), help="办公室的配置 · the office's settings")
@click.argument("name", required=False)
def test(config: Path, name: str | None) -> None:
    """现在发一条试发消息，会响，短信和电话要收费。Sends a test message now: it rings, and messages by phone cost."""
    settings = load(config, CollectorSettings)
    wanted = [channel for channel in settings.channels if name in {None, channel.name}]
    if not wanted:
        known = ", ".join(channel.name for channel in settings.channels)
        raise KadianError("K0534", str(config), name=name or "", known=known or "–")
    failed = 0
    for channel in wanted:
        id_ = str(uuid4())
        message = selftest.message(id_, selftest.NAME + id_[:8], datetime.now(ZoneInfo(settings.timezone)), "page")
        try:
            answer = open_channel(channel).send(message)
        except KadianError as error:
            failed += 1
            click.echo(error.lines())
            continue
        failed += answer.kind != "accepted"
        click.echo(_verdict(channel.name, answer))
    sys.exit(1 if failed else 0)


def _verdict(name: str, answer: Answer) -> str:
    if answer.kind == "accepted":
        return (
            f"{name}：服务收下了，请看手机（{answer.reason}）\n{name}: the service took it; look at the phone"
            f" ({answer.reason})"
        )
    return KadianError(FAILURES[answer.kind], f"channels.{name}", reason=answer.reason).lines()
