"""A cable between a gate and the broker that can be pulled: a TCP relay on loopback."""

import contextlib
import selectors
import socket
import threading


class Cable:
    """Relays a port of its own to `target` until it is cut; a cut closes what is open and refuses what comes."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._peers: dict[socket.socket, socket.socket] = {}
        self._whole = threading.Event()
        self._whole.set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cable", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where the gate connects to."""
        port: int = self._listener.getsockname()[1]
        return port

    def cut(self) -> None:
        """Pulls the cable."""
        self._whole.clear()

    def mend(self) -> None:
        """Puts it back."""
        self._whole.set()

    def close(self) -> None:
        """Ends the relay."""
        self._stop.set()
        self._thread.join(2)

    def _run(self) -> None:
        while not self._stop.is_set():
            for key, _ in self._selector.select(0.1):
                if key.fileobj is self._listener:
                    self._accept()
                else:
                    self._relay(key.fileobj)  # type: ignore[arg-type]  # only sockets are registered
            if not self._whole.is_set():
                for end in list(self._peers):
                    self._drop(end)
        for end in list(self._peers):
            self._drop(end)
        self._listener.close()

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        if not self._whole.is_set():
            near.close()
            return
        try:
            far = socket.create_connection(self._target, timeout=1)
        except OSError:
            near.close()
            return
        for end, other in ((near, far), (far, near)):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            end.settimeout(2)
            self._peers[end] = other
            self._selector.register(end, selectors.EVENT_READ)

    def _relay(self, end: socket.socket) -> None:
        if end not in self._peers:
            return
        try:
            piece = end.recv(65536)
            if piece:
                self._peers[end].sendall(piece)
                return
        except OSError:
            pass
        self._drop(end)

    def _drop(self, end: socket.socket) -> None:
        other = self._peers.pop(end, None)
        if other is None:
            return
        self._peers.pop(other, None)
        for one in (end, other):
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(one)
            one.close()
