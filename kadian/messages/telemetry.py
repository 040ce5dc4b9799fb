"""How a gate's computer and devices are, every 30 seconds."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from kadian.messages.fields import Celsius, Epoch, Moment, Short, Word
from kadian.messages.screening import ClockState

Count = Annotated[int, Meta(ge=0)]
Strain = Literal["none", "now", "earlier"]
DeviceState = Literal["ok", "silent", "lost", "none"]


class ThermometerHealth(Struct, frozen=True, omit_defaults=True):
    """`ok` frames arrive, `silent` the port is open but says nothing, `lost` the port is gone, `none` not fitted.

    `stuck`: frames arrive, but repeat one number as no living skin would.
    """

    state: DeviceState
    driver: Word | None = None
    frames: Count = 0
    bad_frames: Count = 0
    ambient: Celsius | None = None
    stuck: bool = False


class CameraHealth(Struct, frozen=True, omit_defaults=True):
    """The camera's state, in the words of `ThermometerHealth`, and how many frames and codes it gave.

    `brightness` is the mean of the last pictures, 0 black to 255 white; `sharpness` the spread of their fine detail
    (levels of gray): a dirty or fogged lens has little. `lens` says what that means: `dark`, `blurred` or `ok`.
    """

    state: DeviceState
    frames: Count = 0
    codes: Count = 0
    brightness: Annotated[float, Meta(ge=0, le=255)] | None = None
    sharpness: Annotated[float, Meta(ge=0, le=10_000)] | None = None
    lens: Literal["ok", "dark", "blurred"] | None = None


class GunHealth(Struct, frozen=True, omit_defaults=True):
    """The code gun's state, in the words of `ThermometerHealth`; how many codes it gave, and how many unreadable ones.

    A gun is silent until somebody pulls the trigger, so an open port is `ok`.
    """

    state: DeviceState
    driver: Word | None = None
    codes: Count = 0
    bad_codes: Count = 0


class OutboxHealth(Struct, frozen=True, omit_defaults=True):
    """What waits on the gate's disk.

    `capacity_left` counts screenings, `hours_left` says how long that lasts at the pace of the last hours; `refused`
    counts those that the disk did not take.
    """

    epoch: Epoch
    last_seq: Count
    waiting: Count
    oldest_waiting: Moment | None = None
    capacity_left: Count | None = None
    refused: Count = 0
    hours_left: Annotated[float, Meta(ge=0)] | None = None


class Computer(Struct, frozen=True, omit_defaults=True):
    """The gate's computer. `power` is a supply that is too weak, `heat` one that slows the processor down.

    `load` is the mean number of runnable tasks of the last minute; `memory_bytes` is what the agent takes.
    """

    power: Strain | None = None
    heat: Strain | None = None
    load: Annotated[float, Meta(ge=0)] | None = None
    memory_bytes: Count | None = None
    memory_free_bytes: Count | None = None


class Today(Struct, frozen=True, omit_defaults=True):
    """Verdicts since this gate's midnight, or since its program started."""

    passes: Count = 0
    rechecks: Count = 0
    stops: Count = 0
    no_result: Count = 0


class Telemetry(Struct, frozen=True, omit_defaults=True):
    """One report of a gate about itself.

    `lists`: the lists that it judges codes by (`revoked`, `dcc`, `shc`), and as of when each is.
    `unmeasured`: the camera has seen people pass for a while, and not one was measured.
    """

    at: Moment
    version: Word
    clock: ClockState
    thermometer: ThermometerHealth
    camera: CameraHealth
    outbox: OutboxHealth
    uptime_seconds: Annotated[float, Meta(ge=0)] | None = None
    disk_free_bytes: Count | None = None
    cpu_celsius: Celsius | None = None
    policy_version: Short | None = None
    lists: dict[Word, Moment] = {}
    gun: GunHealth | None = None
    computer: Computer | None = None
    today: Today | None = None
    unmeasured: bool = False
