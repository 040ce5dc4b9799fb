"""Frames as makers print them, as devices sent them, or as the layout makes them; and every value they can hold."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.thermometer import find
from agent.thermometer.face import hottest
from agent.thermometer.gy_mcu90640 import picture
from agent.thermometer.sample import Sample
from kadian.demo.thermometers import gy614v3_frame, gy_mcu90614_frame
from tests.hardware.framed import DEVICES
from tests.hardware.hearing import hear

GOLDEN = [
    ("gy_mcu90614", "5A5A45040C780D19A7", Sample(raw=3192, surface=31.92, ambient=33.53)),
    ("gy_mcu90614", "5A5A45040E3809CE1A", Sample(raw=3640, surface=36.40, ambient=25.10)),
    ("gy614v3", "A4030707610D1409F60DED30", Sample(raw=3348, surface=33.48, ambient=25.50, body=35.65)),
    ("gy614v3", "A4030707610DA308520E4674", Sample(raw=3491, surface=34.91, ambient=21.30, body=36.54)),
    ("cjmcu90614", "6666010409CE0E38EE", Sample(raw=3640, surface=36.40, ambient=25.10)),
    ("fe_fd", "FEFD150103DA0D0A", Sample(raw=986, surface=37.0)),
    ("fe_fd", "FEFD1A0101760D0A", Sample(raw=374, surface=37.4)),
    ("temp_sitter", "AA0611003E0D0062", Sample(raw=3390, surface=33.90)),
    ("temp_sitter", "AA061100430D0067", Sample(raw=3395, surface=33.95)),
    ("temp_sitter", "AA061100490D006D", Sample(raw=3401, surface=34.01)),
    ("heimann_hm", "0000A30D000000", Sample(raw=3491, surface=34.91)),
    ("htpa_stm32", "A5000000010400FA00F00168", Sample(raw=360, surface=36.0, ambient=26.0)),
    ("re_xingma", "0000000E38748100", Sample(raw=3640, surface=36.40, ambient=25.10)),
    ("rqvk002", "5A00FFFF00A5", Sample(raw=-1, surface=35.9, ambient=24.9)),
    ("rqvk002", "5A00807F00A5", Sample(raw=127, surface=48.7, ambient=12.2)),
]


def say(name, frame):
    return hear(name, [frame] * find(name).agree)


@pytest.mark.parametrize(("name", "frame", "sample"), GOLDEN)
def test_golden_frames_decode_to_their_values(name, frame, sample):
    assert say(name, bytes.fromhex(frame)) == [sample]


def test_the_highest_pixel_is_not_below_the_lowest():
    assert say("htpa_stm32", bytes.fromhex("A5000000010400F000FA0168")) == []


def test_the_emulators_agree_with_the_frames_that_are_known():
    assert gy_mcu90614_frame(31.92, 33.53).hex().upper() == "5A5A45040C780D19A7"
    assert gy614v3_frame(34.91, 21.30, 36.54).hex().upper() == "A4030707610DA308520E4674"
    assert DEVICES["temp_sitter"].frame(33.90, 0, 0).hex().upper() == "AA0611003E0D0062"
    assert DEVICES["fe_fd"].frame(37.4, 0, 0).hex().upper() == "FEFD1A0101760D0A"
    assert DEVICES["cjmcu90614"].frame(36.40, 25.10, 0).hex().upper() == "6666010409CE0E38EE"


def test_the_array_manuals_example_begins_at_the_upper_right():
    first = struct.pack("<3h", 0x0E6E, 0x0E69, 0x0E5A)
    found = picture(first + bytes(1536 - 6))
    assert list(found[0, -3:]) == [3674, 3689, 3694]


def _sum8(frame):
    return frame + bytes([sum(frame) & 0xFF])


def _words(frame):
    return frame + struct.pack("<H", sum(struct.unpack(f"<{len(frame) // 2}H", frame)) & 0xFFFF)


def _sitter(n):
    middle = b"\x06\x11\x00" + struct.pack("<H", n) + b"\x00"
    return b"\xaa" + middle + bytes([sum(middle) & 0xFF])


def _signed(n):
    return n - 0x10000 if n >= 0x8000 else n


BUILD = {
    "cjmcu90614": (lambda n: _sum8(b"\x66\x66\x01\x04\x09\xce" + struct.pack(">H", n)), _signed, range(-7000, 32768)),
    "fe_fd": (lambda n: b"\xfe\xfd\x1a\x00" + struct.pack(">H", n) + b"\r\n", int, range(1001)),
    "gy614v3": (
        lambda n: _sum8(b"\xa4\x03\x07\x07\x61" + struct.pack(">H", n) + b"\x09\xf6\x0d\xed"),
        _signed,
        range(-7000, 32768),
    ),
    "gy_mcu90614": (
        lambda n: _sum8(b"\x5a\x5a\x45\x04" + struct.pack(">H", n) + b"\x09\xce"),
        _signed,
        range(-7000, 32768),
    ),
    "gy_mcu90640": (
        lambda n: _words(b"\x5a\x5a\x02\x06" + struct.pack("<H", n) * 768 + b"\xce\x09"),
        _signed,
        range(-4000, 30001),
    ),
    "heimann_hm": (lambda n: b"\0\0" + struct.pack("<H", n) + b"\0\0\0", int, range(1, 10001)),
    "htpa32x32": (
        lambda n: b"\xe1" + struct.pack(">H", n) * 1024 + b"\x0b\xa6\0\0\0\0",
        int,
        range(2331, 5732),
    ),
    "htpa_stm32": (
        lambda n: b"\xa5\0\0\0\x00\xfb\x01\x60\x00\xd2" + struct.pack(">H", n),
        _signed,
        range(-400, 1001),
    ),
    "mlx90621_hh": (lambda n: b"\x5a\x5a\0\0" + struct.pack("<H", n) * 64, _signed, range(-5000, 30001)),
    "mlx90621_ys": (
        lambda n: b"\xa5\x06\x00" + struct.pack(">H", n) * 64 + b"\x09\xce\0\0\xbf",
        _signed,
        range(-5000, 30001),
    ),
    "re_xingma": (lambda n: b"\0\0\0" + struct.pack(">H", n) + b"\x74\x81\0", int, range(10001)),
    "temp_sitter": (_sitter, int, range(6001)),
    "ym32a": (lambda n: b"ABCDEF" + struct.pack(">H", n) * 1024 + b"\0UVWXYZ", int, range(3001)),
}
"""(number → frame, number → as the frame means it, the range that is given out) of each with a 16-bit object."""

CELSIUS = {
    "fe_fd": lambda raw: raw / 10,
    "htpa32x32": lambda raw: (raw - 2731) / 10,
    "htpa_stm32": lambda raw: raw / 10,
    "ym32a": lambda raw: raw / 10,
}


@pytest.mark.computing
@pytest.mark.parametrize("name", BUILD)
def test_every_sixteen_bit_object_value_is_given_as_decoded_or_refused_by_range(name):
    build, meaning, allowed = BUILD[name]
    celsius = CELSIUS.get(name, lambda raw: raw / 100)
    parser = find(name).make_parser()
    for number in range(0x10000):
        raw = meaning(number)
        parser.reset()
        got = hear(name, [build(number)] * find(name).agree, parser=parser)
        assert [(sample.raw, sample.surface) for sample in got] == [(raw, celsius(raw))] * (raw in allowed), number


def test_those_without_a_sixteen_bit_object_give_every_value_they_can_hold():
    assert set(DEVICES) - set(BUILD) == {"mlx90614_ascii", "rqvk002"}
    for number in range(0x100):
        raw = number - 256 if number > 127 else number
        got = say("rqvk002", bytes([0x5A, 0, number, number, 0, 0xA5]))
        assert [(s.raw, s.surface, s.ambient) for s in got] == [(raw, (360 + raw) / 10, (250 + raw) / 10)]
    for centi in range(-9999, 10000):
        got = say("mlx90614_ascii", DEVICES["mlx90614_ascii"].frame(centi / 100, 25.1, 0))
        assert [(s.raw, s.surface) for s in got] == [(centi, centi / 100)] * (centi >= -7000)


@given(fahrenheit=st.integers(0, 0xFFFF))
def test_a_gun_in_fahrenheit_is_given_in_celsius_to_a_hundredth(fahrenheit):
    got = say("fe_fd", b"\xfe\xfd\x15\x01" + struct.pack(">H", fahrenheit) + b"\r\n")
    celsius = (fahrenheit / 10 - 32) * 5 / 9
    if -0.004 < celsius < 100.004:
        assert abs(got[0].surface - celsius) < 0.006
        assert got[0].raw == fahrenheit
    else:
        assert got == []


@given(pixels=st.lists(st.integers(2000, 4000), min_size=768, max_size=768), size=st.integers(2, 12))
def test_the_hottest_region_is_never_above_its_hottest_and_is_some_pixels_value(pixels, size):
    found = hottest(picture(struct.pack("<768h", *pixels)), size)
    assert found in pixels
    assert found <= max(pixels)
    assert sum(pixel >= found for pixel in pixels) > size * size // 2


HEADS_INSIDE = {
    "cjmcu90614": _sum8(bytes.fromhex("6666010409CE6666")),
    "fe_fd": bytes.fromhex("FEFD1A0101FE0D0A"),
    "gy614v3": _sum8(bytes.fromhex("A40307074D24A409F603A4")),
    "gy_mcu90614": _sum8(bytes.fromhex("5A5A45045A5A09CE")),
    "gy_mcu90640": _words(bytes.fromhex("5A5A0206" + "5A0D" * 766 + "5A5A" + "0206" + "5A06")),
    "mlx90621_ys": bytes.fromhex("A506A5" + "06A5" * 64 + "06A5" + "A506BF"),
    "rqvk002": bytes.fromhex("5A5A5A5A5AA5"),
    "temp_sitter": bytes.fromhex("AA061100AA06") + b"\x00\xc7",
    "ym32a": b"ABCDEF" + bytes.fromhex("0141") * 1024 + b"AUVWXYZ",
}
"""Frames in whose payload, unknown bytes or sum the family's own first bytes stand."""


@pytest.mark.parametrize("name", HEADS_INSIDE)
def test_the_own_head_inside_a_frame_is_payload(name):
    count = find(name).agree + 4
    assert len(hear(name, [HEADS_INSIDE[name]] * count)) == 5
    assert len(hear(name, [HEADS_INSIDE[name] * count])) == 5
