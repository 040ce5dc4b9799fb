"""Hears at the broker what the office receipts and gates send: how long each screening took, what came twice."""

import json
import time
from collections import defaultdict
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from kadian.messages import Receipt, decode
from tests.system.site import SITE, Site


class Receipts:
    """Listens from its making until `close`."""

    def __init__(self, place: Site) -> None:
        self._place = place
        self.sent = 0
        self._heard: dict[str, list[tuple[float, Receipt]]] = defaultdict(list)
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_message = self._take
        self._client.connect("127.0.0.1", place.broker_port)
        self._client.subscribe([(f"kadian/v1/{SITE}/+/{kind}", 1) for kind in ("receipt", "screening")])
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def delays(self, since: float = 0.0, until: float = float("inf")) -> list[float]:
        """Seconds from the recorder's word to the receipt, for all that was said in between (seconds since 1970)."""
        found: list[float] = []
        for gate, heard in self._heard.items():
            lines = [line for line in self._place.recorded(gate) if since <= line["at"] < until]
            out: dict[tuple[str, int], float] = {}
            said = iter([*lines, {"at": float("inf")}])
            line: dict[str, Any] = next(said)
            for at, receipt in heard:
                while line["at"] <= at:
                    out[line["epoch"], line["seq"]] = line["at"]
                    line = next(said)
                there = receipt.covered([seq for epoch, seq in out if epoch == receipt.epoch])
                found.extend(at - out.pop((receipt.epoch, seq)) for seq in there)
        return found

    def _take(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        gate, kind = message.topic.split("/")[3:]
        if kind == "receipt":
            self._heard[gate].append((time.time(), decode(Receipt, bytes(message.payload))))
        elif message.payload.startswith(b"["):
            try:
                self.sent += len(msgspec.json.decode(message.payload, type=list[msgspec.Raw]))
            except (msgspec.MsgspecError, json.JSONDecodeError, RecursionError):
                self.sent += 1
        else:
            self.sent += 1
