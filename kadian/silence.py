"""For how long a connection has been silent, as the kernel knows it (tcp(7), TCP_INFO)."""

import socket
import struct

LAST_DATA_RECEIVED = 8 + 4 * 11
"""Bytes into the kernel's struct tcp_info: tcpi_last_data_recv, milliseconds."""


def silent_for(sock: object) -> float:
    """Seconds since its last byte came; 0 where that cannot be known.

    A proxy or a router that takes everything and passes nothing on keeps TCP content: only what comes back is a proof.
    """
    if not isinstance(sock, socket.socket):
        return 0.0
    try:
        told = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, LAST_DATA_RECEIVED + 4)
        milliseconds: int = struct.unpack_from("=I", told, LAST_DATA_RECEIVED)[0]
    except (OSError, AttributeError, struct.error):
        return 0.0
    return milliseconds / 1000
