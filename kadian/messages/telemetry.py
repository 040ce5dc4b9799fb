"""How a gate's computer and devices are, every 30 seconds."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from kadian.messages.fields import Celsius, Epoch, Moment, Short, Word
from kadian.messages.screening import ClockState

Count = Annotated[int, Meta(ge=0)]
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
    """What waits on the gate's disk. `capacity_left` counts screenings; `refused` those that a full disk refused."""

    epoch: Epoch
    last_seq: Count
    waiting: Count
    oldest_waiting: Moment | None = None
    capacity_left: Count | None = None
    refused: Count = 0


class Telemetry(Struct, frozen=True, omit_defaults=True):
    """One report of a gate about itself.

    `lists`: the lists that it judges codes by (`revoked`, `dcc`, `shc`), and as of when each is.
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
