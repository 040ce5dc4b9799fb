"""What the office sees at one moment: how long ago each gate was heard, what its devices said, who is on duty.

Rules that are about time, not about one screening, look at scenes. Ages are by the office's own monotonic clock, so
that a clock that is set at noon silences no gate. A scene can be made again from what the ledger keeps of it.
"""

from typing import Literal

import msgspec

Device = Literal["ok", "silent", "lost", "none"]
Lens = Literal["ok", "dark", "blurred"]
HEARD_MS = 90_000
"""A gate that was heard so lately reports: it speaks each half minute. Of the ages, rules ask no more than this."""


class GateNow(msgspec.Struct, frozen=True):
    """One gate. Devices in the words of its telemetry; None: it has not said.

    `heard_ms_ago`: milliseconds since it last said anything; None: never. `silent_ms`: for so long the office has
    listened for it in vain, which begins anew with the office and with its connection to the broker. `state`: online,
    stopped, lost, unknown.
    `stuck`: the thermometer repeats one number. `unmeasured`: people pass and nobody is measured. `unattended`: of the
    last screenings, nobody was signed on where people sign on. `per_minute`: screenings a minute in the last ten.
    `usual_per_hour`: at this hour, the median of the last days; None: not known yet. `on_duty`: so many people are to
    stand here by the roster; None: there is no roster.
    """

    gate: str
    heard_ms_ago: int | None = None
    silent_ms: int = 0
    state: str = "unknown"
    thermometer: Device | None = None
    stuck: bool = False
    camera: Device | None = None
    lens: Lens | None = None
    unmeasured: bool = False
    unattended: bool = False
    per_minute: float = 0.0
    usual_per_hour: float | None = None
    on_duty: int | None = None


class DeviceDay(msgspec.Struct, frozen=True):
    """What one thermometer at one gate gave in the last day, beside the whole site; °C.

    `offset`: its median less the site's, hour by hour. `spread`: median absolute deviation, `site_spread` the others'.
    `repeated`: the share of its most frequent value. `drift`: how its offset moved from the week before; None: not
    known.
    """

    gate: str
    device: str
    count: int
    offset: float
    spread: float
    site_spread: float
    repeated: float
    drift: float | None = None


class Scene(msgspec.Struct, frozen=True):
    """One moment; `now_ms` milliseconds since 1970.

    `offline_ms`: for so long the office has had no connection to the broker; None: it has one. `entrances`: state by
    id, as the office has it, None for one that is in neither. `refused`: channels that refused the morning's test, and
    why.
    """

    now_ms: int
    gates: dict[str, GateNow] = {}
    offline_ms: int | None = None
    entrances: dict[str, str | None] = {}
    devices: tuple[DeviceDay, ...] = ()
    refused: dict[str, str] = {}
