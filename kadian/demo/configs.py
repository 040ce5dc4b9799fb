"""The configuration files of the demonstration: real ones, written where they can be read and changed."""

from pathlib import Path

from kadian.demo.place import PLACES

SITE = "chuanchang"


def office(
    folder: Path,
    *,
    open_count: int,
    port: int,
    broker: str,
    phone: str,
    rest_seconds: int,
    pass_key: tuple[int, str],
    program: str,
) -> Path:
    """Writes office.toml: a broker of its own (`program`) on `broker` (host:port), pages on `port`, one channel."""
    entrances = "\n".join(
        f'[[entrances]]\nid = "{place.id}"\nname = "{place.name}"\n'
        f'state = "{"open" if number < open_count else "sealed"}"\n'
        f'zone = "{place.zone}"\nx = {place.x}\ny = {place.y}\n'
        for number, place in enumerate(PLACES)
    )
    key_id, public = pass_key
    path = folder / "office.toml"
    path.write_text(
        f"""# 演示用的办公室配置 · the demonstration's office
site = "{SITE}"

[broker]
url = "embedded"
listen = "{broker}"
program = "{program}"

[ledger]
url = "sqlite:///{folder / "office" / "kadian.db"}"

[http]
port = {port}

[screening]
fever_celsius = 37.3
surface_fever_celsius = 35.6
rest_seconds = {rest_seconds}
pass_keys = [{{ id = {key_id}, public = "{public}" }}]

[[channels]]
name = "secretary"
url = "webhook+{phone}"

{entrances}""",
        "utf-8",
    )
    return path


def gate(
    folder: Path, gate_id: str, *, driver: str, port: Path, pictures: Path, broker: str, protocol: int, screen: int
) -> Path:
    """Writes one gate's agent.toml; `screen` is the port of its own page."""
    path = folder / "agent.toml"
    path.write_text(
        f"""# 演示用的卡点配置 · one gate of the demonstration
site = "{SITE}"
gate = "{gate_id}"

[broker]
url = "{broker}"
protocol = {protocol}

[thermometer]
driver = "{driver}"
port = "{port}"

[camera]
source = "{pictures}"

[outbox]
path = "{folder / "outbox.db"}"

[screening]
record_to = "{folder / "recorded.jsonl"}"

[clock]
trust = "system"

[kiosk]
port = {screen}
""",
        "utf-8",
    )
    return path
