"""`kadian agent --config FILE`: one gate."""

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

import click

from agent.gate import Gate
from agent.settings import AgentSettings
from agent.thermometer.catalogue import find
from kadian import logs
from kadian.errors import KadianError
from kadian.notify import Notify
from kadian.settings import load


@click.command()
@click.option("--config", required=True, type=click.Path(path_type=Path), help="卡点的配置文件 · the gate's settings")
def agent(config: Path) -> None:
    """一个卡点：测温、看码、判断、上报。One gate: measures, reads codes, decides, reports."""
    settings = load(config, AgentSettings)
    logs.set_up(f"gate {settings.gate}")
    stop, again = threading.Event(), threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        again.clear()
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)

    def reload() -> str | None:
        why_not = _refusal(config)
        if why_not is None:
            again.set()
            stop.set()
        return why_not

    systemd = Notify()
    gate = Gate(settings, on_beat=systemd.alive, on_reload=reload)
    systemd.ready()
    gate.run(stop)
    if again.is_set():
        # The same process from its beginning: nothing of the old configuration is left, and systemd sees no end.
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - the command that was given
    systemd.stopping()


def _refusal(config: Path) -> str | None:
    """Why a gate could not start with this file, or None: a gate that runs is not given up for a slip of the pen."""
    try:
        settings = load(config, AgentSettings)
        if settings.thermometer:
            find(settings.thermometer.driver, settings.thermometer.options)
    except KadianError as error:
        return error.lines()[:500]
    return None
