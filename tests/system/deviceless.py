"""Gates without devices: a gate's own outbox and uplink, for whatever is not about thermometers and cameras."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from agent.clock import Clock
from agent.outbox import Outbox
from agent.settings import Broker
from agent.telemetry import Report
from agent.uplink import Uplink
from agent.uplink.uplink import Hooks
from kadian.identifiers import new_id
from kadian.messages import CameraHealth, Code, Policy, Screening, Temperature, ThermometerHealth
from tests.system.site import SITE


def uplink_of(outbox: Outbox, name: str, broker_port: int) -> Uplink:
    """The uplink of a gate that has an outbox and nothing else."""
    report = Report(Clock("system"), outbox)
    none = ThermometerHealth("none"), CameraHealth("none")
    return Uplink(
        SITE,
        name,
        Broker(f"mqtt://127.0.0.1:{broker_port}"),
        outbox,
        Hooks(lambda: report.make(*none, Policy(version="load"))),
        now=lambda: datetime.now(UTC),
    )


def forehead(celsius: float) -> Temperature:
    """What a usual thermometer says of somebody."""
    return Temperature(celsius, "body_estimate", "forehead", 34.91, 21.3, "device", 5, 0.05, "gy614v3")


class Gate:
    """A gate's own outbox and uplink; what is recorded is kept in `said`: seq → id."""

    def __init__(self, folder: Path, name: str, broker_port: int) -> None:
        self.name = name
        self.said: dict[int, str] = {}
        self.outbox = Outbox(folder / f"{name}.db")
        self.uplink = uplink_of(self.outbox, name, broker_port)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.uplink.run, args=(self._stop,), daemon=True)

    def start(self) -> None:
        """Connect and send."""
        self._thread.start()

    def record(self, celsius: float = 36.5, holder: str | None = None, of: Screening | None = None) -> Screening:
        """One person, or the second reading of one. Holders are told apart in whatever order their readings come."""
        return self.add(
            lambda epoch, seq: Screening(
                id=new_id(),
                epoch=epoch,
                seq=seq,
                at=datetime.now(UTC),
                clock="synced",
                verdict="pass" if celsius < 37.3 else "stop" if of else "recheck",
                temperature=forehead(celsius),
                code=Code("pass", "valid", holder) if holder else None,
                remeasure_of=of.id if of else None,
            )
        )

    def add(self, make: Callable[[str, int], Screening]) -> Screening:
        """A screening of the caller's making, with the outbox's epoch and next number."""
        made = self.outbox.record(make)
        self.said[made.seq] = str(made.id)
        self.uplink.recorded(made.seq)
        return made

    def stop(self) -> None:
        """Disconnect, and close the outbox."""
        self._stop.set()
        self.uplink.changed()
        self._thread.join(15)
        self.outbox.close()
