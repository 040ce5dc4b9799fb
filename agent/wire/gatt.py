"""Indications of one Bluetooth Low Energy characteristic, through bleak and the system's BlueZ.

Each value is given as one packet: a byte that says how long it is, and the value.

A device that sleeps between measurements is not unplugged: the line stays open, looks for it and connects again, as
often as it comes back. Only a computer without Bluetooth ends it. A device that has stored values sends them in a burst
as soon as somebody listens: of values closer together than `BURST_SECONDS`, the last alone is given.
"""

import asyncio
import queue
import re
import threading
from contextlib import suppress

from agent.wire.line import Gone
from agent.wire.port import READ_SECONDS
from kadian.errors import KadianError

ADDRESS = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}")
SEARCH_SECONDS = 10.0
RETRY_SECONDS = 1.0
BURST_SECONDS = 0.5
CLOSE_SECONDS = 5.0


class GattLine:
    """A characteristic's indications as a `Line`.

    Args:
        address: the device's Bluetooth address.
        characteristic: the UUID, in full.
    """

    def __init__(self, address: str, characteristic: str) -> None:
        self._address = address
        self._characteristic = characteristic
        self._heard: queue.Queue[bytes | Gone] = queue.Queue()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._burst: asyncio.TimerHandle | None = None
        self._thread = threading.Thread(target=self._run, name="gatt", daemon=True)
        self._thread.start()

    def read(self) -> bytes:
        """The next packet, or nothing after `READ_SECONDS`."""
        try:
            heard = self._heard.get(timeout=READ_SECONDS)
        except queue.Empty:
            return b""
        if isinstance(heard, Gone):
            raise heard
        return heard

    def waiting(self) -> int:
        """How many packets wait."""
        return self._heard.qsize()

    def write(self, data: bytes) -> None:
        """A thermometer is told nothing."""

    def close(self) -> None:
        """Disconnects and lets go of the bus."""
        # The loop is closed already where Bluetooth itself has failed.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        # The runner also ends what bleak has left running.
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._until_closed())

    async def _until_closed(self) -> None:
        stopped = asyncio.ensure_future(self._stop.wait())
        listening = asyncio.ensure_future(self._listen())
        await asyncio.wait({stopped, listening}, return_when=asyncio.FIRST_COMPLETED)
        for task in (stopped, listening):
            task.cancel()
        ended = (await asyncio.gather(stopped, listening, return_exceptions=True))[1]
        self._heard.put(Gone(f"Bluetooth: {ended!r}"))

    async def _listen(self) -> None:
        """Finds the device, listens while it is connected, and again. What `find` raises is the computer's trouble."""
        from bleak import BleakClient, BleakScanner
        from bleak.exc import BleakError

        while True:
            device = await BleakScanner.find_device_by_address(self._address, timeout=SEARCH_SECONDS)
            if device is None:
                continue
            away = asyncio.Event()

            def left(_client: BleakClient, away: asyncio.Event = away) -> None:
                away.set()

            try:
                async with BleakClient(device, disconnected_callback=left) as client:
                    await client.start_notify(self._characteristic, lambda _, value: self._keep(bytes(value)))
                    await away.wait()
            except (BleakError, OSError, EOFError, TimeoutError):
                await asyncio.sleep(RETRY_SECONDS)

    def _keep(self, value: bytes) -> None:
        if self._burst is not None:
            self._burst.cancel()
        packet = bytes([min(len(value), 255)]) + value[:255]
        self._burst = self._loop.call_later(BURST_SECONDS, self._heard.put, packet)


def open_gatt(address: str, characteristic: str) -> GattLine:
    """Begins to listen; the device need not be near yet.

    Raises:
        KadianError: K0223 bleak is not installed, K0224 this is no Bluetooth address.
    """
    try:
        import bleak  # noqa: F401 - whether it is there
    except ImportError:
        raise KadianError("K0223", address) from None
    if not ADDRESS.fullmatch(address):
        raise KadianError("K0224", address)
    return GattLine(address, characteristic)
