"""Devices found by USB id in a /sys and /dev of files whose nodes lead to pseudo-terminals."""

import pytest

from agent.wire.port import open_port
from agent.wire.usb import links, plugged, resolve
from kadian.demo.thermometers import PtyThermometer
from kadian.errors import KadianError

CH340 = "1a86:7523"


def code(call, *arguments, **named):
    with pytest.raises(KadianError) as error:
        call(*arguments, **named)
    return error.value


def test_a_device_is_listed_with_all_that_the_kernel_knows(bus, tree):
    node = bus.plug("1-1.3", "0403:6001", "ttyUSB0", "/dev/null", product="FT232R USB UART", serial="A50285BI")
    (found,) = plugged("tty", tree)
    assert (found.node, found.usb, found.place) == (str(node), "0403:6001", "1-1.3")
    assert (found.interface, found.product, found.serial) == ("1-1.3:1.0", "FT232R USB UART", "A50285BI")
    assert found.name == "usb:0403:6001@1-1.3"


def test_devices_are_listed_by_number_and_ports_without_hardware_are_left_out(bus, tree):
    for number in (10, 9, 1):
        bus.plug(f"1-{number}", CH340, f"ttyUSB{number}", "/dev/null")
    (bus.sys / "class/tty/tty0").mkdir()
    (bus.sys / "class/tty/ttyS0/device").mkdir(parents=True)
    (bus.sys / "class/tty/ttyS0/type").write_text("0\n")
    (bus.sys / "class/tty/ttyAMA0/device").mkdir(parents=True)
    names = [one.node.rsplit("/", 1)[-1] for one in plugged("tty", tree)]
    assert names == ["ttyAMA0", "ttyUSB1", "ttyUSB9", "ttyUSB10"]
    assert plugged("tty", tree)[0].name == str(bus.dev / "ttyAMA0")


def test_a_usb_id_finds_its_node_and_case_does_not_matter(bus, tree):
    node = bus.plug("1-1.3", "10c4:ea60", "ttyUSB4", "/dev/null")
    bus.plug("1-1.4", CH340, "ttyUSB0", "/dev/null")
    for name in ("usb:10c4:ea60", "usb:10C4:EA60", "usb:10c4:ea60@1-1.3", "usb:10c4:ea60@1-1.3:1.0"):
        assert resolve(name, tree=tree) == str(node)


@pytest.mark.parametrize("name", ["/dev/ttyUSB0", "/dev/serial/by-path/x-port0", "thermometer"])
def test_any_other_name_stands_for_itself(tree, name):
    assert resolve(name, tree=tree) == name


def test_what_is_not_plugged_in_is_said_with_what_is(bus, tree):
    assert code(resolve, "usb:067b:2303", tree=tree).code == "K0230"
    bus.plug("1-1.3", CH340, "ttyUSB0", "/dev/null")
    error = code(resolve, "usb:1a86:7523@1-1.4", tree=tree)
    assert error.code == "K0230"
    assert "usb:1a86:7523@1-1.3" in error.what("en")


def test_two_equal_bridges_are_an_error_that_lists_both_and_the_physical_port_tells_them_apart(bus, tree):
    first = bus.plug("1-1.3", CH340, "ttyUSB0", "/dev/null")
    second = bus.plug("1-1.4", CH340, "ttyUSB1", "/dev/null")
    error = code(resolve, f"usb:{CH340}", tree=tree)
    assert error.code == "K0231"
    for name in ("usb:1a86:7523@1-1.3", "usb:1a86:7523@1-1.4", str(first), str(second)):
        assert name in error.what("zh")
    assert resolve(f"usb:{CH340}@1-1.4", tree=tree) == str(second)


def test_two_ports_of_one_device_are_told_apart_by_the_interface(bus, tree):
    bus.plug("1-1.3", "0403:6010", "ttyUSB0", "/dev/null", interface=0)
    second = bus.plug("1-1.3", "0403:6010", "ttyUSB1", "/dev/null", interface=1)
    assert "usb:0403:6010@1-1.3:1.1" in code(resolve, "usb:0403:6010@1-1.3", tree=tree).what("en")
    assert resolve("usb:0403:6010@1-1.3:1.1", tree=tree) == str(second)


@pytest.mark.parametrize("name", ["usb:", "usb:1a86", "usb:1a86:75233", "usb:1a86:7523@", "usb:1a86:7523@/../x"])
def test_a_name_that_is_written_wrongly_says_so(tree, name):
    assert code(resolve, name, tree=tree).code == "K0232"


def test_other_classes_are_found_alike(bus, tree):
    bus.plug("1-1.2", "413d:2107", "hidraw0", "/dev/null", kind="hidraw")
    bus.plug("1-1.5", "1e4e:0100", "video0", "/dev/null", kind="video4linux")
    event = bus.plug("1-1.6", "1eab:8306", "input/event3", "/dev/null", kind="input")
    assert resolve("usb:413d:2107", "hidraw", tree) == str(bus.dev / "hidraw0")
    assert resolve("usb:1eab:8306", "input", tree) == str(event)
    assert code(resolve, "usb:1eab:8306", "tty", tree).code == "K0230"


def test_the_symlinks_that_lead_to_a_node_are_found(bus, tree, tmp_path):
    (tmp_path / "hardware").touch()
    node = bus.plug("1-1.3", CH340, "ttyUSB0", tmp_path / "hardware")
    folder = bus.dev / "serial/by-path"
    folder.mkdir(parents=True)
    (folder / "platform-usb-0:1.3:1.0-port0").symlink_to("../../ttyUSB0")
    (folder / "platform-usb-0:1.4:1.0-port0").symlink_to("../../ttyUSB1")
    assert links(str(node), "tty", tree) == [str(folder / "platform-usb-0:1.3:1.0-port0")]


def test_a_port_opened_by_usb_id_is_looked_up_at_every_opening(bus, tree):
    for number in (0, 3):
        with PtyThermometer(bus.dev / f"ttyUSB{number}") as device:
            bus.plug("1-1.3", CH340, f"ttyUSB{number}")
            line = open_port(f"usb:{CH340}", 9600, tree=tree)
            device.send(b"hello")
            assert line.read() + line.read() == b"hello"
            line.close()
        bus.unplug("1-1.3")
        assert code(open_port, f"usb:{CH340}", 9600, tree=tree).code == "K0230"
