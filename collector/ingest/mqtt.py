"""The office's end of MQTT; the one file of the office that knows paho."""

import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from collector.ingest.arrival import Arrival
from collector.ingest.refused import refused_connection
from collector.ingest.wire import MOST_NUMBER, Subject, Wire
from collector.settings import Broker
from kadian.errors import KadianError
from kadian.topics import Kind, every_gate

log = structlog.get_logger(__name__)

HEARD = (Kind.SCREENING, Kind.STATUS, Kind.TELEMETRY, Kind.REPLY)
SESSION_SECONDS = 86_400
MOST_UNACKNOWLEDGED = 4096
"""Messages that the broker may send ahead of our acknowledgement (MQTT 5's receive maximum): a large commit's worth
under way, and the next one's arriving meanwhile."""
MOST_OF_OURS = 256
"""Policies and commands on their way to the broker."""
MOST_PACKET_BYTES = 4 * 1_048_576
KEEPALIVE_SECONDS = 20
SLOWEST_RETRY_SECONDS = 30


class _Client(Client):
    """paho, with a socket that takes the gates' messages out before it sees them."""

    def __init__(self, *arguments: Any, wire: Callable[[Any], Wire], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._wire = wire

    def _create_socket(self) -> Any:
        return self._wire(super()._create_socket())


class OfficeLink:
    """One client, `kadian-office-<site>`, whose messages are acknowledged by hand after the commit.

    Args:
        broker: the address, `mqtt://` or `mqtts://` (the system's certificates, or `ca_file`), and the account.
        site: whose gates are heard.
        on_messages: takes what has arrived; runs in the network thread. While it blocks, the broker is held back.
        on_state: told after each change: None when connected and subscribed, else why not. Same thread.
        protocol: 5, or 4 (MQTT 3.1.1) for a broker that knows no better.

    Raises:
        KadianError: K0314 the address is none; K0315 the certificate file cannot be used.
    """

    def __init__(
        self,
        broker: Broker,
        site: str,
        on_messages: Callable[[Sequence[Arrival]], None],
        on_state: Callable[[KadianError | None], None],
        protocol: int = 5,
    ) -> None:
        self.host, self.port, tls = _address(broker.url)
        self.place = f"{self.host}:{self.port}"
        self._on_messages = on_messages
        self._on_state = on_state
        self._filters = [(every_gate(site, kind), 1) for kind in HEARD]
        self._stopping = Event()
        self._protocol = protocol
        self._connections = 0
        self._wire: Wire | None = None
        self._problem: KadianError | None = KadianError("K0312", self.place, why="not tried yet")
        kind: dict[str, Any] = {"protocol": MQTTv5} if protocol == 5 else {"protocol": MQTTv311, "clean_session": False}
        self._client = _Client(
            CallbackAPIVersion.VERSION2, f"kadian-office-{site}", manual_ack=True, wire=self._wired, **kind
        )
        self._client.max_inflight_messages_set(MOST_OF_OURS)
        self._client.max_queued_messages_set(4 * MOST_OF_OURS)
        self._client.reconnect_delay_set(1, SLOWEST_RETRY_SECONDS - 1)
        if broker.username is not None:
            password = broker.password.reveal() if broker.password else None
            self._client.username_pw_set(broker.username, password)
        if tls:
            try:
                self._client.tls_set(ca_certs=broker.ca_file)
            except (OSError, ValueError) as error:
                raise KadianError("K0315", broker.ca_file or self.place, why=str(error)) from None
        self._client.on_connect = self._connected
        self._client.on_connect_fail = self._unreachable
        self._client.on_disconnect = self._disconnected
        self._client.on_subscribe = self._subscribed

    @property
    def problem(self) -> KadianError | None:
        """Why nothing can arrive, or None."""
        return self._problem

    def start(self) -> None:
        """Connect, and go on trying (1 s to 30 s apart, with jitter) until `stop`."""
        more: dict[str, Any] = {}
        if self._client.protocol == MQTTv5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho has no types here
            properties.SessionExpiryInterval = SESSION_SECONDS
            properties.ReceiveMaximum = MOST_UNACKNOWLEDGED
            properties.MaximumPacketSize = MOST_PACKET_BYTES
            more = {"clean_start": False, "properties": properties}
        self._client.connect_async(self.host, self.port, KEEPALIVE_SECONDS, **more)
        self._client.loop_start()

    def stop(self) -> None:
        """Say goodbye; the broker keeps what arrives meanwhile for a day, as far as it can."""
        self._stopping.set()
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        """Send with QoS 1; False (and nothing is kept) while there is no connection or too much waits."""
        if not self._client.is_connected():
            return False
        return self._client.publish(topic, payload, qos=1, retain=retain).rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    def tell(self, several: Iterable[tuple[Subject, bytes]]) -> bool:
        """Send messages of which a later one on a subject says all that one before said; False: not connected."""
        wire = self._wire
        if wire is None or not self._client.is_connected():
            return False
        with suppress(OSError):  # paho's thread meets it too, and connects anew
            wire.publish(several)
            return True
        return False

    def acknowledge(self, arrivals: Sequence[Arrival]) -> None:
        """Tell the broker that messages are dealt with.

        Those of an earlier connection are left out: their numbers may name others by now, and the broker sends what
        was not acknowledged again.
        """
        wire = self._wire
        if wire is not None:
            with suppress(OSError):
                wire.acknowledge([one.mid for one in arrivals if one.qos and one.connection == wire.number])

    def _wired(self, connection: Any) -> Wire:
        self._connections += 1
        self._wire = Wire(connection, self._connections, self._protocol, self._on_messages)
        return self._wire

    def _connected(
        self, client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._say(refused_connection(str(reason), self.place))
            return
        if self._wire is not None:
            self._wire.most_in_flight = getattr(properties, "ReceiveMaximum", MOST_NUMBER)
        client.subscribe(self._filters)

    def _subscribed(
        self, _client: Client, _data: Any, _mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        self._say(KadianError("K0311", self.place, why=refused[0]) if refused else None)

    def _disconnected(
        self, _client: Client, _data: Any, flags: DisconnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if self._stopping.is_set():
            return
        code_known = self._problem is not None and self._problem.code != "K0312"
        if not (code_known and not flags.is_disconnect_packet_from_server):
            self._say(refused_connection(str(reason), self.place))
        self._jitter()

    def _unreachable(self, _client: Client, _data: Any) -> None:
        self._say(KadianError("K0312", self.place, why="no connection"))
        self._jitter()

    def _jitter(self) -> None:
        """Up to a second more than paho's doubling pause, so that all that lost one broker do not return at once."""
        self._stopping.wait(random.random())  # noqa: S311 - no secret

    def _say(self, problem: KadianError | None) -> None:
        before = self._problem
        self._problem = problem
        if problem is None:
            log.info("broker_connected", broker=self.place)
        elif before is None or before.code != problem.code:
            log.warning("broker_lost", broker=self.place, code=problem.code, why=problem.what("en"))
        self._on_state(problem)


def _address(url: str) -> tuple[str, int, bool]:
    try:
        parts = urlsplit(url)
        tls = parts.scheme == "mqtts"
        port = parts.port or (8883 if tls else 1883)
        host = parts.hostname or ""
        host.encode("idna")
    except (ValueError, UnicodeError):
        raise KadianError("K0314", url.rpartition("@")[2]) from None
    if parts.scheme not in {"mqtt", "mqtts"} or not host:
        raise KadianError("K0314", url.rpartition("@")[2])
    return host, port, tls
