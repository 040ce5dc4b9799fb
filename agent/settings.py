"""What a gate is told by its TOML file. See config/agent.toml for the same with comments."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from kadian.errors import KadianError
from kadian.identifiers import NAME_PATTERN, USB_PORT_PATTERN
from kadian.settings import Secret
from kadian.settings.urls import is_loopback, is_url

Name = Annotated[str, Meta(pattern=NAME_PATTERN)]
Path = Annotated[str, Meta(min_length=1)]
Seconds = Annotated[float, Meta(ge=0, le=60)]
Hour = Annotated[int, Meta(ge=0, le=23)]
SoundClass = Literal["pass", "attention", "stop"]
PIN = re.compile("[0-9]{6,12}")
Problem = tuple[str, str, dict[str, Any]]


class Broker(Struct, frozen=True):
    """`url`: mqtt://host:port or mqtts://host:port; `protocol` 4 (3.1.1) is for the pure-Python broker alone.

    `certificate_file` and `key_file` (PEM) prove the gate; an enrolled gate has its own.
    """

    url: str = "mqtt://127.0.0.1:1883"
    username: str | None = None
    password: Secret | None = None
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None
    protocol: Literal[4, 5] = 5

    def problems(self) -> Iterator[Problem]:
        """A url that is not mqtt(s)://host[:port]."""
        if not is_url(self.url, ("mqtt", "mqtts")):
            yield "url", "K0120", {"value": self.url, "schemes": "mqtt://, mqtts://"}
        if (self.certificate_file is None) != (self.key_file is None):
            yield "certificate_file", "K0124", {}


class Thermometer(Struct, frozen=True):
    """`driver` is the name of a file of agent/thermometer; `port` a device, by a name that survives a replug.

    `port` is a USB id (`usb:1a86:7523`, where two are equal `usb:1a86:7523@1-1.3` with the physical port), a symlink,
    or a path.
    `options` is what the driver's file asks for beyond that (its `Options`).
    """

    driver: Annotated[str, Meta(pattern=r"^[a-z0-9_]+$")]
    port: Path
    baud: Annotated[int, Meta(ge=300, le=4_000_000)] | None = None
    options: dict[str, Any] = {}

    def problems(self) -> Iterator[Problem]:
        """A USB id that is written wrongly, a driver that there is not, options that are not its own."""
        # A driver brings what it needs with it, which nobody but a gate that has one is to load.
        from agent.thermometer.catalogue import find

        yield from _port_problems(self.port)
        try:
            find(self.driver, self.options)
        except KadianError as wrong:
            key = "options" if wrong.code in {"K0212", "K0213"} else "driver"
            yield key, wrong.code, {name: value for name, value in wrong.values.items() if name != "where"}


class Gun(Struct, frozen=True):
    """A code gun. `driver` is the name of a file of agent/guns: `serial` (virtual COM port) or `keyboard`.

    `port` is named as a thermometer's is; a keyboard's never by its bare number, which may become the operator's own
    keyboard after a replug.
    """

    driver: Annotated[str, Meta(pattern=r"^[a-z0-9_]+$")]
    port: Path
    baud: Annotated[int, Meta(ge=300, le=4_000_000)] = 9600

    def problems(self) -> Iterator[Problem]:
        """A USB id that is written wrongly, a keyboard by its bare number."""
        yield from _port_problems(self.port)
        if self.driver == "keyboard" and re.fullmatch(r"/dev/input/event\d+", self.port):
            yield "port", "K0233", {"where": self.port}


class Camera(Struct, frozen=True):
    """`source`: an index (0), a device (/dev/video0), a URL, a video file or a folder of pictures.

    `look_milliseconds`: what the search in one frame may take; a frame without movement takes a fraction of it.
    """

    source: Annotated[str, Meta(min_length=1)] | Annotated[int, Meta(ge=0)]
    look_milliseconds: Annotated[float, Meta(ge=2, le=500)] = 25.0


class Outbox(Struct, frozen=True):
    """Where screenings wait for the office's receipt, and how much room they may take (bytes)."""

    path: Path = "data/outbox.db"
    max_bytes: Annotated[int, Meta(ge=1 << 20)] = 512 << 20
    keep_done_hours: Annotated[float, Meta(ge=0, le=720)] = 24


class Codes(Struct, frozen=True):
    """`holder_key_file`: where the day's key for holders is kept; `holder.key` beside the outbox when not given."""

    holder_key_file: Path | None = None


class Joining(Struct, frozen=True):
    """How a temperature and a code find each other, in seconds. `record_to` names a file for an outside recorder."""

    join_seconds: Seconds = 6.0
    code_wait_seconds: Seconds = 0.7
    record_to: Path | None = None


class Duty(Struct, frozen=True):
    """A sign-on ends by itself after `longest_hours`: who went home without signing off gets no credit."""

    longest_hours: Annotated[float, Meta(gt=0, le=48)] = 16.0


class ClockSettings(Struct, frozen=True):
    """`auto` asks the kernel and the time service whether the clock is right; `system` takes its word for it."""

    trust: Literal["auto", "system"] = "auto"


class KioskSettings(Struct, frozen=True):
    """Where the gate's own page is served, to whom, and how loud.

    Beyond loopback `pin` is asked of every phone once, and a certificate (PEM) makes it HTTPS. From `night_from` to
    `night_to` (hours of the day) the screen is dark and its sound has `night_volume` (0…1).
    """

    host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8090
    pin: Secret | None = None
    certificate_file: str | None = None
    key_file: str | None = None
    sounds: tuple[SoundClass, ...] = ("pass", "attention", "stop")
    night_from: Hour = 22
    night_to: Hour = 6
    night_volume: Annotated[float, Meta(ge=0, le=1)] = 0.3

    def problems(self) -> Iterator[Problem]:
        """Open to a network without a PIN, a PIN that is soon guessed, half a certificate."""
        if not is_loopback(self.host) and self.pin is None:
            yield "host", "K0460", {"host": self.host}
        if self.pin is not None and not PIN.fullmatch(self.pin.reveal().strip()):
            yield "pin", "K0462", {}
        if (self.certificate_file is None) != (self.key_file is None):
            yield "certificate_file", "K0463", {}


class HomeAssistant(Struct, frozen=True):
    """Off unless asked for. `prefix` is the discovery prefix that Home Assistant was given."""

    enabled: bool = False
    prefix: Annotated[str, Meta(min_length=1)] = "homeassistant"

    def problems(self) -> Iterator[Problem]:
        """A prefix that is no topic."""
        if not self.prefix.isascii() or set(self.prefix) & set("+# "):
            yield "prefix", "K0483", {"value": self.prefix}


class AgentSettings(Struct, frozen=True):
    """The whole of a gate's settings."""

    site: Name
    gate: Name
    broker: Broker = Broker()
    thermometer: Thermometer | None = None
    camera: Camera | None = None
    gun: Gun | None = None
    outbox: Outbox = Outbox()
    codes: Codes = Codes()
    screening: Joining = Joining()
    duty: Duty = Duty()
    clock: ClockSettings = ClockSettings()
    kiosk: KioskSettings | None = None
    homeassistant: HomeAssistant = HomeAssistant()

    def problems(self) -> Iterator[Problem]:
        """A gate that can neither measure nor see."""
        if self.thermometer is None and self.camera is None and self.gun is None:
            yield "", "K0123", {}


def _port_problems(port: str) -> Iterator[Problem]:
    if port.startswith("usb:") and not re.match(USB_PORT_PATTERN, port):
        yield "port", "K0232", {"where": port}
