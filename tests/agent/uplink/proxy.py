"""A bad network between a gate and its broker, as a TCP proxy: it passes, swallows, cuts, delays."""

import contextlib
import queue
import random
import socket
import threading
import time


class Proxy:
    """`mode`: `pass`, `swallow` (takes everything, passes nothing on), `refuse` (nobody answers)."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.mode = "pass"
        self.delay = 0.0
        self.hiccup = 0.0
        self.accepted: list[float] = []
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._over = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Resets every connection."""
        for pair in self._pairs:
            for one in pair:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                    one.close()
        self._pairs.clear()

    def close(self) -> None:
        self._over = True
        self._server.close()
        self.cut()

    def _accept(self) -> None:
        while not self._over:
            try:
                gate, _ = self._server.accept()
            except OSError:
                return
            self.accepted.append(time.monotonic())
            if self.mode == "refuse":
                gate.close()
                continue
            try:
                broker = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                gate.close()
                continue
            self._pairs.append((gate, broker))
            for one, other in ((gate, broker), (broker, gate)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        under_way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        threading.Thread(target=self._deliver, args=(under_way, one, other), daemon=True).start()
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                under_way.put((time.monotonic() + self.delay, data))
        under_way.put((time.monotonic() + self.delay, b""))

    def _deliver(
        self, under_way: "queue.SimpleQueue[tuple[float, bytes]]", one: socket.socket, other: socket.socket
    ) -> None:
        with contextlib.suppress(OSError):
            while (arriving := under_way.get())[1]:
                while self.mode == "swallow":
                    time.sleep(0.02)
                # A lost packet shows as a pause: TCP sends it again and keeps the rest back until then.
                hiccup = 0.4 if random.random() < self.hiccup else 0.0
                time.sleep(max(0.0, arriving[0] - time.monotonic()) + hiccup)
                other.sendall(arriving[1])
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.close()
