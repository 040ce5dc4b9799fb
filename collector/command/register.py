"""`kadian register`: what the gates wrote into the register, opened with the office's key."""

import json
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from collector.access.register import RegisterKey
from collector.ledger import Ledger, registrations
from collector.ledger.registrations import Registration
from collector.ledger.rows import moment
from collector.settings import CollectorSettings
from kadian.settings import load

BATCH = 500


@click.command("register")
@click.option("--config", required=True, type=click.Path(path_type=Path), help="办公室的配置 · the office's settings")
@click.option("--json", "as_json", is_flag=True, help="每条一行 JSON。One JSON line an entry.")
def register(config: Path, *, as_json: bool) -> None:
    """打印卡点登记的外来人员，含个人信息。Prints the outsiders that gates registered, with all that is personal."""
    settings = load(config, CollectorSettings)
    ledger = Ledger.open(settings.ledger.url, settings.ledger.password, make=False)
    shut = 0
    try:
        key = RegisterKey(settings.access_folder)
        position = 0
        while True:
            with ledger.read() as connection:
                entries = registrations.after(connection, position, BATCH)
            for entry in entries:
                fields = opened(key, entry)
                shut += fields is None
                _print(entry, fields, as_json=as_json)
            if len(entries) < BATCH:
                break
            position = entries[-1].position
    finally:
        ledger.close()
    if shut:
        click.echo(f"{shut} 条打不开：不是用这把钥匙封的。{shut} could not be opened: sealed to another key.", err=True)
        sys.exit(1)


def opened(key: RegisterKey, entry: Registration) -> dict[str, Any] | None:
    """The fields of an entry, None when it cannot be opened."""
    plain = key.opened(entry.sealed)
    if plain is None:
        return None
    try:
        return msgspec.json.decode(plain, type=dict[str, Any])
    except msgspec.MsgspecError:
        return None


def _print(entry: Registration, fields: dict[str, Any] | None, *, as_json: bool) -> None:
    at = moment(entry.at_ms).astimezone().isoformat(timespec="seconds")
    if as_json:
        row = {"at": at, "gate": entry.gate, "id": entry.id, "operator": entry.operator, "fields": fields}
        click.echo(json.dumps(row, ensure_ascii=False))
        return
    told = (
        "打不开 cannot be opened" if fields is None else "  ".join(f"{name} {value}" for name, value in fields.items())
    )
    click.echo(f"{at}  {entry.gate}  {told}")
