"""Starts a broker: mosquitto as a child where it is installed, else the one in Python."""

from pathlib import Path
from typing import Protocol

import structlog

from collector.broker import mosquitto
from collector.broker.listen import loopback
from kadian.errors import KadianError
from kadian.programs import find

log = structlog.get_logger(__name__)


class Broker(Protocol):
    """A running broker. `protocol` is the MQTT version to speak with it: 5, or 4 for 3.1.1."""

    @property
    def url(self) -> str: ...  # noqa: D102 - mqtt://host:port

    @property
    def protocol(self) -> int: ...  # noqa: D102 - said above

    def alive(self) -> bool:
        """Whether it runs at present."""

    def stop(self) -> None:
        """End it; what it holds is lost, which the receipts make up for."""


def start(listen: str, folder: Path, program: str = "auto") -> Broker:
    """Start a broker and wait until it answers.

    Args:
        listen: `host:port` on loopback; port 0 takes any free one.
        folder: where its configuration and its log may be written.
        program: `mosquitto`, `amqtt`, or `auto`: mosquitto where it is installed.

    Raises:
        KadianError: K0320 to K0323: the address is none, not loopback, or taken; or the broker did not start.
    """
    host, port = loopback(listen)
    found = None if program == "amqtt" else find("mosquitto")
    broker: Broker
    if found is None and program == "mosquitto":
        raise KadianError("K0325", "[broker] program")
    if found is not None:
        broker = mosquitto.Mosquitto(found, host, port, folder)
    else:
        from collector.broker.amqtt import Amqtt

        broker = Amqtt(host, port)
    log.info("broker_started", url=broker.url, mqtt=5 if broker.protocol == 5 else "3.1.1")
    return broker
