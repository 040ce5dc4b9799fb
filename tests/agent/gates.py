"""A thermometer on a pseudo-terminal, and a gate in a process of its own."""

import collections
import contextlib
import os
import pty
import struct
import subprocess
import sys
import threading
import tty


def frame(body, surface=34.9, ambient=22.0):
    payload = bytes.fromhex("A403070761") + struct.pack(
        ">HHH", round(surface * 100), round(ambient * 100), round(body * 100)
    )
    return payload + bytes([sum(payload) & 0xFF])


class Thermometer:
    """A GY-614V3 on a pseudo-terminal under a name that survives a replug: a hundred frames a second."""

    def __init__(self, path):
        self.path = path
        self._frames = collections.deque()
        self.plug()

    def plug(self):
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path.symlink_to(os.ttyname(self._slave))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._speak)
        self._thread.start()

    def _speak(self):
        while not self._stop.wait(0.01):
            with contextlib.suppress(BlockingIOError):
                os.write(self._master, self._frames.popleft() if self._frames else frame(22.0, 22.5))

    def unplug(self):
        self._stop.set()
        self._thread.join()
        self.path.unlink(missing_ok=True)
        os.close(self._master)
        os.close(self._slave)

    def person(self, body, ambient=22.0):
        self._frames += [frame(body, ambient=ambient)] * 6 + [frame(22.0, 22.5, ambient)] * 3


def ready(gate):
    return gate._touch is not None and gate._touch.state == "ok"


def agent(path, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "kadian", "agent", "--config", str(path)],
        stderr=subprocess.PIPE,
        env=os.environ | {"KADIAN_LOG": "info"} | environment,
    )
