"""A gun in its thread: serial on a pseudo-terminal, keyboard on a pipe; unplugged, replugged, renumbered."""

import os
import threading
import time
from functools import partial

import pytest
from msgspec.structs import replace

from agent.guns import Guns, find, names
from agent.settings import AgentSettings, Gun
from agent.wire.events import open_events
from agent.wire.port import open_port
from agent.wire.usb import Tree
from kadian.demo.thermometers import PtyThermometer
from kadian.errors import KadianError
from kadian.settings import check

from .test_keyboard import KEYBOARD, typed

PLACE, USB = "1-1.4", "1eab:0c06"


def until(condition, seconds=5.0):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.005)


class Running:
    def __init__(self, driver, port, family):
        self.texts, self.troubles = [], []
        self.gun = Guns(
            Gun(driver, port),
            lambda text, at: self.texts.append((text, at)),
            on_trouble=lambda trouble: self.troubles.append(trouble.code),
            family=family,
        )
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.gun.run, args=(self.stop,), daemon=True)
        self.thread.start()

    def said(self):
        return [text for text, _ in self.texts]

    def close(self):
        self.stop.set()
        self.thread.join(5)
        assert not self.thread.is_alive()


@pytest.fixture
def start():
    running = []

    def make(*arguments):
        running.append(Running(*arguments))
        return running[-1]

    yield make
    for one in running:
        one.close()


def plugged(bus, number):
    device = PtyThermometer(bus.dev / f"ttyACM{number}")
    bus.plug(PLACE, USB, f"ttyACM{number}")
    return device


@pytest.fixture
def serial(bus, start):
    tree = Tree(bus.sys, bus.dev)
    return lambda: start(
        "serial", f"usb:{USB}", replace(find("serial"), open=partial(open_port, quiet=0.05, tree=tree))
    )


def test_the_kinds_are_the_files():
    assert names() == ["keyboard", "serial"]
    with pytest.raises(KadianError) as error:
        find("keybord")
    assert error.value.code == "K0234"
    assert "keyboard" in error.value.do("zh")
    with pytest.raises(KadianError):
        find("gun")


def test_texts_come_with_their_moment_and_an_idle_gun_is_well(bus, serial):
    with plugged(bus, 0) as device:
        run = serial()
        until(lambda: run.gun.state == "ok")
        time.sleep(0.1)
        before = time.monotonic()
        device.send("证01\r".encode("gbk"))
        until(lambda: run.texts)
        assert run.said() == ["证01"]
        assert before <= run.texts[0][1] <= time.monotonic()
        assert (run.gun.health().state, run.gun.health().codes, run.gun.health().driver) == ("ok", 1, "serial")


def test_a_gun_without_an_end_is_heard_within_a_fifth_of_a_second(bus, serial):
    with plugged(bus, 0) as device:
        run = serial()
        until(lambda: run.gun.state == "ok")
        time.sleep(0.1)
        for text in (b"first", b"second"):
            sent = time.monotonic()
            device.send(text)
            until(lambda text=text: run.said()[-1:] == [text.decode()])
            assert time.monotonic() - sent < 0.2


def test_a_gun_is_found_again_under_another_number_with_no_half_text(bus, serial):
    device = plugged(bus, 0)
    run = serial()
    until(lambda: run.gun.state == "ok")
    for number in (1, 0, 1):
        time.sleep(0.1)
        device.send(b"whole\rtorn off")
        until(lambda: run.said()[-1:] == ["whole"])
        device.close()
        bus.unplug(PLACE)
        until(lambda: run.gun.state == "lost")
        device = plugged(bus, number)
        until(lambda: run.gun.state == "ok")
    device.close()
    assert set(run.said()) == {"whole"}
    assert set(run.troubles) <= {"K0204", "K0230"}


def test_a_keyboard_gun_is_unplugged_and_found_again(bus, start):
    def plug(number):
        node = bus.plug(PLACE, USB, f"input/event{number}", kind="input", files=KEYBOARD)
        os.mkfifo(node)
        return os.open(node, os.O_RDWR)

    writer = plug(3)
    family = replace(find("keyboard"), open=partial(open_events, tree=Tree(bus.sys, bus.dev), take=lambda _file: None))
    run = start("keyboard", f"usb:{USB}", family)
    until(lambda: run.gun.state == "ok")
    os.write(writer, typed("A1\r"))
    until(lambda: run.said() == ["A1"])
    os.close(writer)
    bus.unplug(PLACE)
    until(lambda: run.gun.state == "lost")
    writer = plug(7)
    until(lambda: run.gun.state == "ok")
    os.write(writer, typed("B2\r"))
    until(lambda: run.said() == ["A1", "B2"])
    os.close(writer)


def test_what_the_gate_raises_ends_it_and_reaches_its_caller(bus):
    def broken(_text, _at):
        raise BrokenPipeError

    tree = Tree(bus.sys, bus.dev)
    with plugged(bus, 0) as device:
        gun = Guns(
            Gun("serial", f"usb:{USB}"), broken, family=replace(find("serial"), open=partial(open_port, tree=tree))
        )
        sender = threading.Timer(0.5, device.send, (b"A1\r",))
        sender.start()
        with pytest.raises(BrokenPipeError):
            gun.run(threading.Event())
        sender.join()


@pytest.mark.parametrize(
    ("gun", "codes"),
    [
        ('driver = "serial"\nport = "usb:1eab:0c06"', []),
        ('driver = "serial"\nport = "usb:1eab"', ["K0232"]),
        ('driver = "keyboard"\nport = "/dev/input/event3"', ["K0233"]),
        ('driver = "keyboard"\nport = "/dev/input/by-id/usb-WIT_122-UFS-event-kbd"', []),
    ],
)
def test_a_gate_with_a_gun_alone_is_a_gate_and_a_port_written_wrongly_is_told_with_its_line(tmp_path, gun, codes):
    path = tmp_path / "agent.toml"
    path.write_text(f'site = "here"\ngate = "e01"\n[gun]\n{gun}\n')
    found = check(path, AgentSettings, {})
    assert [one.code for one in found] == codes
    assert all(one.where == f"{path}:5" for one in found)
