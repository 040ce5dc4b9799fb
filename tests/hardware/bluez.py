"""A Bluetooth thermometer behind a BlueZ of its own: a private bus with an `org.bluez` that has one adapter.

bleak talks to it as it talks to the real one. What it cannot show: radio, pairing, bluetoothd's own habits.
"""

import asyncio
import subprocess
import threading

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

ADDRESS = "C4:64:E3:0A:11:22"
SERVICE = "00001809-0000-1000-8000-00805f9b34fb"
CHARACTERISTIC = "00002a1c-0000-1000-8000-00805f9b34fb"

ADAPTER = "/org/bluez/hci0"
DEVICE = f"{ADAPTER}/dev_{ADDRESS.replace(':', '_')}"
GATT = f"{DEVICE}/service0010"
VALUE = f"{GATT}/char0011"

MANAGER = "org.freedesktop.DBus.ObjectManager"

CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>custom</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy>
</busconfig>
"""


class BlueZ:
    """The bus, the adapter, and a thermometer that is near or not."""

    def __init__(self, folder, daemon, *, adapter=True):
        self.address = f"unix:path={folder}/bus"
        self.adapter, self.near = adapter, True
        self.connected = self.notifying = self.scanning = False
        config = folder / "bus.conf"
        config.write_text(CONFIG.format(path=folder / "bus"))
        self._daemon = subprocess.Popen(
            [daemon, f"--config-file={config}", "--nofork", "--print-address"], stdout=subprocess.PIPE
        )
        assert self._daemon.stdout is not None
        self._daemon.stdout.readline()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._wait(self._begin())

    # What a test does to it.

    def indicate(self, value):
        """The thermometer has measured."""
        self._wait(self._changed(VALUE, "org.bluez.GattCharacteristic1", {"Value": Variant("ay", value)}))

    def leave(self):
        """The thermometer sleeps, or somebody carries it away."""
        self.near = False
        self._wait(self._connect(now=False))

    def arrive(self):
        """It is near again; a scan that goes on sees it."""
        self.near = True

    def stop(self):
        self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._daemon.terminate()
        self._daemon.wait(5)
        self._daemon.stdout.close()

    # What BlueZ does.

    async def _begin(self):
        self._bus = await MessageBus(bus_address=self.address).connect()
        self._bus.add_message_handler(self._asked)
        await self._bus.request_name("org.bluez")

    async def _end(self):
        self._bus.disconnect()

    def _objects(self):
        found = {}
        if self.adapter:
            found[ADAPTER] = {
                "org.bluez.Adapter1": {
                    "Address": Variant("s", "DC:A6:32:00:00:01"),
                    "Powered": Variant("b", True),
                    "Roles": Variant("as", ["central", "peripheral"]),
                }
            }
        if self.connected:
            found.update(self._device() | self._services())
        return found

    def _device(self):
        return {
            DEVICE: {
                "org.bluez.Device1": {
                    "Address": Variant("s", ADDRESS),
                    "Alias": Variant("s", "Thermometer"),
                    "Name": Variant("s", "Thermometer"),
                    "Adapter": Variant("o", ADAPTER),
                    "UUIDs": Variant("as", [SERVICE]),
                    "Paired": Variant("b", False),
                    "RSSI": Variant("n", -60),
                    "Connected": Variant("b", self.connected),
                    "ServicesResolved": Variant("b", self.connected),
                }
            }
        }

    def _services(self):
        return {
            GATT: {
                "org.bluez.GattService1": {
                    "UUID": Variant("s", SERVICE),
                    "Device": Variant("o", DEVICE),
                    "Primary": Variant("b", True),
                }
            },
            VALUE: {
                "org.bluez.GattCharacteristic1": {
                    "UUID": Variant("s", CHARACTERISTIC),
                    "Service": Variant("o", GATT),
                    "Notifying": Variant("b", False),
                    "Flags": Variant("as", ["indicate"]),
                }
            },
        }

    def _asked(self, message):
        if message.message_type is not MessageType.METHOD_CALL or message.destination != "org.bluez":
            return None
        if message.member == "GetManagedObjects":
            return Message.new_method_return(message, "a{oa{sa{sv}}}", [self._objects()])
        if message.member == "StartDiscovery":
            self.scanning = True
            self._loop.create_task(self._advertise())
        elif message.member == "StopDiscovery":
            self.scanning = False
        elif message.member in {"Connect", "Disconnect"}:
            now = message.member == "Connect"
            if now and not self.near:
                return Message.new_error(message, "org.bluez.Error.Failed", "br-connection-canceled")
            self._loop.create_task(self._connect(now=now))
        elif message.member == "StartNotify":
            self.notifying = True
        return Message.new_method_return(message)

    async def _advertise(self):
        while self.scanning:
            if self.near:
                for path, interfaces in self._device().items():
                    await self._signal("/", MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, interfaces])
            await asyncio.sleep(0.05)

    async def _connect(self, *, now):
        if self.connected == now:
            return
        self.connected = now
        self.notifying = self.notifying and now
        await self._changed(DEVICE, "org.bluez.Device1", {"Connected": Variant("b", now)})
        for path, interfaces in self._services().items():
            if now:
                await self._signal("/", MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, interfaces])
            else:
                await self._signal("/", MANAGER, "InterfacesRemoved", "oas", [path, list(interfaces)])
        await self._changed(DEVICE, "org.bluez.Device1", {"ServicesResolved": Variant("b", now)})

    async def _changed(self, path, interface, values):
        properties = "org.freedesktop.DBus.Properties"
        await self._signal(path, properties, "PropertiesChanged", "sa{sv}as", [interface, values, []])

    async def _signal(self, path, interface, member, signature, body):
        await self._bus.send(Message.new_signal(path, interface, member, signature, body))

    def _wait(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)
