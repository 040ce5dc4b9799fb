"""A site in real processes for the measurements, ended whatever happens."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kadian.programs import find
from tests.system.site import Site, free_port

__all__ = ["free_port", "site"]


@contextmanager
def site(channel: str | None = None, office_more: str = "") -> Iterator[Site]:
    """A site in a folder of its own; needs mosquitto."""
    mosquitto = find("mosquitto")
    if mosquitto is None:
        raise SystemExit("mosquitto is not installed here (apt-get install mosquitto), so this cannot be measured")
    with tempfile.TemporaryDirectory(prefix="kadian-bench-") as folder:
        place = Site(Path(folder), mosquitto, free_port, channel, office_more)
        try:
            yield place
        finally:
            place.stop()
