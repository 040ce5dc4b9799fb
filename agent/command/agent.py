"""`kadian agent --config FILE`: one gate."""

import faulthandler
import signal
from pathlib import Path
from types import FrameType

import click

from agent.gate import Gate
from agent.pulse import Pulse, Stop
from agent.settings import AgentSettings
from agent.watchdog import Watchdog
from kadian import logs
from kadian.notify import Notify
from kadian.settings import load


@click.command()
@click.option("--config", required=True, type=click.Path(path_type=Path), help="卡点的配置文件 · the gate's settings")
def agent(config: Path) -> None:
    """一个卡点：测温、看码、判断、上报。One gate: measures, reads codes, decides, reports."""
    settings = load(config, AgentSettings)
    logs.set_up(f"gate {settings.gate}")
    # At the watchdog's SIGABRT the log gets every thread's place.
    faulthandler.enable()
    pulse = Pulse()
    stop = Stop(pulse.beat)

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    systemd = Notify()
    watchdog = Watchdog(systemd, pulse, lambda: f"outbox: {gate.outbox.waiting} waiting")
    gate = Gate(settings, on_beat=watchdog.feed)
    systemd.ready()
    gate.run(stop)
    systemd.stopping()
