"""thingsboard-gateway's own storage, by its own API: `python thingsboard.py KIND FOLDER` in that package's environment.

KIND is `sqlite` or `file`; the settings are those that the package ships in its tb_gateway.json.
"""

import sqlite3
import sys
import time
from pathlib import Path
from threading import Event
from typing import Any

from child import serve  # type: ignore[import-not-found]  # this folder is the script's own
from thingsboard_gateway.storage.file.file_event_storage import FileEventStorage
from thingsboard_gateway.storage.sqlite.sqlite_event_storage import SQLiteEventStorage
from thingsboard_gateway.tb_utility.tb_logger import TbLogger

SHIPPED = {
    "sqlite": {"data_file_path": "{}/", "messages_ttl_check_in_hours": 1, "messages_ttl_in_days": 7},
    "file": {
        "data_folder_path": "{}/",
        "max_file_count": 10,
        "max_read_records_count": 10,
        "max_records_per_file": 10_000,
    },
}
LONGEST_EMPTY = 2.0
"""Seconds without a pack after which nothing more is to be had."""


class GatewayStore:
    """`put` returns True when the store has taken a message: into memory (sqlite) or into a file (file)."""

    def __init__(self, kind: str, folder: Path) -> None:
        settings: dict[str, Any] = {
            name: value.format(folder) if isinstance(value, str) else value for name, value in SHIPPED[kind].items()
        }
        make = SQLiteEventStorage if kind == "sqlite" else FileEventStorage
        self._kind = kind
        self._folder = folder
        self._number = 0
        self._store = make(settings, TbLogger("storage"), Event())

    def put(self, text: str) -> int:
        """One message, numbered on."""
        self._number += 1
        return self._number if self._store.put(text.replace('"N"', str(self._number))) else 0

    def settle(self) -> None:
        """Until another connection sees all of it."""
        while self._kind == "sqlite" and self._in_file() < self._number:
            time.sleep(0.01)

    def _in_file(self) -> int:
        return sum(
            sqlite3.connect(f"file:{file}?mode=ro", uri=True).execute("SELECT count(*) FROM messages").fetchone()[0]
            for file in self._folder.glob("data*.db")
        )

    def drain(self) -> int:
        """As the gateway's sending thread does: a pack, then that it is done."""
        count, last = 0, time.perf_counter()
        while count < self._number and time.perf_counter() - last < LONGEST_EMPTY:
            if pack := self._store.get_event_pack():
                count += len(pack)
                self._store.event_pack_processing_done()
                last = time.perf_counter()
            else:
                time.sleep(0.001)
        return count


if __name__ == "__main__":
    TEXT = (
        '{"deviceName":"e01","deviceType":"gate","telemetry":[{"ts":1790000000000,"values":{"seq":"N",'
        '"id":"01a210e6-d3e8-7d91-bfe6-48b421cfcde2","epoch":"01a210e6d3e87d91bfe648b421cfcde2","clock":"synced",'
        '"verdict":"pass","celsius":36.54,"kind":"body_estimate","site":"forehead","surface":34.91,"ambient":21.3,'
        '"conversion":"device","samples":12,"spread":0.07,"device":"gy614v3","format":"pass","status":"valid",'
        '"holder":"bp6dMvY0Bl4slPoaXi_AvA","colour":"green","expires":"2026-12-01","operator":"v-39"}}]}'
    )
    serve(GatewayStore(sys.argv[1], Path(sys.argv[2])), TEXT)
