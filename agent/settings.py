"""What a gate is told by its TOML file. See config/agent.toml for the same with comments."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from kadian.identifiers import NAME_PATTERN
from kadian.settings import Secret
from kadian.settings.urls import is_url

Name = Annotated[str, Meta(pattern=NAME_PATTERN)]
Path = Annotated[str, Meta(min_length=1)]
Seconds = Annotated[float, Meta(ge=0, le=60)]
Problem = tuple[str, str, dict[str, Any]]


class Broker(Struct, frozen=True):
    """`url`: mqtt://host:port or mqtts://host:port; `protocol` 4 (3.1.1) is for the pure-Python broker alone."""

    url: str = "mqtt://127.0.0.1:1883"
    username: str | None = None
    password: Secret | None = None
    ca_file: str | None = None
    protocol: Literal[4, 5] = 5

    def problems(self) -> Iterator[Problem]:
        """A url that is not mqtt(s)://host[:port]."""
        if not is_url(self.url, ("mqtt", "mqtts")):
            yield "url", "K0120", {"value": self.url, "schemes": "mqtt://, mqtts://"}


class Thermometer(Struct, frozen=True):
    """`driver` is the name of a file of agent/thermometer; `port` a device, by a name that survives a replug.

    `options` is what the driver's file asks for beyond that (its `Options`).
    """

    driver: Annotated[str, Meta(pattern=r"^[a-z0-9_]+$")]
    port: Path
    baud: Annotated[int, Meta(ge=300, le=4_000_000)] | None = None
    options: dict[str, Any] = {}


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
    """`holder_key_file`: 16 bytes or more that holders are hashed with; made beside the outbox when not given."""

    holder_key_file: Path | None = None


class Joining(Struct, frozen=True):
    """How a temperature and a code find each other, in seconds. `record_to` names a file for an outside recorder."""

    join_seconds: Seconds = 6.0
    code_wait_seconds: Seconds = 0.7
    record_to: Path | None = None


class ClockSettings(Struct, frozen=True):
    """`auto` asks the kernel and the time service whether the clock is right; `system` takes its word for it."""

    trust: Literal["auto", "system"] = "auto"


class KioskSettings(Struct, frozen=True):
    """Where the gate's own page is served."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8090


class AgentSettings(Struct, frozen=True):
    """The whole of a gate's settings."""

    site: Name
    gate: Name
    broker: Broker = Broker()
    thermometer: Thermometer | None = None
    camera: Camera | None = None
    outbox: Outbox = Outbox()
    codes: Codes = Codes()
    screening: Joining = Joining()
    clock: ClockSettings = ClockSettings()
    kiosk: KioskSettings | None = None

    def problems(self) -> Iterator[Problem]:
        """A gate that can neither measure nor see."""
        if self.thermometer is None and self.camera is None:
            yield "", "K0123", {}
