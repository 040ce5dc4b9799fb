"""72 hours without a network, then the drain: a real gate's outbox and uplink, mosquitto and the office."""

import os
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from agent.outbox import Outbox
from bench.figures import milliseconds, percentile
from bench.outbox import insert, screening
from bench.place import site
from kadian.messages import Receipt, decode
from tests.system.deviceless import uplink_of
from tests.system.site import SITE

OFFLINE = int(os.environ.get("KADIAN_OFFLINE", str(72 * 3600)))
LIVE_PAUSE = 0.25
LONGEST = 600.0


class _Listener:
    """Counts the screenings that go over the line, and notes when each live one was receipted."""

    def __init__(self, port: int) -> None:
        self.sent = 0
        self.live: dict[int, float] = {}
        self.delays: list[float] = []
        self._lock = threading.Lock()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_message = self._heard
        self._client.connect("127.0.0.1", port)
        self._client.subscribe([(f"kadian/v1/{SITE}/+/screening", 1), (f"kadian/v1/{SITE}/+/receipt", 1)])
        self._client.loop_start()

    def made(self, seq: int) -> None:
        with self._lock:
            self.live[seq] = time.monotonic()

    def _heard(self, _client: object, _state: object, message: mqtt.MQTTMessage) -> None:
        if message.topic.endswith("/screening"):
            many = message.payload.startswith(b"[")
            self.sent += len(msgspec.json.decode(message.payload, type=list[msgspec.Raw])) if many else 1
            return
        at = time.monotonic()
        with self._lock:
            for seq in decode(Receipt, bytes(message.payload)).covered(self.live):
                self.delays.append(at - self.live.pop(seq))

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def run() -> dict[str, Any]:
    """Seconds to drain, how long live screenings take meanwhile, and how many were sent twice."""
    with site() as place:
        place.start()
        box = _kept(place.folder / "e01.db")
        listener = _Listener(place.broker_port)
        uplink = uplink_of(box, "e01", place.broker_port)
        stop = threading.Event()
        began = time.monotonic()
        threading.Thread(target=uplink.run, args=(stop,), daemon=True).start()
        place.until(lambda: uplink.connected, 30, "the gate is connected")
        while box.waiting and time.monotonic() - began < LONGEST:
            made = box.record(screening)
            listener.made(made.seq)
            uplink.recorded(made.seq)
            time.sleep(LIVE_PAUSE)
        drained = time.monotonic() - began
        total = box.last_seq
        place.until(lambda: box.waiting == 0 and not listener.live, 30, "the last receipts")
        stored = place.ask("/api/v1/screenings/summary?since=0", 60)["total"]
        stop.set()
        uplink.changed()
        listener.close()
    again = listener.sent - total
    print(
        f"{OFFLINE} kept offline, drained in {drained:.1f} s ({OFFLINE / drained:.0f} a second), in the office {stored}"
    )
    print(f"sent twice {again} ({again / total:.2%}); live meanwhile: p95 {percentile(listener.delays, 0.95):.2f} s")
    if stored != total:
        raise SystemExit(f"the gate has {total}, the office {stored}")
    return {
        "offline": OFFLINE,
        "drain_s": round(drained, 1),
        "sent_twice": again,
        "live_p95_s": round(percentile(listener.delays, 0.95), 2),
        "live": milliseconds("live screening → receipt during the drain", listener.delays),
    }


def _kept(path: Path) -> Outbox:
    box = Outbox(path)
    while box.last_seq < OFFLINE:
        insert(box, min(2_000, OFFLINE - box.last_seq))
    return box
