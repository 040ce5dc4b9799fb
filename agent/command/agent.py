"""`kadian agent --config FILE`: one gate."""

import faulthandler
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

import click

from agent.gate import Gate
from agent.pulse import Pulse, Stop
from agent.settings import AgentSettings
from agent.watchdog import Watchdog
from kadian import logs
from kadian.errors import KadianError
from kadian.notify import Notify
from kadian.settings import load


@click.command()
@click.option("--config", required=True, type=click.Path(path_type=Path), help="卡点的配置文件 · the gate's settings")
@click.option(
    "--enrol",
    is_flag=True,
    help="没有配置文件时，用摄像头等办公室的登记码。Without a configuration, wait for the office's code.",
)
@click.option("--camera", default="0", show_default=True, help="登记时用的摄像头 · the camera while enrolling")
@click.option(
    "--screen", default="127.0.0.1:8090", show_default=True, help="登记时的屏幕 · the screen while enrolling; none"
)
def agent(config: Path, camera: str, screen: str, *, enrol: bool) -> None:
    """一个卡点：测温、看码、判断、上报。One gate: measures, reads codes, decides, reports."""
    # At the watchdog's SIGABRT the log gets every thread's place.
    faulthandler.enable()
    pulse = Pulse(excused=lambda: gate.disk_hangs)
    stop, again = Stop(pulse.beat), threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        again.clear()
        stop.set()  # whichever of the two is in use

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)

    def reload() -> str | None:
        why_not = _refusal(config)
        if why_not is None:
            again.set()
            stop.set()
        return why_not

    systemd = Notify()
    if enrol and not config.exists():
        logs.set_up("new gate")
        systemd.ready()
        host, _, port = screen.rpartition(":")
        at = (host, int(port)) if port.isdigit() else None
        from agent.command.invited import wait_for_invitation

        stop = Stop(lambda _part: systemd.alive())
        if not wait_for_invitation(config, camera, stop, screen=at):
            return
        stop = Stop(pulse.beat)
    settings = load(config, AgentSettings)
    logs.set_up(f"gate {settings.gate}")
    watchdog = Watchdog(systemd, pulse, lambda: f"outbox: {gate.outbox.waiting} waiting")
    gate = Gate(settings, on_beat=watchdog.feed, on_reload=reload)
    systemd.ready()
    gate.run(stop)
    if again.is_set():
        # The same process from its beginning: nothing of the old configuration is left, and systemd sees no end.
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - the command that was given
    systemd.stopping()


def _refusal(config: Path) -> str | None:
    """Why a gate could not start with this file, or None: a gate that runs is not given up for a slip of the pen."""
    try:
        load(config, AgentSettings)
    except KadianError as error:
        return error.lines()[:500]
    return None
