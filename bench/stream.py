"""`python -m bench.stream SETTINGS`: an honest load in a process of its own, for the measurements of ingest.

Everything is encoded beforehand: distinct gates, ids and numbers. It says "ready", waits for a line, publishes with QoS
1 over one connection, listens to the receipts, and says in one JSON line how long it took until every screening was
receipted. With a rate it says when each good screening was receipted after it was sent.
"""

import random
import select
import socket
import struct
import sys
import time
from datetime import UTC, datetime

import msgspec

from collector.ingest.arrival import Arrival
from collector.ingest.frames import Frames, acknowledgements, publish
from kadian.identifiers import new_epoch, new_id
from kadian.messages import Code, Receipt, Screening, Temperature, decode, encode

TEMPERATURE = Temperature(36.54, "body_estimate", "forehead", 34.91, 21.3, "device", 12, 0.12, "gy614v3")
TOGETHER = 16
LONGEST_SECONDS = 300.0
EVERY_NUMBER = range(65_536)


class Settings(msgspec.Struct, frozen=True):
    """What to send: `array` screenings a message; `rate` messages a second, 0: as fast as `window` of them allow.

    `poison` is the share of messages that are bad: half of them with a number, half rubbish. `receipted` False: nobody
    sends receipts, so the end is when the broker has everything.
    """

    port: int
    site: str
    messages: int
    gates: int = 100
    array: int = 1
    rate: float = 0
    window: int = 4000
    poison: float = 0
    receipted: bool = True


class Outcome(msgspec.Struct):
    """Seconds from the first byte to the last receipt, what was sent, and each good one's delay if there was a rate."""

    seconds: float = 0
    good: int = 0
    bad: int = 0
    delays: list[float] = []


class _Gate:
    def __init__(self, site: str, number: int) -> None:
        self.topic = f"kadian/v1/{site}/g{number:05}/screening".encode()
        self.number = number
        self.epoch = new_epoch()
        self.seq = 0
        self.through = 0

    def screening(self) -> Screening:
        self.seq += 1
        return Screening(
            id=new_id(),
            epoch=self.epoch,
            seq=self.seq,
            at=datetime.now(UTC),
            clock="synced",
            verdict="pass",
            temperature=TEMPERATURE,
            # Everybody's own: one code at a hundred gates would be an incident at each.
            code=Code("pass", "valid", f"{self.number:03}-{self.seq:06}", "green", "2026-12-01"),
            reasons=("temperature_normal",),
            operator="v-12",
        )


class _Stream:
    """The packets in their order, each with the screenings in it: (gate, seq), none for rubbish."""

    def __init__(self, settings: Settings) -> None:
        self.gates = {f"g{number:05}": _Gate(settings.site, number) for number in range(settings.gates)}
        self.packets: list[bytes] = []
        self.holds: list[tuple[str, int] | None] = []
        self.outcome = Outcome()
        chance = random.Random(20261125)
        names = list(self.gates)
        for number in range(settings.messages):
            name = names[number % len(names)]
            payload, good = self._payload(self.gates[name], settings, chance.random() < settings.poison)
            self.holds.append((name, self.gates[name].seq) if good else None)
            self.packets.append(publish(self.gates[name].topic, payload, number % 65_535 + 1, 4))

    def _payload(self, gate: _Gate, settings: Settings, poison: bool) -> tuple[bytes, bool]:
        if poison:
            self.outcome.bad += 1
            if self.outcome.bad % 2:
                return b'{"verdict": rubbish', False
            return encode(gate.screening()).replace(b'"pass"', b'"maybe"', 1), False
        self.outcome.good += settings.array
        if settings.array == 1:
            return encode(gate.screening()), True
        return encode([gate.screening() for _ in range(settings.array)]), True

    def complete(self) -> bool:
        """Whether every number is receipted."""
        return all(gate.through == gate.seq for gate in self.gates.values())


def _connect(settings: Settings) -> socket.socket:
    """A 3.1.1 client, which knows no receive maximum, subscribed to the receipts."""
    line = socket.create_connection(("127.0.0.1", settings.port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    name = b"stream"
    hello = b"\0\4MQTT\4\2\0\0" + struct.pack("!H", len(name)) + name
    line.sendall(bytes((0x10, len(hello))) + hello)
    line.recv(4)
    if settings.receipted:
        wanted = f"kadian/v1/{settings.site}/+/receipt".encode()
        asked = struct.pack("!HH", 1, len(wanted)) + wanted + b"\1"
        line.sendall(bytes((0x82, len(asked))) + asked)
        line.recv(5)
    line.setblocking(False)
    return line


def _run(settings: Settings, stream: _Stream, line: socket.socket) -> None:
    frames = Frames(0, 4, EVERY_NUMBER)
    began = time.monotonic()
    sent = acknowledged = 0
    unsent = b""
    sent_at: dict[tuple[str, int], float] = {}
    total = len(stream.packets)
    while time.monotonic() - began < LONGEST_SECONDS:
        if not unsent and sent < total:
            many = min(TOGETHER if settings.array == 1 else 1, total - sent, settings.window - sent + acknowledged)
            if settings.rate:
                many = min(many, int((time.monotonic() - began) * settings.rate) + 1 - sent)
            if many > 0:
                unsent = b"".join(stream.packets[sent : sent + many])
                if settings.rate:
                    now = time.monotonic()
                    sent_at.update({held: now for held in stream.holds[sent : sent + many] if held})
                sent += many
        pause = 0.001 if settings.rate and sent < total else 0.2
        readable, writable, _ = select.select([line], [line] if unsent else [], [], pause)
        if writable:
            unsent = unsent[line.send(unsent) :]
        if readable:
            found = frames.feed(line.recv(1 << 18))
            acknowledged += len(found.acknowledged)
            mids = [arrival.mid for arrival in found.arrivals if arrival.qos]
            unsent += acknowledgements(mids)
            for arrival in found.arrivals:
                _receipted(stream, arrival, sent_at)
            if sent == total and (stream.complete() if settings.receipted else acknowledged >= total):
                break
    stream.outcome.seconds = time.monotonic() - began


def _receipted(stream: _Stream, arrival: Arrival, sent_at: dict[tuple[str, int], float]) -> None:
    now = time.monotonic()
    name = arrival.topic.split("/")[3]
    receipt = decode(Receipt, arrival.payload)
    gate = stream.gates[name]
    through = min([receipt.through, *(seq - 1 for seq in receipt.missing)])
    for seq in range(gate.through + 1, through + 1):
        if (at := sent_at.pop((name, seq), None)) is not None:
            stream.outcome.delays.append(now - at)
    gate.through = max(gate.through, through)


def main() -> None:
    settings = msgspec.json.decode(sys.argv[1], type=Settings)
    stream = _Stream(settings)
    line = _connect(settings)
    print("ready", flush=True)
    sys.stdin.readline()
    _run(settings, stream, line)
    print(msgspec.json.encode(stream.outcome).decode(), flush=True)


if __name__ == "__main__":
    main()
