"""`kadian restore`: a backup back in the ledger's place; the office then asks its gates for what came after it."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click

from collector.ledger import copying, holding, restoring, schema
from collector.settings import CollectorSettings
from kadian.errors import KadianError
from kadian.settings import load
from kadian.text import say


@click.command("restore")
@click.option("--config", required=True, type=click.Path(path_type=Path), help="办公室的配置 · the office's settings")
@click.argument("source", type=click.Path(path_type=Path))
def restore(config: Path, source: Path) -> None:
    """把备份 SOURCE 放回账本的位置；先停办公室。Puts the backup SOURCE in the ledger's place; stop the office first."""
    settings = load(config, CollectorSettings)
    ledger = copying.file_of(settings.ledger.url)
    manifest = copying.read_manifest(source)
    if manifest.site != settings.site:
        raise KadianError("K0387", str(source), site=manifest.site, here=settings.site)
    schema.check(manifest.schema, str(source))
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    aside = ledger.with_name(f"{ledger.name}.before-restore-{stamp}")
    fresh = ledger.with_name(f"{ledger.name}.restoring")
    with holding.alone(ledger):
        try:
            if restoring.bring(source, ledger, fresh) != manifest.sha256:
                raise KadianError("K0385", str(source), why="SHA-256")
            copying.prove(fresh)
            restoring.put_back(fresh, ledger, aside)
        finally:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
    kept = aside if aside.exists() else "-"
    for language in ("zh", "en"):
        facts = {"count": manifest.counts["screenings"], "made_at": manifest.made_at, "kept": kept}
        click.echo(say("restore.done", language, ledger=ledger, **facts))
