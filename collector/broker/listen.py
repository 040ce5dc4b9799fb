"""Where an embedded broker may listen: on loopback alone, since it knows no accounts."""

import errno
import ipaddress
import socket
from urllib.parse import urlsplit

from kadian.errors import KadianError


def loopback(listen: str) -> tuple[str, int]:
    """Host (an IP address) and port of `host:port`; port 0 takes any free one.

    Raises:
        KadianError: K0323 not `host:port`; K0320 not loopback; K0321 the port is taken; K0322 it cannot be opened.
    """
    try:
        parts = urlsplit(f"//{listen}")
        host, port = parts.hostname, parts.port
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host or "")
    except ValueError:
        raise KadianError("K0323", listen) from None
    if port is None or parts.path or parts.username is not None:
        raise KadianError("K0323", listen)
    if not address.is_loopback:
        raise KadianError("K0320", listen)
    return str(address), _free(str(address), port)


def answers(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _free(host: str, port: int) -> int:
    place = f"{host}:{port}"
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            code = "K0321" if error.errno == errno.EADDRINUSE else "K0322"
            raise KadianError(code, place, port=port, why=error.strerror or str(error)) from None
        return int(trial.getsockname()[1])
