"""Sticks, probes, pictures and indications as bytes: golden ones, every number, and what is no value."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.thermometer.ble_1809 import number
from agent.thermometer.catalogue import find
from agent.thermometer.face import hottest
from agent.thermometer.flir_lepton import surface
from agent.thermometer.sample import Sample
from kadian.errors import KadianError
from tests.agent.thermometer.wires import picture, read
from tests.hardware.one_wire import crc
from tests.hardware.temper import report
from tests.hardware.thermal import kelvin, scene

BLE, HID, PROBE, LEPTON = find("ble_1809"), find("temper_hid"), find("ds18b20"), find("flir_lepton")


# DS18B20


def scratchpad(raw, config=0x7F):
    body = raw.to_bytes(2, "little") + bytes([0x4B, 0x46, config, 0xFF, 0x0C, 0x10])
    return body + bytes([crc(body)])


def test_every_number_of_a_probe_is_given_as_decoded_or_refused():
    parser = PROBE.make_parser()
    for raw in range(0x10000):
        signed = raw - 0x10000 if raw >= 0x8000 else raw
        real = -55 * 16 <= signed <= 125 * 16 and signed != 85 * 16
        wanted = [Sample(signed, signed / 16, signed / 16)] if real else []
        assert parser.feed(scratchpad(raw)) == wanted


@pytest.mark.parametrize(
    "bad",
    ["50054B467FFF0C101C", "FF074B467FFF01102F", "00" * 9, "FF" * 9, "72014B467FFF0E1058", "7201"],
    ids=["power-on", "127.94", "held low", "nobody", "sum", "cut"],
)
def test_scratchpads_that_are_no_value(bad):
    parser = PROBE.make_parser()
    assert parser.feed(bytes.fromhex(bad)) == []
    assert parser.settle() == []
    assert parser.feed(bytes.fromhex("72014b467fff0e1057")) == [Sample(370, 23.125, 23.125)]


def test_no_single_wrong_bit_of_a_scratchpad_makes_a_value():
    good = scratchpad(0x0172)
    for bit in range(72):
        wrong = bytearray(good)
        wrong[bit // 8] ^= 1 << bit % 8
        assert read(PROBE, bytes(wrong)) == []


def test_bits_below_the_resolution_are_left_out():
    got = [read(PROBE, scratchpad(0x0177, config))[0].surface for config in (0x1F, 0x3F, 0x5F, 0x7F)]
    assert got == [23.0, 23.25, 23.375, 23.4375]


# TEMPer


def test_every_number_of_a_stick_is_given_as_decoded_or_refused():
    for firmware, which, unit in ((b"TEMPerX_V3.3    ", 0x80, 100), (b"TEMPerF1.4      ", 2, 256)):
        parser = HID.make_parser()
        parser.feed(firmware)
        for raw in range(-0x8000, 0x8000):
            real = -40 <= raw / unit <= 125 and raw != 0x4E20 and (which, raw) != (2, -1)
            assert parser.feed(report(which, raw)) == ([Sample(raw, raw / unit, raw / unit)] if real else [])


@pytest.mark.parametrize(
    ("firmware", "data", "sensor", "celsius"),
    [
        ("TEMPer2_V3.7", "80800d544e200000 80010af04e200000", "inner", 34.12),
        ("TEMPer2_V3.7", "80800d544e200000 80010af04e200000", "outer", 28.0),
        ("TEMPerX_V3.3", "800108dc4e200000", "outer", 22.68),
        ("TEMPerF1.4", "80021a2065724631", "inner", 26.125),
        ("TEMPer2_M12_V1.3", "80041a0018800000", "inner", 26.0),
        ("TEMPer2_M12_V1.3", "80041a0018800000", "outer", 24.5),
        ("TEMPer2_M12_V1.3", "80041a00ffff0000", "outer", None),
        ("TEMPer1F1.1Per1F", "8002135065723146", "inner", 19.3125),
        ("TEMPer1F1.1Per1F", "8004ffffffff0000", "inner", None),
        ("TEMPerF1.4", "80021a2065724631", "outer", None),
        ("TEMPer1F_V3.9", "8080ffffffff0000", "inner", None),
        ("TEMPer1F_V1.3", "8002191065724631", "inner", None),
        ("TEMPerX_V3.3", "80804e204e200000", "inner", None),
    ],
)
def test_recorded_reports(firmware, data, sensor, celsius):
    driver = find("temper_hid", {"sensor": sensor})
    samples = read(driver, firmware.ljust(16).encode(), bytes.fromhex(data))
    assert [sample.surface for sample in samples] == ([] if celsius is None else [celsius])


def test_without_a_whole_firmware_name_nothing_is_believed():
    data = bytes.fromhex("80800d544e200000")
    assert read(HID, data) == []
    assert read(HID, b"V3.3    ", data) == []
    assert len(read(HID, b"TEMPer2_", b"V3.7    ", data)) == 1


# Health Thermometer


@pytest.mark.parametrize(
    ("four", "value"),
    [
        ("720100FF", 37.0),
        ("6C0E00FE", 36.92),
        ("00000000", 0.0),
        ("FBFFFF00", -5.0),
        ("FFFFFFFF", -0.1),
        ("25000000", 37.0),
        ("04000001", 40.0),
        ("FFFF7F00", None),
        ("FEFF7F00", None),
        ("00008000", None),
        ("01008000", None),
        ("02008000", None),
    ],
)
def test_the_number_is_the_standards(four, value):
    assert number(bytes.fromhex(four)) == value


def test_every_hundredth_is_given_as_decoded_or_refused():
    parser = BLE.make_parser()
    for raw in range(-0x8000, 0x8000):
        value = bytes([5, 0]) + struct.pack("<i", raw)[:3] + b"\xfe"
        wanted = [Sample(raw, raw / 100, None, raw / 100)] if 0 <= raw <= 10000 else []
        assert parser.feed(value) == wanted


@given(flags=st.integers(0, 7), centi=st.integers(3000, 4500), place=st.integers(0, 9), minute=st.integers(0, 59))
def test_flags_say_what_follows(flags, centi, place, minute):
    fahrenheit = bool(flags & 1)
    wire = round(centi * 1.8 + 3200) if fahrenheit else centi
    value = bytes([flags]) + struct.pack("<i", wire)[:3] + b"\xfe"
    value += struct.pack("<H5B", 2020, 2, 3, 8, minute, 0) if flags & 2 else b""
    value += bytes([place]) if flags & 4 else b""
    samples = read(BLE, bytes([len(value)]) + value)
    assert [round(sample.surface * 100) for sample in samples] == [pytest.approx(centi, abs=1)]
    assert read(BLE, bytes([len(value) - 1]) + value[:-1], b"") == []


def test_a_stored_value_told_again_is_not_new_and_one_without_time_is():
    timed = bytes.fromhex("0C026C0E00FEE407020308301E")
    assert len(read(BLE, timed, timed)) == 1
    plain = bytes.fromhex("0500720100FF")
    assert len(read(BLE, plain, plain)) == 2
    parser = BLE.make_parser()
    parser.feed(timed)
    parser.reset()
    assert parser.feed(timed) == []


def test_a_contact_thermometer_has_no_estimate():
    driver = find("ble_1809", {"kind": "contact"})
    assert (driver.kind, driver.conversion) == ("contact", None)
    assert read(driver, bytes.fromhex("0500720100FF")) == [Sample(370, 37.0)]


# Lepton


def test_every_sixteen_bit_pixel_value_is_given_as_decoded():
    pixels = np.empty((5, 5))
    for value in range(0x10000):
        pixels.fill(value)
        assert hottest(pixels, 3) == value
    for value in range(0, 0x10000, 251):
        samples = read(LEPTON, picture(np.full((60, 80), value, np.uint16)))
        celsius = (value - 27315) / 100
        assert samples == ([Sample(value, celsius)] if -40 <= celsius <= 150 else [])


@pytest.mark.parametrize("size", [(60, 80), (63, 80), (120, 160), (122, 160)])
def test_telemetry_below_a_picture_is_not_looked_at(size):
    rows, columns = size
    pixels = scene(35.0, columns=columns, rows=rows // 20 * 20, side=columns // 5, at=(30, 40))
    below = np.full((rows - rows // 20 * 20, columns), 60000, np.uint16)
    (sample,) = read(LEPTON, picture(np.vstack([pixels, below])))
    assert sample.surface == pytest.approx(35.0, abs=0.1)


def test_one_or_two_hot_pixels_are_no_face():
    cold = scene(33.0, side=30)
    (wanted,) = read(LEPTON, picture(cold))
    for spots in ([(10, 10)], [(10, 10), (10, 11)], [(40, 60), (41, 61)], [(0, 0), (119, 159)], [(1, 1), (0, 1)]):
        hot = cold.copy()
        for row, column in spots:
            hot[row, column] = kelvin(140)
        (sample,) = read(LEPTON, picture(hot))
        assert sample.surface == pytest.approx(wanted.surface, abs=0.05)


def test_the_warmer_of_two_faces_is_read_and_a_far_small_one_reads_low():
    near, warm = scene(33.0, at=(40, 40), noise=0), scene(38.0, at=(40, 120), noise=0)
    (sample,) = read(LEPTON, picture(np.maximum(near, warm)))
    assert sample.surface == pytest.approx(38.0, abs=0.05)
    (small,) = read(LEPTON, picture(scene(38.0, side=8)))
    assert small.surface < 36


def test_the_face_may_be_told_to_be_larger():
    pixels = scene(36.0, side=60, at=(60, 80)).astype("<u2").tobytes()
    assert surface(pixels, 160, 120, 40).surface == pytest.approx(36.0, abs=0.1)
    with pytest.raises(KadianError):
        find("flir_lepton", {"face": 2})


def test_pixels_that_look_like_a_head_are_pixels_and_garbage_before_a_picture_is_passed_over():
    pixels = scene(35.0)
    pixels[5, :4] = np.frombuffer(b"Y16 P\0<\0", "<u2")
    whole = picture(pixels)
    assert len(read(LEPTON, whole, whole)) == 2
    assert len(read(LEPTON, b"Y1Y16Yxx", whole)) == 1
    assert len(read(LEPTON, picture(np.zeros((480, 640), np.uint16)), whole)) == 1
