"""The gate's connection to the broker: the only file of the gate that knows paho."""

import contextlib
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import structlog
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from agent.settings import Broker
from agent.uplink.pause import pause
from agent.uplink.tls import context as tls_context
from kadian import __version__
from kadian.errors import KadianError
from kadian.messages import GateState, Status, encode
from kadian.silence import silent_for
from kadian.topics import SCREENING_EXPIRY_SECONDS, Kind, parse, topic

log = structlog.get_logger(__name__)
KEEPALIVE = 15
"""Seconds. A half-open connection is found within one and a half of these."""
SILENCE = 1.4 * KEEPALIVE
"""Seconds without a byte from the broker, which answers a ping each `KEEPALIVE`; paho alone would wait for two."""
UNTAKEN_SECONDS = 8.0
"""How long the other side may leave a packet untaken before the connection counts as cut (TCP_USER_TIMEOUT, tcp(7)).
Without it the kernel tries again in ever longer pauses, and a cut of 15 s is over only 10 s after its end."""
TURN_SECONDS = 1.0
QUEUE = 64
"""Messages that paho may hold; the send window stays below."""
IN_FLIGHT = 20
"""Messages without PUBACK: mosquitto's default receive maximum, beyond which it would cut the connection."""
NOT_YET_VALID = 9
"""X509_V_ERR_CERT_NOT_YET_VALID (openssl's x509_vfy.h)."""
HEARD = (Kind.RECEIPT, Kind.POLICY, Kind.COMMAND)
NORMAL = "Normal disconnection"


