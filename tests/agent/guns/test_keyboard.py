"""A gun that types: real `struct input_event` bytes through a pipe, found by USB id, never the operator's keyboard."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.guns.keyboard import PLAIN, SHIFTED, Keys
from agent.wire import Gone
from agent.wire.events import EVENT, EventLine, grab, keyboard, keyboards, open_events
from kadian.errors import KadianError

GUN = "1eab:8306"
KEYBOARD = {"device/capabilities/key": "7 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"}
CONSUMER = {"device/capabilities/key": "1f 0 0 0 0 0 0"}
LETTERS = {key: character for key, character in PLAIN.items() if key < 58}


def event(key, value):
    return EVENT.pack(1, 2, 4, 4, 458000 + key) + EVENT.pack(1, 2, 1, key, value) + EVENT.pack(1, 2, 0, 0, 0)


def press(key, *around):
    return (
        b"".join(event(held, 1) for held in around)
        + event(key, 1)
        + event(key, 0)
        + b"".join(event(held, 0) for held in around)
    )


def typed(text):
    found = b""
    for character in text:
        plain = next((key for key, one in LETTERS.items() if one == character), None)
        shifted = next((key for key, one in SHIFTED.items() if one == character), None)
        found += press(plain) if plain is not None else press(shifted, 42)
    return found


def read(*pieces):
    keys = Keys()
    keys.reset()
    return [one.text for piece in pieces for one in keys.feed(piece)] + [one.text for one in keys.settle()]


def test_every_character_of_the_us_layout_comes_through_and_enter_or_tab_end():
    text = "".join(chr(code) for code in range(32, 127))
    assert read(typed(text + "\r" + "B2\t")) == [text, "B2"]


def test_the_keypad_types_digits_and_its_enter_ends():
    keys = (79, 80, 81, 75, 76, 77, 71, 72, 73, 82, 83, 98, 55, 74, 78, 96)
    assert read(b"".join(press(key) for key in keys)) == ["1234567890./*-+"]


def test_a_gun_without_an_end_is_ended_by_the_quiet():
    assert read(typed("HC1:6BF")) == ["HC1:6BF"]


def test_held_keys_repeat_nothing_and_capitals_lock():
    assert read(event(30, 1) + event(30, 2) * 5 + event(30, 0) + typed("\r")) == ["a"]
    assert read(press(58) + typed("aB1") + press(58) + typed("c\r")) == ["Ab1c"]


def numbers(data):
    keypad = {"7": 71, "8": 72, "9": 73, "4": 75, "5": 76, "6": 77, "1": 79, "2": 80, "3": 81, "0": 82}
    return b"".join(event(56, 1) + b"".join(press(keypad[digit]) for digit in number) + event(56, 0) for number in data)


def test_alt_and_a_number_is_a_byte_so_that_chinese_can_come():
    assert read(numbers(f"{byte:04d}" for byte in "卡点".encode()) + typed("\r")) == ["卡点"]
    assert read(numbers(["083"]) + typed("T\r")) == ["ST"]
    assert read(numbers([str(int.from_bytes("点".encode("gbk"), "big"))]) + typed("\r")) == ["点"]


def test_the_group_separator_of_gs1_codes_comes_as_control():
    assert read(typed("01") + press(27, 29) + typed("21\r")) == ["01\x1d21"]


def test_after_an_overrun_of_the_queue_the_broken_text_is_not_given():
    dropped = EVENT.pack(1, 2, 0, 3, 0)
    assert read(typed("12") + dropped + typed("56\rwhole\r")) == ["whole"]


@given(st.lists(st.tuples(st.integers(0, 21), st.integers(0, 767), st.integers(-1, 3))), st.binary(max_size=23))
def test_no_events_make_it_raise(events, rest):
    read(b"".join(EVENT.pack(0, 0, *one) for one in events) + rest)


def test_the_keyboard_of_a_gun_is_found_beside_its_other_interfaces_and_the_operators_keyboard(bus, tree):
    bus.plug("1-1.1", "046d:c31c", "input/event0", "/dev/null", kind="input", files=KEYBOARD)
    bus.plug("1-1.3", GUN, "input/event3", "/dev/null", kind="input", files=CONSUMER)
    bus.plug("1-1.3", GUN, "input/event4", "/dev/null", kind="input", interface=1, files=KEYBOARD)
    assert keyboard(f"usb:{GUN}", tree) == str(bus.dev / "input/event4")
    assert [one.usb for one in keyboards(tree)] == ["046d:c31c", GUN]


@pytest.mark.parametrize("port", ["/dev/input/event0", "event3"])
def test_a_bare_number_is_refused_because_it_may_become_the_operators_keyboard(tree, port):
    with pytest.raises(KadianError) as error:
        keyboard(port, tree)
    assert error.value.code == "K0233"


def test_what_types_nothing_is_no_gun_and_two_equal_guns_need_the_physical_port(bus, tree):
    bus.plug("1-1.3", GUN, "input/event3", "/dev/null", kind="input", files=CONSUMER)
    with pytest.raises(KadianError) as error:
        keyboard(f"usb:{GUN}", tree)
    assert error.value.code == "K0230"
    for number in (4, 5):
        bus.plug(f"1-1.{number}", GUN, f"input/event{number}", "/dev/null", kind="input", files=KEYBOARD)
    with pytest.raises(KadianError) as error:
        keyboard(f"usb:{GUN}", tree)
    assert error.value.code == "K0231"
    assert keyboard(f"usb:{GUN}@1-1.5", tree) == str(bus.dev / "input/event5")


def test_a_gun_on_bluetooth_is_found_by_the_name_it_gives_itself(bus, tree):
    names = {3: "Barcode Scanner", 4: "Keyboard K380", 5: "Keyboard K380"}
    for number, name in names.items():
        files = {**KEYBOARD, "device/name": name}
        bus.plug(f"2-{number}", "ffff:ffff", f"input/event{number}", "/dev/null", kind="input", files=files)
    assert keyboard("name:Barcode Scanner", tree) == str(bus.dev / "input/event3")
    codes = {}
    for port in ("name:Barcode", "name:Keyboard K380"):
        with pytest.raises(KadianError) as error:
            keyboard(port, tree)
        codes[port] = error.value.code
    assert codes == {"name:Barcode": "K0230", "name:Keyboard K380": "K0231"}


@pytest.fixture
def pipe(bus):
    node = bus.plug("1-1.3", GUN, "input/event3", kind="input", files=KEYBOARD)
    os.mkfifo(node)
    return node


def test_events_come_whole_and_an_unplug_is_gone(pipe, tree):
    taken = []
    line = open_events(f"usb:{GUN}", 0, tree=tree, take=taken.append)
    assert len(taken) == 1
    writer = os.open(pipe, os.O_WRONLY)
    whole = typed("A1\r")
    os.write(writer, whole[:30])
    first = line.read()
    assert len(first) == EVENT.size
    os.write(writer, whole[30:])
    assert first + line.read() == whole
    os.close(writer)
    with pytest.raises(Gone):
        line.read()
    with pytest.raises(Gone):
        line.write(b"x")
    line.close()


def test_what_cannot_be_grabbed_is_not_read(pipe, tree):
    files = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(KadianError) as error:
        open_events(f"usb:{GUN}", 0, tree=tree, take=grab)
    assert error.value.code == "K0203", "a pipe is no keyboard"

    def busy(_file):
        raise OSError(errno.EBUSY, "Device or resource busy")

    with pytest.raises(KadianError) as error:
        open_events(f"usb:{GUN}", 0, tree=tree, take=busy)
    assert error.value.code == "K0202"
    assert len(list(Path("/proc/self/fd").iterdir())) == files


def test_an_unplugged_keyboard_is_gone_as_the_kernel_says_it():
    reading, writing = os.pipe()
    os.close(writing)
    line = EventLine(reading)
    line.close()
    with pytest.raises(Gone):
        line.read()
