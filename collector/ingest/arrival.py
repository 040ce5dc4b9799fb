import msgspec


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """One MQTT message as it came in.

    `connection` counts the connections of this run: a packet's number `mid` means something within its own alone.
    `retained`: the broker kept it from before the office subscribed. `waited_seconds`: so long a screening was with
    the broker; 0 where nothing tells (MQTT 3.1.1, a gate from before the expiry interval).
    """

    topic: str
    payload: bytes
    mid: int = 0
    qos: int = 0
    connection: int = 0
    retained: bool = False
    waited_seconds: int = 0
