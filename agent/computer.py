"""How the gate's computer is: heat, power, load and memory, as Linux and the Pi's firmware tell."""

import contextlib
import os
from pathlib import Path

from kadian.messages.telemetry import Computer, Strain

HEAT = "sys/class/thermal/thermal_zone0/temp"
"""Thousandths of a degree Celsius (kernel's sysfs-class-thermal)."""
THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"
"""Hexadecimal bits, the same as of `vcgencmd get_throttled` (Raspberry Pi's documentation of vcgencmd)."""
LOW_POWER, SLOWED = 1 << 0, 1 << 1 | 1 << 2 | 1 << 3
"""Under-voltage now; clock capped, throttled or near the soft temperature limit now. 16 bits higher: since boot."""
SINCE_BOOT = 16


class Machine:
    """One computer.

    Args:
        root: where its /proc and /sys are, for tests.
    """

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def celsius(self) -> float | None:
        """The processor's temperature in °C, or None where there is no sensor."""
        with contextlib.suppress(OSError, ValueError):
            return int(self._read(HEAT)) / 1000
        return None

    def look(self) -> Computer:
        """Everything else; what this machine does not tell is left out."""
        bits = self._throttled()
        load = memory = available = None
        with contextlib.suppress(OSError, ValueError, IndexError):
            load = float(self._read("proc/loadavg").split()[0])
        with contextlib.suppress(OSError, ValueError, IndexError):
            memory = int(self._read("proc/self/statm").split()[1]) * os.sysconf("SC_PAGE_SIZE")
        with contextlib.suppress(OSError, ValueError, IndexError):
            lines = dict(line.split(":", 1) for line in self._read("proc/meminfo").splitlines() if ":" in line)
            available = int(lines.get("MemAvailable", "").split()[0]) * 1024
        return Computer(
            power=None if bits is None else strain(bits, LOW_POWER),
            heat=None if bits is None else strain(bits, SLOWED),
            load=load,
            memory_bytes=memory,
            memory_free_bytes=available,
        )

    def _throttled(self) -> int | None:
        with contextlib.suppress(OSError, ValueError):
            return int(self._read(THROTTLED), 16)
        return None

    def _read(self, path: str) -> str:
        return (self._root / path).read_text("ascii").strip()


def strain(bits: int, mask: int) -> Strain:
    """What some of the firmware's bits say: `now`, `earlier` in this boot, or `none`."""
    if bits & mask:
        return "now"
    return "earlier" if bits >> SINCE_BOOT & mask else "none"
