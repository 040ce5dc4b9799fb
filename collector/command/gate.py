"""`kadian gate`: lets a new gate in."""

import json
from pathlib import Path
from typing import Any

import click
import segno

from collector.access.authority import Authority
from collector.access.enrolment import MINUTES, Enrolments
from collector.command.broker import broker
from collector.ledger import Ledger
from collector.ledger.rows import moment
from collector.office import now_ms
from collector.settings import CollectorSettings
from kadian.errors import KadianError
from kadian.identifiers import is_name
from kadian.invitation import text_of
from kadian.settings import load


@click.group("gate")
def gate() -> None:
    """登记卡点，给消息服务器做证书。Enrols gates; certificates for the broker."""


gate.add_command(broker)


@gate.command("add")
@click.option("--config", required=True, type=click.Path(path_type=Path), help="办公室的配置 · the office's settings")
@click.option("--driver", help="体温计的驱动 · the thermometer's driver")
@click.option("--port", help="体温计的串口，如 usb:1a86:7523 · the thermometer's port")
@click.option("--camera", default="0", show_default=True, help="摄像头，none 表示没有 · the camera, none without one")
@click.option("--png", type=click.Path(path_type=Path), help="把码另存为图片 · the code as a picture, too")
@click.option("--json", "as_json", is_flag=True, help="一行 JSON。One JSON line.")
@click.argument("name")
def add(  # noqa: PLR0917 - click's own order
    config: Path, driver: str | None, port: str | None, camera: str, png: Path | None, as_json: bool, name: str
) -> None:
    """请一个卡点入网：显示登记码，对着卡点的摄像头出示。Shows the code that a new gate's camera reads."""
    if not is_name(name):
        raise KadianError("K0503", name)
    if bool(driver) != bool(port):
        raise click.UsageError("--driver 和 --port 要一起写。--driver and --port go together.")
    settings = load(config, CollectorSettings)
    if settings.enrolment.address is None:
        raise KadianError("K0509", "[enrolment] address")
    if name not in {entrance.gate_id for entrance in settings.entrances}:
        click.echo(
            f"{name} 不在 [[entrances]] 里，照样可以登记。{name} is not among [[entrances]]; enrolled all the same.",
            err=True,
        )
    devices: dict[str, dict[str, Any]] = {}
    if driver and port:
        devices["thermometer"] = {"driver": driver, "port": port}
    if camera != "none":
        devices["camera"] = {"source": int(camera) if camera.isdigit() else camera}
    ledger = Ledger.open(settings.ledger.url, settings.ledger.password, make=False)
    try:
        authority = Authority(settings.access_folder, settings.site, moment(now_ms()))
        enrolments = Enrolments(
            ledger,
            authority,
            address=settings.enrolment.address,
            broker_url=settings.enrolment.broker_url or settings.broker.url,
            now_ms=now_ms,
        )
        text = text_of(enrolments.invite(name, devices))
    finally:
        ledger.close()
    code = segno.make(text, error="m", micro=False)
    if png is not None:
        code.save(str(png), kind="png", scale=8, border=4)
    if as_json:
        click.echo(json.dumps({"gate": name, "text": text, "minutes": MINUTES}))
        return
    code.terminal(compact=True, border=4)
    click.echo(
        f"{MINUTES} 分钟内，把这个码对准卡点 {name} 的摄像头；只能用一次。\n"
        f"Within {MINUTES} minutes, hold this before the camera of gate {name}; it serves once."
    )
