"""`kadian agent --config FILE`: one gate."""

import signal
import threading
from pathlib import Path
from types import FrameType

import click

from agent.gate import Gate
from agent.settings import AgentSettings
from kadian import logs
from kadian.notify import Notify
from kadian.settings import load


@click.command()
@click.option("--config", required=True, type=click.Path(path_type=Path), help="卡点的配置文件 · the gate's settings")
def agent(config: Path) -> None:
    """一个卡点：测温、看码、判断、上报。One gate: measures, reads codes, decides, reports."""
    settings = load(config, AgentSettings)
    logs.set_up(f"gate {settings.gate}")
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    systemd = Notify()
    gate = Gate(settings, on_beat=systemd.alive)
    systemd.ready()
    gate.run(stop)
    systemd.stopping()
