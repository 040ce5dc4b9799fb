"""`kadian backup`: a proven copy of the ledger, made while the office works on."""

from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from collector.ledger import copying, holding, publishing
from collector.ledger.engine import is_there
from collector.settings import CollectorSettings
from kadian import __version__
from kadian.settings import load
from kadian.text import say


@click.command("backup")
@click.option("--config", required=True, type=click.Path(path_type=Path), help="办公室的配置 · the office's settings")
@click.argument("target", type=click.Path(path_type=Path))
def backup(config: Path, target: Path) -> None:
    """把账本备份到 TARGET，办公室照常工作。Copies the ledger to TARGET while the office works on."""
    settings = load(config, CollectorSettings)
    source = copying.file_of(settings.ledger.url)
    is_there(settings.ledger.url)
    part = publishing.part_of(target)
    with closing(holding.use(source)):
        try:
            copying.copy(source, part)
            made_at = datetime.now(ZoneInfo(settings.timezone)).isoformat(timespec="seconds")
            manifest = copying.describe(part, settings.site, made_at, __version__)
            publishing.publish(part, target, manifest)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
    facts = {"target": target, "count": manifest.counts["screenings"], "megabytes": f"{manifest.bytes / 1e6:.1f}"}
    keys = settings.access_folder
    for language in ("zh", "en"):
        click.echo(say("backup.done", language, keys=keys, **facts))