class Line:
    """Keeps one connection alive until stopped, with a new client each time: paho remembers nothing for us.

    The callbacks are called from the connection's thread.

    Args:
        site: of the gate.
        gate: its name.
        broker: where and as whom.
        now: the time for the status.
        on_up: connected and subscribed; with the largest packet that the broker takes, if it said (bytes).
        on_down: the connection is gone.
        on_message: a receipt, policy or command has come.
        clock_right: whether this machine's clock is synchronised.
    """

    def __init__(
        self,
        site: str,
        gate: str,
        broker: Broker,
        *,
        now: Callable[[], datetime],
        on_up: Callable[[int | None], None],
        on_down: Callable[[], None],
        on_message: Callable[[Kind, bytes], None],
        clock_right: Callable[[], bool] = lambda: True,
    ) -> None:
        self._site = site
        self._gate = gate
        self._broker = broker
        self._now = now
        self._on_up = on_up
        self._on_down = on_down
        self._on_message = on_message
        self._clock_right = clock_right
        self._client: paho.Client | None = None
        self._up = threading.Event()
        self._was_up = False
        self._said = ""
        self._refused_topics: set[str] = set()

    def run(self, stop: threading.Event) -> None:
        """Connects, stays connected, and comes back after a wait with chance in it."""
        gone_at = time.monotonic()
        while not stop.is_set():
            if self._once(stop):
                gone_at = time.monotonic()
            chance = random.random()  # noqa: S311 - spreads gates over time, guards no secret
            stop.wait(pause(time.monotonic() - gone_at, chance))

    def publish(self, kind: Kind, payload: bytes, *, retain: bool = False) -> bool:
        """Hands one message to the connection, QoS 1; False when there is none or it is full."""
        lasts = SCREENING_EXPIRY_SECONDS if kind is Kind.SCREENING else None
        return self.announce(topic(self._site, self._gate, kind), payload, retain=retain, lasts=lasts)

    def announce(self, name: str, payload: bytes, *, retain: bool = True, lasts: int | None = None) -> bool:
        """The same for a topic that is not of kadian's own; `lasts`: seconds, for a broker that speaks MQTT 5."""
        client = self._client
        if client is None or not self._up.is_set():
            return False
        said = _lasting(lasts) if lasts and self._broker.protocol == 5 else None
        return client.publish(name, payload, qos=1, retain=retain, properties=said).rc == paho.MQTT_ERR_SUCCESS

    def farewell(self) -> None:
        """Says `stopped` and ends the connection cleanly; to be called once the loop may end."""
        client = self._client
        if client is None:
            return
        if self._up.is_set():
            with contextlib.suppress(RuntimeError, ValueError):
                name = topic(self._site, self._gate, Kind.STATUS)
                client.publish(name, self._status("stopped"), qos=1, retain=True).wait_for_publish(2.0)
        client.disconnect()

    def _once(self, stop: threading.Event) -> bool:
        self._was_up = False
        try:
            parts = urlsplit(self._broker.url)
            port = parts.port or (8883 if parts.scheme == "mqtts" else 1883)
            client = self._new_client(tls=parts.scheme == "mqtts")
            self._client = client
            v5 = self._broker.protocol == 5
            clean: bool | Literal[3] = True if v5 else 3  # 3: not said, as 3.1.1 has no such word
            client.connect(parts.hostname or "", port, KEEPALIVE, clean_start=clean)
            if stop.is_set():
                client.disconnect()
            while client.loop(TURN_SECONDS) == paho.MQTT_ERR_SUCCESS:
                self._listen_for_silence(client)
        except (OSError, ValueError) as error:
            self._say("broker_unreachable", self._refusal(error))
        except Exception:
            # A thread that ends would leave the gate without a connection until it is started again.
            log.exception("line_failed", url=self._broker.url)
        finally:
            self._gone()
            self._hang_up()
        return self._was_up

    def _hang_up(self) -> None:
        client, self._client = self._client, None
        sock = client.socket() if client is not None else None
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.close()

    def _listen_for_silence(self, client: paho.Client) -> None:
        sock = client.socket()
        if isinstance(sock, socket.socket) and (seconds := silent_for(sock)) > SILENCE:
            log.warning("broker_silent", url=self._broker.url, seconds=round(seconds))
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _refusal(self, error: Exception) -> KadianError:
        """Why there is no connection. ssl's errors are OSErrors; a ca_file that is no certificate is one too."""
        if isinstance(error, ssl.SSLCertVerificationError) and error.verify_code == NOT_YET_VALID:
            return KadianError("K0480", self._broker.url, now=self._now().strftime("%Y-%m-%d %H:%M"))
        code = "K0471" if isinstance(error, ssl.SSLError) else "K0470"
        return KadianError(code, self._broker.url, reason=str(error))

    def _new_client(self, *, tls: bool) -> paho.Client:
        v5 = self._broker.protocol == 5
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"kadian-{self._site}-{self._gate}",
            clean_session=None if v5 else True,
            protocol=MQTTProtocolVersion.MQTTv5 if v5 else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        client.max_queued_messages_set(QUEUE)
        client.max_inflight_messages_set(IN_FLIGHT)
        if self._broker.username is not None:
            password = self._broker.password
            client.username_pw_set(self._broker.username, password.reveal() if password else None)
        if tls:
            client.tls_set_context(tls_context(self._broker, clock_right=self._clock_right()))
        client.will_set(topic(self._site, self._gate, Kind.STATUS), self._status("lost"), qos=1, retain=True)
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_message = self._message
        client.on_publish = self._published
        client.on_socket_open = _tune
        return client

    def _status(self, state: GateState) -> bytes:
        return encode(Status(state, self._now(), __version__))

    def _connected(
        self, client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._say("broker_refuses", KadianError("K0472", self._broker.url, reason=str(reason)))
            client.disconnect()
            return
        names = [(topic(self._site, self._gate, kind), 1) for kind in HEARD]
        client.subscribe(names)
        self._was_up = True
        self._up.set()
        self._said = ""
        self.publish(Kind.STATUS, self._status("online"), retain=True)
        log.info("broker_connected", url=self._broker.url)
        self._on_up(getattr(properties, "MaximumPacketSize", None))

    def _disconnected(
        self, _client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if self._up.is_set() and str(reason) != NORMAL:
            log.warning("broker_lost", url=self._broker.url, reason=str(reason))
        self._gone()

    def _gone(self) -> None:
        if self._up.is_set():
            self._up.clear()
            self._on_down()

    def _message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        with contextlib.suppress(ValueError, UnicodeDecodeError):  # not a topic that was subscribed to
            self._on_message(parse(message.topic).kind, bytes(message.payload))

    def _published(
        self, _client: paho.Client, _data: Any, _number: int, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure and str(reason) not in self._refused_topics:
            self._refused_topics.add(str(reason))
            told = KadianError("K0473", self._broker.url, reason=str(reason))
            log.error("broker_refuses_message", url=self._broker.url, reason=str(reason), what=told.what())

    def _say(self, event: str, error: KadianError) -> None:
        """Once a cause, until it changes or the connection stands."""
        if str(error) != self._said:
            self._said = str(error)
            log.warning(event, url=self._broker.url, what=error.what(), do=error.do())


def _lasting(seconds: int) -> Properties:
    said = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho has no types here
    said.MessageExpiryInterval = seconds
    return said


def _tune(_client: paho.Client, _data: Any, sock: Any) -> None:
    # One screening is one small packet; it is not to wait for a second one (Nagle).
    options = ((socket.TCP_NODELAY, 1), (socket.TCP_USER_TIMEOUT, round(UNTAKEN_SECONDS * 1000)))
    for option, value in options:
        with contextlib.suppress(OSError, AttributeError):
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
