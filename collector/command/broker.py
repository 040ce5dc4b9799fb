"""`kadian gate broker`: what mosquitto needs to hear enrolled gates, and nobody else, over TLS."""

from pathlib import Path

import click

from collector.access.authority import Authority
from collector.ledger.rows import moment
from collector.office import now_ms
from collector.settings import CollectorSettings
from kadian.secretfile import write_secret
from kadian.settings import load

LISTENER = """\
# 已登记的卡点从这里连入：每个有自己的证书，只能说自己的话。
# Enrolled gates connect here: each has a certificate of its own and speaks for itself alone.
listener {port}
cafile {folder}/authority.pem
certfile {folder}/broker.pem
keyfile {folder}/broker.key
require_certificate true
use_identity_as_username true
allow_anonymous false
"""


@click.command("broker")
@click.option("--config", required=True, type=click.Path(path_type=Path), help="办公室的配置 · the office's settings")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="放在哪个文件夹 · the folder to write to")
@click.option("--port", type=click.IntRange(1, 65535), default=8883, show_default=True, help="端口 · the port")
@click.argument("hosts", nargs=-1, required=True, metavar="HOST…")
def broker(config: Path, out: Path, port: int, hosts: tuple[str, ...]) -> None:
    """给消息服务器做证书和配置；HOST 是卡点用的地址。Certificate and listener for the broker at HOST."""
    settings = load(config, CollectorSettings)
    authority = Authority(settings.access_folder, settings.site, moment(now_ms()))
    folder = out.resolve()
    key, chain = authority.server(hosts)
    for name, content in (("broker.key", key), ("broker.pem", chain), ("authority.pem", authority.pem.encode())):
        write_secret(folder / name, content)
    write_secret(folder / "kadian-gates.conf", LISTENER.format(port=port, folder=folder).encode())
    click.echo(
        f"写在 {folder}。交给消息服务器的用户：chown -R mosquitto；配置里加一行 include_dir {folder}；重启。\n"
        f"Written to {folder}. Give it to the broker's user (chown -R mosquitto), add the line\n"
        f"include_dir {folder} to its configuration, restart it.\n"
        f'[enrolment] broker_url = "mqtts://{hosts[0]}:{port}"'
    )
