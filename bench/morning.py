"""The bad morning of `kadian alerts rehearse` in real processes and real time: an hour. By name alone.

mosquitto, the office and the phone's service are programs of their own; nine gates are a gate's outbox and uplink with
the people and troubles of the story. Nobody answers the phone.
"""

import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.clock import Clock
from agent.outbox import Outbox
from agent.settings import Broker
from agent.telemetry import Report
from agent.uplink import Uplink
from agent.uplink.uplink import Hooks
from bench.figures import milliseconds
from bench.place import site
from collector.alerts.rehearsal.story import GATES, NAMES, SEALED, SECONDS, TROUBLES, Passing, causes, passings
from collector.alerts.rehearsal.world import FEVER
from kadian.identifiers import new_id
from kadian.messages import CameraHealth, Code, Policy, Screening, Temperature, ThermometerHealth
from tests.agent.uplink.proxy import Proxy
from tests.system.service import Service
from tests.system.site import SITE

ENDS = min(SECONDS, float(os.environ.get("KADIAN_MORNING_SECONDS", str(SECONDS))))
"""Seconds of the hour that are lived through."""


class Gate:
    """One gate of the story."""

    def __init__(self, folder: Path, name: str, port: int, began: float) -> None:
        self.name = name
        self.line = Proxy(port)
        self._began = began
        self._outbox = Outbox(folder / f"{name}.db")
        report = Report(Clock("system"), self._outbox)
        self._uplink = Uplink(
            SITE,
            name,
            Broker(f"mqtt://127.0.0.1:{self.line.port}"),
            self._outbox,
            Hooks(lambda: report.make(*self._devices(), Policy(version="morning"))),
            now=lambda: datetime.now(UTC),
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._uplink.run, args=(self._stop,), daemon=True)
        self._made: dict[str, Screening] = {}

    def start(self) -> None:
        """Connects."""
        self._thread.start()

    def wrong(self) -> set[str]:
        """What is wrong here now."""
        at = time.monotonic() - self._began
        return {one.what for one in TROUBLES if one.gate == self.name and one.at <= at < one.until}

    def _devices(self) -> tuple[ThermometerHealth, CameraHealth]:
        wrong = self.wrong()
        return (
            ThermometerHealth("lost" if "thermometer" in wrong else "ok", "gy614v3"),
            CameraHealth("lost" if "camera" in wrong else "ok"),
        )

    def measure(self, one: Passing) -> Screening:
        """Somebody comes."""
        high = one.celsius >= FEVER
        of = self._made.get(one.again) if one.again else None

        def make(epoch: str, seq: int) -> Screening:
            return Screening(
                id=new_id(),
                epoch=epoch,
                seq=seq,
                at=datetime.now(UTC),
                clock="synced",
                verdict="stop" if one.refused or (high and of) else "recheck" if high else "pass",
                reasons=("code_expired",)
                if one.refused
                else (("fever_confirmed",) if of else ("temperature_high",)) * high,
                temperature=Temperature(one.celsius, "body_estimate", "forehead", ambient=12.0, device="gy614v3"),
                code=Code("pass", "expired" if one.refused else "valid", holder=one.holder),
                remeasure_of=of.id if of else None,
                unattended="unattended" in self.wrong(),
            )

        made = self._outbox.record(make)
        if one.name:
            self._made[one.name] = made
        self._uplink.recorded(made.seq)
        return made

    def stop(self) -> None:
        """Goes home."""
        self._stop.set()
        self._uplink.changed()
        self._thread.join(15)
        self._outbox.close()
        self.line.close()


def _entrances() -> str:
    lines = []
    for name in (*GATES, *SEALED):
        state = "sealed" if name in SEALED else "open"
        lines.append(f'[[entrances]]\nid = "{name}"\nname = "{NAMES[name]}"\nstate = "{state}"\n')
    return "".join(lines)


def run() -> dict[str, Any]:
    """What rang within the hour, and how long after its reading each fever of a good thermometer did."""
    service = Service()
    confirmed: dict[str, float] = {}
    stuck = {one.gate for one in TROUBLES if one.what == "stuck"}
    try:
        with site(channel=service.url, office_more=_entrances()) as place:
            office_line = Proxy(place.broker_port)
            place.office_through(office_line.port)
            place.start()
            began = time.monotonic()
            gates = {name: Gate(place.folder, name, place.broker_port, began) for name in (*GATES, *SEALED)}
            for name in GATES:
                gates[name].start()
            for name in SEALED:
                gates[name].start()
            for one in passings():
                if one.at > ENDS:
                    break
                while (now := time.monotonic() - began) < one.at:
                    _cut(office_line, gates, now)
                    time.sleep(min(0.5, one.at - now))
                made = gates[one.gate].measure(one)
                if one.again and one.gate not in stuck:
                    confirmed[one.gate] = made.at.timestamp()
            while time.monotonic() - began < ENDS:
                time.sleep(0.5)
            found = place.ask("/api/v1/alerts?limit=500", 30)["items"]
            for gate in gates.values():
                gate.stop()
            office_line.close()
    finally:
        service.close()
    for at, body in service.heard:
        print(f"{time.strftime('%H:%M:%S', time.localtime(at))}  {body['kind']}  {body['text']}")
    fevers = [
        (at, body) for at, body in service.heard if body["rule"] == "confirmed_fever" and body["gate"] not in stuck
    ]
    delays = [at - confirmed[body["gate"]] for at, body in fevers]
    silent = sum(one["because"] is None and one["severity"] != "hint" for one in found)
    print(f"{causes()} causes, {len(service.heard)} messages, {len(found)} incidents, {silent} without a reason")
    return {
        "causes": causes(),
        "messages": len(service.heard),
        "incidents": len(found),
        "fever_to_phone": milliseconds("confirmed fever → phone", delays) if delays else {},
        "seconds": ENDS,
    }


def _cut(office_line: Proxy, gates: dict[str, Gate], now: float) -> None:
    """The story's cut lines."""
    cut = {(one.what, one.gate) for one in TROUBLES if one.at <= now < one.until}
    _set(office_line, broken=("offline", "") in cut)
    for name, gate in gates.items():
        _set(gate.line, broken=("unplugged", name) in cut)


def _set(line: Proxy, *, broken: bool) -> None:
    if broken and line.mode == "pass":
        line.mode = "refuse"
        line.cut()
    elif not broken:
        line.mode = "pass"
