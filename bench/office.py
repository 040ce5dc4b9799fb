"""From the verdict at the gate to the commit in the office, at 30 screenings a second over six gates."""

import json
import time
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.figures import milliseconds
from bench.place import site
from tests.system.deviceless import Gate
from tests.system.site import SITE

GATES = 6
A_SECOND = 30
SECONDS = 40


class _Receipts:
    """Hears the office's receipts: when each (gate, seq) was covered for the first time."""

    def __init__(self, port: int) -> None:
        self.covered: dict[tuple[str, int], float] = {}
        self._through: dict[str, int] = {}
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_message = self._heard
        self._client.connect("127.0.0.1", port)
        self._client.subscribe(f"kadian/v1/{SITE}/+/receipt", qos=1)
        self._client.loop_start()

    def _heard(self, _client: object, _state: object, message: mqtt.MQTTMessage) -> None:
        at = time.monotonic()
        gate = message.topic.split("/")[3]
        receipt = json.loads(message.payload)
        for seq in range(self._through.get(gate, 0) + 1, receipt["through"] + 1):
            if seq not in receipt["missing"]:
                self.covered.setdefault((gate, seq), at)
        self._through[gate] = min([receipt["through"], *(seq - 1 for seq in receipt["missing"])])

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def run() -> dict[str, Any]:
    """The receipt is sent after the commit, so its arrival is an upper bound of the commit's time."""
    with site() as place:
        place.start()
        receipts = _Receipts(place.broker_port)
        gates = [Gate(place.folder, f"e{number:02}", place.broker_port) for number in range(GATES)]
        for gate in gates:
            gate.start()
        time.sleep(2)
        decided: dict[tuple[str, int], float] = {}
        began = time.monotonic()
        for number in range(A_SECOND * SECONDS):
            gate, at = gates[number % GATES], time.monotonic()
            decided[gate.name, gate.record(36.54).seq] = at
            time.sleep(max(0.0, began + (number + 1) / A_SECOND - time.monotonic()))
        place.until(lambda: len(receipts.covered) >= len(decided), 20, "all are receipted")
        stored = place.ask("/api/v1/screenings/summary?since=0")["total"]
        for gate in gates:
            gate.stop()
        receipts.close()
    if stored != len(decided):
        raise SystemExit(f"made {len(decided)}, the office has {stored}")
    print(f"made {len(decided)}, in the office {stored}")
    delays = [receipts.covered[which] - at for which, at in decided.items()]
    return {"verdict_to_commit": milliseconds("verdict → committed in the office (receipt heard)", delays)}
