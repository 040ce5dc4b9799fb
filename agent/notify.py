"""Tells systemd that the gate is ready and alive (sd_notify(3), Type=notify, WatchdogSec=)."""

import contextlib
import os
import socket


def notify(state: str) -> None:
    """Sends one state (`READY=1`, `WATCHDOG=1`, `STOPPING=1`); does nothing where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(state.encode(), address)
