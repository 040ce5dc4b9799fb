"""A USB bus to plug things into: the kernel's /sys and /dev as files, nodes that lead to pseudo-terminals or pipes.

It shows what a program can see of the bus (ids, physical ports, renumbering). What it cannot show: power, speed, the
kernel's drivers.
"""

import shutil
from pathlib import Path


class UsbBus:
    """A `sys` and a `dev` tree below a folder, empty at first."""

    def __init__(self, root: Path) -> None:
        self.sys = root / "sys"
        self.dev = root / "dev"
        for kind in ("tty", "hidraw", "video4linux", "input"):
            (self.sys / "class" / kind).mkdir(parents=True)
        self.dev.mkdir()

    def plug(
        self,
        place: str,
        usb: str,
        node: str,
        target: str | Path | None = None,
        *,
        kind: str = "tty",
        product: str = "",
        serial: str = "",
        interface: int = 0,
        files: dict[str, str] | None = None,
    ) -> Path:
        """A device appears.

        Args:
            place: the physical port, `1-1.3`.
            usb: `vendor:product`.
            node: its name under /dev: `ttyUSB0`, `hidraw0`, `input/event3`.
            target: what the node leads to; None when a test makes the node itself.
            kind: the folder of /sys/class.
            product: what it calls itself.
            serial: its serial number.
            interface: of the USB device.
            files: more files of the class device, by path.

        Returns:
            The node's path.
        """
        device = self.sys / "devices" / "usb1" / place
        part = device / f"{place}:1.{interface}"
        name = node.rsplit("/", 1)[-1]
        entry = part / kind / name
        (entry / "device").mkdir(parents=True)
        vendor, product_id = usb.split(":")
        texts = {
            device / "idVendor": vendor,
            device / "idProduct": product_id,
            device / "product": product,
            device / "serial": serial,
            part / "bInterfaceNumber": f"{interface:02d}",
            entry / "uevent": f"MAJOR=1\nDEVNAME={node}",
            **{entry / path: text for path, text in (files or {}).items()},
        }
        for path, text in texts.items():
            if text:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text + "\n", "utf-8")
        (self.sys / "class" / kind / name).symlink_to(entry)
        made = self.dev / node
        made.parent.mkdir(exist_ok=True)
        if target is not None:
            made.unlink(missing_ok=True)
            made.symlink_to(target)
        return made

    def unplug(self, place: str) -> None:
        """Whatever hangs at a physical port vanishes, its nodes with it."""
        shutil.rmtree(self.sys / "devices" / "usb1" / place, ignore_errors=True)
        for link in self.sys.glob("class/*/*"):
            if not link.exists():
                nodes = [self.dev / link.name, self.dev / "input" / link.name]
                for node in nodes:
                    node.unlink(missing_ok=True)
                link.unlink()
