"""The whole demonstration: the office, its broker, the gates and their hardware, the phone, the faults."""

import json
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kadian.demo import children, configs
from kadian.demo.cut import Cable
from kadian.demo.faults import Fault, Faults
from kadian.demo.gate import Hardware
from kadian.demo.people import REST_SECONDS, Signer, visits
from kadian.demo.phone import Phone
from kadian.demo.place import PLACES
from kadian.demo.thermometers import DEVICES
from kadian.errors import KadianError
from kadian.passcard import new_key
from kadian.programs import find

PER_MINUTE = 7.0
"""People a minute at one gate at speed 1: a quiet morning."""
UNPLUGGED_SECONDS = 15.0
CUT_SECONDS = 25.0
READY_SECONDS = 60.0
FIRST_SCREEN = 8090
"""The port of the first gate's screen; the others follow."""


class Neighbourhood:
    """Starts everything, and ends everything that it started."""

    def __init__(
        self,
        folder: Path,
        *,
        gates: int,
        port: int,
        speed: float,
        program: str,
        say_fault: Callable[[str, str], None],
        ring: Callable[[dict[str, Any]], None],
    ) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._gates = gates
        self._speed = speed
        self._program = program
        self._say_fault = say_fault
        self._ring = ring
        self.screens: list[int] = []
        """The ports of the gates' own screens."""
        self._office: subprocess.Popen[bytes] | None = None
        self._agents: list[subprocess.Popen[bytes]] = []
        self._hardware: list[Hardware] = []
        self._cables: list[Cable] = []
        self._phone: Phone | None = None
        self._faults: Faults | None = None

    def start(self) -> None:
        """Returns when the office answers and every gate runs.

        Raises:
            KadianError: the port is taken, or the office did not come up (its log is named).
        """
        _refuse_taken(self._port)
        private, public = new_key()
        self._phone = Phone(self._ring)
        broker = ("127.0.0.1", _free_port())
        (self.folder / "office").mkdir(parents=True, exist_ok=True)
        config = configs.office(
            self.folder,
            open_count=self._gates,
            port=self._port,
            broker="{}:{}".format(*broker),
            phone=self._phone.url,
            rest_seconds=int(REST_SECONDS / self._speed),
            pass_key=(1, public),
            program=self._program,
        )
        self._office = children.start(["collector", "--config", str(config)], self.folder / "office.log")
        self._wait_for_office()
        # Without mosquitto the office starts the pure-Python broker, which speaks MQTT 3.1.1 alone.
        protocol = 5 if self._program != "amqtt" and find("mosquitto") else 4
        faults: list[Fault] = []
        for number, place in enumerate(PLACES[: self._gates]):
            faults += self._start_gate(number, place.id, place.name, broker, protocol, Signer(private, 1))
        self._faults = Faults(faults, self._say_fault, seed=7, speed=self._speed)
        self._faults.start()

    def _start_gate(  # noqa: PLR0917 - one gate is made of all these
        self, number: int, gate: str, name: str, broker: tuple[str, int], protocol: int, sign: Signer
    ) -> list[Fault]:
        folder = self.folder / gate
        folder.mkdir(exist_ok=True)
        driver, encode = DEVICES[number % len(DEVICES)]
        people = visits(number, per_minute=PER_MINUTE, speed=self._speed)
        hardware = Hardware(folder, encode, people, sign, number)
        cable = Cable(broker)
        self.screens.append(_port_from(FIRST_SCREEN + number))
        config = configs.gate(
            folder,
            gate,
            driver=driver,
            port=hardware.port,
            pictures=hardware.pictures,
            broker=f"mqtt://127.0.0.1:{cable.port}",
            protocol=protocol,
            screen=self.screens[-1],
        )
        self._agents.append(children.start(["agent", "--config", str(config)], folder / "agent.log"))
        hardware.start()
        self._hardware.append(hardware)
        self._cables.append(cable)
        return [
            Fault("demo.unplugged", name, hardware.unplug, hardware.replug, UNPLUGGED_SECONDS),
            Fault("demo.cut", name, cable.cut, cable.mend, CUT_SECONDS),
        ]

    def _wait_for_office(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self._office is not None and self._office.poll() is not None:
                break
            if self.ask("/healthz") is not None:
                return
            time.sleep(0.1)
        log = self.folder / "office.log"
        last = log.read_text("utf-8", "replace")[-1500:] if log.exists() else ""
        raise KadianError("K0130", str(log), log=last)

    def ask(self, path: str) -> Any:
        """The office's JSON answer to GET `path`, or nothing while it does not answer."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=2) as answer:  # noqa: S310 - our own loopback address
                return json.loads(answer.read() or b"null") or {}
        except (urllib.error.URLError, OSError, ValueError):
            return None

    def wait(self, seconds: float | None, stop: threading.Event) -> None:
        """Returns after `seconds`, when `stop` is set, or when the office has ended.

        Raises:
            KadianError: the office ended by itself.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        while not stop.wait(0.2):
            if deadline is not None and time.monotonic() >= deadline:
                return
            if self._office is not None and self._office.poll() is not None:
                log = self.folder / "office.log"
                raise KadianError("K0130", str(log), log=log.read_text("utf-8", "replace")[-1500:])

    def recorded(self) -> int:
        """How many screenings the gates said they recorded."""
        files = self.folder.glob("*/recorded.jsonl")
        return sum(file.read_bytes().count(b"\n") for file in files)

    def people_leave(self) -> None:
        """Mends all faults and lets nobody come any more, so that gates and office can be counted."""
        if self._faults is not None:
            self._faults.stop()
        for cable in self._cables:
            cable.mend()
        for hardware in self._hardware:
            hardware.stop()

    def stop(self) -> None:
        """Ends everything, gates first, so that they can say that they stop."""
        self.people_leave()
        children.stop(self._agents, 5)
        if self._office is not None:
            children.stop([self._office], 8)
        for cable in self._cables:
            cable.close()
        if self._phone is not None:
            self._phone.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _port_from(wanted: int) -> int:
    """The port that is wanted, or another one where somebody has it."""
    try:
        socket.create_server(("127.0.0.1", wanted)).close()
    except OSError:
        return _free_port()
    return wanted


def _refuse_taken(port: int) -> None:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        raise KadianError("K0131", f"127.0.0.1:{port}", port=port, reason=error.strerror) from None
