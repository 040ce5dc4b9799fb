import msgspec


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """One MQTT message as it came in.

    `connection` counts the connections of this run: a packet's number `mid` means something within its own alone.
    """

    topic: str
    payload: bytes
    mid: int = 0
    qos: int = 0
    connection: int = 0
