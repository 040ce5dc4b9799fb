"""A site in real processes for the measurements, ended whatever happens."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system.site import Site

PLACES = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def site(channel: str | None = None, office_more: str = "") -> Iterator[Site]:
    """A site in a folder of its own; needs mosquitto."""
    mosquitto = shutil.which("mosquitto", path=PLACES)
    if mosquitto is None:
        raise SystemExit("mosquitto is not installed here (apt-get install mosquitto), so this cannot be measured")
    with tempfile.TemporaryDirectory(prefix="kadian-bench-") as folder:
        place = Site(Path(folder), mosquitto, free_port, channel, office_more)
        try:
            yield place
        finally:
            place.stop()
