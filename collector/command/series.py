"""`kadian series`: how far the series stores have come, and filling one anew."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from collector.ledger import Ledger, aside, measured, screenings
from collector.ledger.rows import moment
from collector.office import now_ms
from collector.series import Series, Stores, open_series
from collector.series.refill import refill
from collector.settings import CollectorSettings
from kadian.errors import KadianError
from kadian.settings import load

config_option = click.option(
    "--config", required=True, type=click.Path(path_type=Path), help="办公室的配置 · the office's settings"
)
LINES = 10
"""Of screenings set aside, the newest, that are printed."""


@click.group("series")
def series() -> None:
    """图上的数字：存到哪里了，重新生成。The numbers behind the charts: how far they are, and making them anew."""


@series.command("status")
@config_option
@click.option("--json", "as_json", is_flag=True, help="每个存储一行 JSON。One JSON line a store.")
def status(config: Path, *, as_json: bool) -> None:
    """每个存储算到第几条，还差多少，放到一边的是哪些。How far each store is, what it lacks, what was set aside."""
    with _open(config) as (ledger, stores):
        for name, store in stores.by_name.items():
            found = _status(ledger, name, store)
            if as_json:
                click.echo(json.dumps(found, ensure_ascii=False))
                continue
            click.echo(
                f"{name}：算到第 {found['position']} 条，还差 {found['lag']} 条，放到一边 {found['aside']} 条\n"
                f"{name}: counted up to {found['position']}, {found['lag']} to go, {found['aside']} set aside"
            )
            for line in found["lines"]:
                many = "" if line["count"] == 1 else f"…{line['last']} ({line['count']})"
                click.echo(f"  {line['position']}{many}  {line['gate']}  {line['at']}  {line['reason']}")


@series.command("rebuild")
@config_option
@click.option("--backend", help="只重做这一个：embedded，或配置里的那个 · this store alone")
@click.option(
    "--resume", is_flag=True, help="不清空，从停下的地方接着做。Go on from where it stopped, without emptying."
)
def rebuild(config: Path, backend: str | None, *, resume: bool) -> None:
    """从账本重新生成；办公室开着、关着都可以。Fills the stores anew from the ledger, the office running or not.

    账本里已经到期删除的日子：内置的保持原样；别处的时序库先清空，之后只有账本里还有的。更早的图由内置的画。
    Of days whose screenings the ledger no longer keeps: the embedded store keeps them as they are; a store elsewhere is
    emptied first and then has what the ledger still has. Charts of earlier days come from the embedded store.

    中途停下也没关系：办公室会接着做，也可以用 --resume。It may be interrupted: the office goes on from there, and so
    does --resume.
    """
    with _open(config) as (ledger, stores):
        if backend is not None and backend not in stores.by_name:
            raise KadianError("K0353", "--backend", backend=backend, known=", ".join(stores.by_name))
        for name, store in stores.by_name.items():
            if backend in {None, name}:
                _rebuild(ledger, name, store, resume=resume)


def _rebuild(ledger: Ledger, name: str, store: Series, *, resume: bool) -> None:
    def told(position: int, end: int) -> None:
        click.echo(f"\r{name}  {position}/{end}  {position * 100 // end} %", nl=False, err=True)

    def waits(trouble: KadianError | None, seconds: float) -> None:
        zh, en = (trouble.what(language) if trouble else "" for language in ("zh", "en"))
        click.echo(f"\n{name}  {seconds:g} 秒后再试。{zh}\n{name}  again in {seconds:g} s. {en}", err=True)
        time.sleep(seconds)

    done = False
    try:
        refill(ledger, store, told, waits, resume=resume)
        done = True
    except KadianError:
        raise
    except Exception as error:
        raise KadianError("K0354", name, why=f"{type(error).__name__}: {error}"[:300]) from error
    finally:
        click.echo("", err=True)
        if not done:
            at = store.position()
            click.echo(f"{name} 停在第 {at} 条。{name} stopped at screening {at}.", err=True)
    click.echo(f"{name} 已从账本重新生成。{name} is filled from the ledger.")


def _status(ledger: Ledger, name: str, store: Series) -> dict[str, Any]:
    position = store.position()
    with ledger.read() as connection:
        lines = aside.listing(connection, name, LINES)
        since = measured.waiting_since_ms(connection, position)
        return {
            "backend": name,
            "position": position,
            "last": screenings.last_position(connection),
            "lag": measured.count_after(connection, position),
            "waiting_since": since and moment(since).isoformat(timespec="milliseconds"),
            "aside": aside.count(connection, name),
            "lines": [
                {
                    "position": one.position,
                    "last": one.end,
                    "count": one.count,
                    "gate": one.gate,
                    "at": moment(one.at_ms).isoformat(timespec="milliseconds"),
                    "reason": one.reason,
                }
                for one in lines
            ],
        }


@contextmanager
def _open(config: Path) -> Iterator[tuple[Ledger, Stores]]:
    settings = load(config, CollectorSettings)
    ledger = Ledger.open(settings.ledger.url, settings.ledger.password, make=False)
    try:
        stores = open_series(settings.series, ledger, settings.site, ZoneInfo(settings.timezone), now_ms)
        try:
            yield ledger, stores
        finally:
            stores.close()
    finally:
        ledger.close()
