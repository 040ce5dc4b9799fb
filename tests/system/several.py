"""Several collectors of one site in real processes, on one mosquitto and one PostgreSQL."""

import contextlib
import json
import os
import queue
import shutil
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import paho.mqtt.client as mqtt
import psycopg
from paho.mqtt.enums import CallbackAPIVersion

from collector.access.register import RegisterKey
from kadian.daykey import KEY_BYTES, DayKey
from kadian.daykey_file import write_key
from kadian.messages import Receipt, decode
from tests.system.site import SITE, Part

ROOT = Path(__file__).parents[2]


class Collectors:
    """A broker and `count` collectors that share it and a ledger; each has a folder and a copy of the keys."""

    def __init__(
        self,
        folder: Path,
        mosquitto: str,
        free_port: Callable[[], int],
        ledger_url: str,
        count: int,
        channel: str | None = None,
    ) -> None:
        self.folder = folder
        self.broker_port = free_port()
        broker = folder / "mosquitto.conf"
        user = "user root\n" if os.geteuid() == 0 else ""
        broker.write_text(f"listener {self.broker_port} 127.0.0.1\nallow_anonymous true\npersistence false\n{user}")
        self.broker = Part("broker", [mosquitto, "-c", str(broker)], folder)
        self.parts: list[Part] = []
        self.urls: list[str] = []
        RegisterKey(folder / "access")
        write_key(folder / "holder.key", DayKey(datetime.now(ZoneInfo("Asia/Shanghai")).date(), b"k" * KEY_BYTES))
        ring = f'[[channels]]\nname = "secretary"\nurl = "webhook+{channel}"\n' if channel else ""
        share = 'share = "kadian"\n' if count > 1 else ""
        for number in range(1, count + 1):
            port, own = free_port(), folder / f"collector-{number}"
            own.mkdir()
            shutil.copytree(folder / "access", own / "access")
            shutil.copy(folder / "holder.key", own)
            (own / "office.toml").write_text(
                f'site = "{SITE}"\n[broker]\nurl = "mqtt://127.0.0.1:{self.broker_port}"\n{share}'
                f'[ledger]\nurl = "{ledger_url}"\n[http]\nport = {port}\n[screening]\nrest_seconds = 0\n'
                f"{ring}",
                "utf-8",
            )
            # A working folder of its own, but this checkout's code.
            run = ["env", "-C", str(own), f"PYTHONPATH={ROOT}", sys.executable, "-m", "kadian"]
            self.parts.append(Part(own.name, [*run, "collector", "--config", "office.toml"], folder))
            self.urls.append(f"http://127.0.0.1:{port}")

    def start(self, seconds: float = 40) -> None:
        """All of them, until each is well."""
        self.broker.start()
        for part in self.parts:
            part.start()
        deadline = time.monotonic() + seconds
        for url, part in zip(self.urls, self.parts, strict=True):
            while not _well(url):
                assert time.monotonic() < deadline, part.said()[-3000:]
                time.sleep(0.05)

    def stop(self) -> None:
        """All of them."""
        for part in (*self.parts, self.broker):
            part.stop()


def _well(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
        return bool(answer.status == 200)
    return False


class Receipts:
    """Hears every receipt, and asks the database at once whether it has what the receipt says.

    `wrong` lists what was receipted and not there; `checked` counts receipts that were asked about.
    """

    def __init__(self, broker_port: int, database_url: str) -> None:
        self._url = database_url
        self._heard: queue.SimpleQueue[tuple[str, Receipt] | None] = queue.SimpleQueue()
        self.checked = 0
        self.wrong: list[tuple[str, str, set[int]]] = []
        self.last: dict[str, Receipt] = {}
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_message = lambda _c, _d, message: self._heard.put(
            (message.topic.split("/")[3], decode(Receipt, bytes(message.payload)))
        )
        self._client.on_connect = lambda client, *_: client.subscribe(f"kadian/v1/{SITE}/+/receipt", qos=1)
        self._client.connect("127.0.0.1", broker_port)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._check, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End after what was heard."""
        self._client.disconnect()
        self._client.loop_stop()
        self._heard.put(None)
        self._thread.join(30)

    def _check(self) -> None:
        while (heard := self._heard.get()) is not None:
            gate, receipt = heard
            before = self.last.get(gate)
            if before is None or receipt.through >= before.through:
                self.last[gate] = receipt
            if self._heard.qsize() > 20:
                continue  # behind: what was said meanwhile is said again by a later one
            rows: list[Any] | None = None
            while rows is None:
                with contextlib.suppress(psycopg.Error):
                    rows = ask(self._url, NUMBERS, gate, receipt.epoch, receipt.through)
            said = set(range(1, receipt.through + 1)) - set(receipt.missing)
            lacking = said - {row[0] for row in rows}
            self.checked += 1
            if lacking:
                self.wrong.append((gate, receipt.epoch, lacking))


NUMBERS = "SELECT seq FROM screenings s JOIN epochs e USING (life) WHERE e.gate = %s AND epoch = %s AND seq <= %s"


def ask(url: str, statement: str, *values: object) -> list[Any]:
    """One question to the database."""
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(statement, values or None).fetchall()


def leaders(collectors: Collectors) -> set[int]:
    """Whose log says last that it leads, of those that run; one that hangs says nothing, so it may be a second one."""
    found = set()
    for number, part in enumerate(collectors.parts):
        said = [json.loads(line).get("event") for line in part.said().splitlines() if line.startswith("{")]
        last = [event for event in said if event in {"office_leads", "office_stands_by", "office_stopped"}][-1:]
        if last == ["office_leads"] and part.process is not None and part.process.poll() is None:
            found.add(number)
    return found
