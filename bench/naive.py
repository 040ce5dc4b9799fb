"""`python -m bench.naive KIND PORT SITE MESSAGES TARGET`: collectors that most would write, all in paho's callback.

`influxdb`: influxdb-client, one synchronous write a message, into the database at the URL `TARGET`. `sqlite`: insert
and commit a message into the file `TARGET`, sqlite3 as it comes. They say "ready", and "done" behind the last message.
"""

import json
import sqlite3
import sys
import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion


def _influxdb(target: str) -> Callable[[str, dict[str, Any]], None]:
    from influxdb_client.client.influxdb_client import InfluxDBClient
    from influxdb_client.client.write.point import Point
    from influxdb_client.client.write_api import SYNCHRONOUS

    api = InfluxDBClient(url=target, token="", org="-").write_api(write_options=SYNCHRONOUS)

    def write(gate: str, screening: dict[str, Any]) -> None:
        temperature = screening["temperature"]
        point: Any = Point("screening")  # type: ignore[no-untyped-call]
        point = point.tag("gate", gate).tag("verdict", screening["verdict"]).time(screening["at"])
        for name in ("celsius", "surface", "ambient", "spread", "samples"):
            point = point.field(name, float(temperature[name]))
        api.write(bucket="kadian", record=point.field("seq", screening["seq"]))

    return write


def _sqlite(target: str) -> Callable[[str, dict[str, Any]], None]:
    database = sqlite3.connect(target, check_same_thread=False)
    database.execute(
        "CREATE TABLE screenings (id TEXT PRIMARY KEY, gate TEXT, epoch TEXT, seq INTEGER, at TEXT, "
        "verdict TEXT, celsius REAL, surface REAL, ambient REAL, UNIQUE (gate, epoch, seq))"
    )

    def write(gate: str, screening: dict[str, Any]) -> None:
        warm = screening["temperature"]
        row = (screening["id"], gate, screening["epoch"], screening["seq"], screening["at"], screening["verdict"])
        values = (*row, warm["celsius"], warm["surface"], warm["ambient"])
        database.execute("INSERT OR IGNORE INTO screenings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        database.commit()

    return write


def main() -> None:
    kind, port, site, messages, target = sys.argv[1:]
    write = {"influxdb": _influxdb, "sqlite": _sqlite}[kind](target)
    done = threading.Event()
    count = 0

    def arrived(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        nonlocal count
        write(message.topic.split("/")[3], json.loads(message.payload))
        count += 1
        if count == int(messages):
            done.set()

    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_subscribe = lambda *_: print("ready", flush=True)
    client.on_message = arrived
    client.connect("127.0.0.1", int(port))
    client.subscribe(f"kadian/v1/{site}/+/screening", qos=1)
    client.loop_start()
    done.wait()
    print("done", flush=True)


if __name__ == "__main__":
    main()
