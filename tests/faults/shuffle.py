"""Two brokers and a carrier between them that changes the order of messages and brings many of them twice."""

import heapq
import random
import threading
import time
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.faults.crowd import crowd, settle
from tests.faults.oracle import Count
from tests.system.site import Site

UP, DOWN = ("screening", "status", "telemetry", "reply"), ("receipt", "policy", "command")
LONGEST = 1.5
"""Seconds that a message is held back."""
TWICE = 0.3


class Carrier:
    """Carries what gates say to the office's broker and back, each message after a time of its own.

    Args:
        gates: the port of the gates' broker.
        office: the port of the office's.
        seed: of the times and of what comes twice.
    """

    def __init__(self, gates: int, office: int, seed: int) -> None:
        self._chance = random.Random(seed)
        self._held: list[tuple[float, int, mqtt.Client, mqtt.MQTTMessage]] = []
        self._lock = threading.Condition()
        self._over = False
        self.taken = self.carried = 0
        one, other = self._client(gates), self._client(office)
        one.user_data_set((other, UP))
        other.user_data_set((one, DOWN))
        self._clients = (one, other)
        for client, port in ((one, gates), (other, office)):
            client.connect("127.0.0.1", port)
            client.loop_start()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with self._lock:
            self._over = True
            self._lock.notify()
        self._thread.join(5)
        for client in self._clients:
            client.disconnect()
            client.loop_stop()

    def _client(self, port: int) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, f"carrier-{port}", protocol=mqtt.MQTTv5)
        client.on_connect = lambda client, data, *_: client.subscribe([(f"kadian/v1/+/+/{one}", 1) for one in data[1]])
        client.on_message = self._take
        return client

    def _take(self, _client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        with self._lock:
            self.taken += 1
            for _ in range(2 if self._chance.random() < TWICE else 1):
                self.carried += 1
                at = time.monotonic() + self._chance.uniform(0, LONGEST)
                heapq.heappush(self._held, (at, self.carried, data[0], message))
            self._lock.notify()

    def _carry(self) -> None:
        with self._lock:
            while not self._over:
                now = time.monotonic()
                while self._held and self._held[0][0] <= now:
                    _, _, to, message = heapq.heappop(self._held)
                    to.publish(message.topic, message.payload, qos=1, retain=message.retain)
                self._lock.wait(self._held[0][0] - now if self._held else 1.0)


def shuffled(place: Site, port: int, gates: int, seconds: float, seed: int) -> tuple[int, int, Count]:
    """Gates on a broker of their own (on `port`) and the carrier between it and the office's.

    Gives how many messages there were, how many the carrier made of them, and the count.
    """
    crowd(place, gates, rate=5, port=port)
    broker = place.broker_at("gates-broker", port)
    broker.start()
    carrier = None
    try:
        place.start()
        carrier = Carrier(port, place.broker_port, seed)
        time.sleep(seconds)
        found, _ = settle(place, 60)
        return carrier.taken, carrier.carried, found
    finally:
        if carrier is not None:
            carrier.close()
        place.stop_gates()
        broker.stop()
