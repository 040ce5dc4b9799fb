"""The broker in Python, for machines without mosquitto. It refuses MQTT 5, so 3.1.1 is spoken with it."""

import asyncio
import logging
from threading import Event, Thread
from typing import Any

from amqtt.broker import Broker as AmqttBroker

from kadian.errors import KadianError

START_SECONDS = 10.0


class Amqtt:
    """amqtt in a thread and an event loop of its own.

    Args:
        host: an address of loopback.
        port: a free port.

    Raises:
        KadianError: K0322 it did not start.
    """

    protocol = 4

    def __init__(self, host: str, port: int) -> None:
        self._bind = f"{host}:{port}"
        self._loop = asyncio.new_event_loop()
        self._ready = Event()
        self._ended: asyncio.Event | None = None
        self._failed: BaseException | None = None
        logging.getLogger("amqtt").setLevel(logging.CRITICAL)
        logging.getLogger("transitions").setLevel(logging.WARNING)
        self._thread = Thread(target=self._run, name="amqtt", daemon=True)
        self._thread.start()
        if not self._ready.wait(START_SECONDS) or self._failed is not None:
            raise KadianError("K0322", self._bind, why=str(self._failed or "no answer"))

    @property
    def url(self) -> str:
        """Where to connect."""
        return f"mqtt://{self._bind}"

    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End it; sessions and retained messages are gone."""
        ended = self._ended
        if ended is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(ended.set)
        self._thread.join(START_SECONDS)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits for the start
            self._failed = error
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        self._ended = asyncio.Event()
        config: dict[str, Any] = {
            "listeners": {"default": {"type": "tcp", "bind": self._bind}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
        broker = AmqttBroker(config)
        await broker.start()
        self._ready.set()
        await self._ended.wait()
        await broker.shutdown()
