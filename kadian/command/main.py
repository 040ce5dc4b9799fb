"""`kadian VERB`: each verb lives with the side that it belongs to and is imported only when it is asked for."""

import importlib
import importlib.metadata
import sys
from typing import NamedTuple

import click

from kadian import __version__
from kadian.errors import KadianError
from kadian.settings import ConfigRefused


class Verb(NamedTuple):
    """Where a verb's click command stands (the attribute has the verb's name), and which extra brings what it needs."""

    module: str
    extra: str
    summary: str


VERBS = {
    "demo": Verb(
        "kadian.demo.command", "agent,collector", "整个系统，装在这一台机器上看 · the whole system on this machine"
    ),
    "agent": Verb("agent.command.agent", "agent", "一个卡点 · one gate"),
    "collector": Verb("collector.command.collector", "collector", "办公室 · the office"),
    "gate": Verb("collector.command.gate", "collector", "请新卡点入网 · lets a new gate in"),
    "register": Verb(
        "collector.command.register", "collector", "卡点登记的外来人员 · the outsiders that gates registered"
    ),
    "alerts": Verb(
        "collector.command.alerts", "collector", "报警怎样找到人，排练 · how alarms find somebody; rehearsal"
    ),
    "series": Verb("collector.command.series", "collector", "图上的数字 · the numbers behind the charts"),
    "cards": Verb("collector.command.cards", "collector", "打印、作废通行证 · pass cards on paper"),
    "channels": Verb("collector.command.channels", "collector", "试发一条报警 · tries the ways to a phone"),
    "backup": Verb(
        "collector.command.backup", "collector", "备份账本 · a copy of the ledger, while the office works on"
    ),
    "restore": Verb("collector.command.restore", "collector", "恢复备份 · a backup in the ledger's place"),
    "check": Verb(
        "kadian.command.check", "agent,collector", "检查配置文件 · all mistakes of configuration files at once"
    ),
    "doctor": Verb(
        "kadian.command.doctor", "agent", "看看这台机器缺什么 · hardware and services as this machine has them"
    ),
    "scan": Verb("agent.command.scan", "agent", "读图片里的码 · reads codes from pictures"),
    "code": Verb("agent.command.code", "agent", "判一个码的文字 · reads one code's text"),
    "thermometer": Verb("agent.command.thermometer", "agent", "读体温计 · prints readings of a thermometer"),
}


class Verbs(click.Group):
    """The table above as a click group."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """The verbs, in the table's order."""
        return list(VERBS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Imports the verb.

        Raises:
            KadianError: this installation lacks the extra that the verb needs.
        """
        verb = VERBS.get(name)
        if verb is None:
            return None
        try:
            command: click.Command = getattr(importlib.import_module(verb.module), name)
        except ModuleNotFoundError as error:
            if error.name and error.name.split(".")[0] in ("kadian", "agent", "collector"):
                raise
            raise KadianError("K0110", f"kadian {name}", module=error.name, extra=verb.extra) from None
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of verbs, without importing any of them."""
        with formatter.section("Verbs"):
            formatter.write_dl([(name, verb.summary) for name, verb in VERBS.items()])


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="kadian")
def kadian() -> None:
    """卡点 kadian: temperature and health-code checkpoints, from the gate to the secretary's phone."""


def main() -> None:
    """Runs the command; a `KadianError` is told in plain words, exit 1 (2 for a bad configuration)."""
    try:
        kadian(prog_name="kadian")
    except KadianError as error:
        click.echo(error.lines(), err=True)
        sys.exit(2 if isinstance(error, ConfigRefused) else 1)
