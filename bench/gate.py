"""From the last byte of the frame that completes a reading to the verdict on the gate's disk, in a real agent."""

import time
from typing import Any

from bench.figures import milliseconds
from bench.place import site
from kadian.demo.thermometers import DEVICES, PtyThermometer

PEOPLE = 120
FRAME_SECONDS = 0.02


def run() -> dict[str, Any]:
    """One gate on a pseudo-terminal; a frame each 20 ms; the time of the verdict is the agent's own record."""
    encode = dict(DEVICES)["gy614v3"]
    with site() as place:
        place.gate("e01")
        device = PtyThermometer(place.folder / "e01" / "port")
        place.start()
        time.sleep(2)
        sent: list[float] = []
        for person in range(PEOPLE):
            body = 36.2 + (person % 50) / 100
            for frame in [encode(body - 2.4, 22.4, body)] * 6 + [encode(23.0, 22.4, 23.0)] * 4:
                device.send(frame)
                sent.append(time.monotonic())
                time.sleep(FRAME_SECONDS)
        place.until(lambda: len(place.recorded("e01")) >= PEOPLE, 10, "all are recorded")
        verdicts = [line["at_monotonic"] for line in place.recorded("e01")]
        device.close()
    delays = [at - max(moment for moment in sent if moment <= at) for at in verdicts]
    return {"byte_to_verdict": milliseconds("serial byte → verdict on disk", delays)}
