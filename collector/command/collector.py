"""`kadian collector --config FILE`."""

import signal
import threading
from pathlib import Path
from types import FrameType

import click

from collector.settings import CollectorSettings
from kadian import logs
from kadian.settings import load


@click.command()
@click.option("--config", required=True, type=click.Path(path_type=Path), help="配置文件 · settings (TOML)")
def collector(config: Path) -> None:
    """办公室：收下、存好、回执、判断、通知。The office: takes, stores, receipts, judges and tells."""
    logs.set_up("office")
    settings = load(config, CollectorSettings)
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    # Imported after the settings are known to be right, so that a mistake is told at once.
    from collector.office import run

    run(settings, stop)
