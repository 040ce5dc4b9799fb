"""Arrays give the hottest region as large as a face, never the hottest pixel; guns give a body only when told how."""

import struct

import numpy as np
import pytest

from agent.thermometer import find
from agent.thermometer.face import View, face_pixels, hottest
from kadian.errors import KadianError
from tests.hardware.framed import DEVICES, LAMP
from tests.hardware.hearing import hear

ARRAYS = [name for name in DEVICES if hasattr(__import__(f"agent.thermometer.{name}", fromlist=["x"]), "COLUMNS")]


def room(columns=32, rows=24, celsius=20):
    return np.full((rows, columns), celsius * 100)


def test_there_are_five_arrays():
    assert ARRAYS == ["gy_mcu90640", "htpa32x32", "mlx90621_hh", "mlx90621_ys", "ym32a"]


@pytest.mark.parametrize("size", range(2, 9))
def test_a_lamp_or_a_cigarette_of_two_pixels_never_wins(size):
    picture = room()
    picture[8:17, 12:21] = 3450
    picture[2, 3] = picture[2, 4] = 8000
    picture[12, 15] = picture[12, 16] = 9000
    assert hottest(picture, size) == 3450


def test_a_hot_thing_smaller_than_half_a_face_does_not_win_and_a_second_face_does():
    picture = room()
    picture[2:9, 2:9] = 3400
    picture[14:18, 20:26] = 6000
    assert hottest(picture, 7) == 3400
    picture[14:21, 20:27] = 3610
    assert hottest(picture, 7) == 3610


def test_a_dead_pixel_in_the_face_changes_nothing():
    picture = room()
    picture[8:15, 8:15] = 3450
    picture[11, 11] = -27315
    assert hottest(picture, 7) == 3450


@pytest.mark.parametrize(
    ("distance", "degrees", "columns", "pixels"),
    [(50, 55, 32, 7), (50, 110, 32, 2), (30, 110, 32, 4), (100, 55, 32, 3), (50, 60, 16, 3), (10, 55, 32, 24)],
)
def test_the_regions_size_follows_from_distance_and_lens(distance, degrees, columns, pixels):
    rows = 24 if columns == 32 else 4
    assert face_pixels(View(distance_cm=distance, view_degrees=degrees), columns, rows, "x") == pixels


@pytest.mark.parametrize("name", ARRAYS)
def test_a_face_too_far_away_to_tell_from_a_lamp_is_refused_in_plain_words(name):
    with pytest.raises(KadianError) as error:
        find(name, {"distance_cm": 300})
    assert error.value.code == "K0214"
    assert name in error.value.what()
    assert "300" in error.value.what()


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("wrong", [{"distance_cm": 0}, {"view_degrees": 180}, {"distance": 50}])
def test_other_options_are_refused(name, wrong):
    with pytest.raises(KadianError) as error:
        find(name, wrong)
    assert error.value.code == "K0213"


@pytest.mark.parametrize("name", ARRAYS)
def test_the_option_changes_what_is_seen_of_a_small_hot_thing(name):
    """The emulated picture holds one face and lamps; a face of two pixels' width is far away, and still no lamp."""
    far = find(name, {"distance_cm": 80 if "mlx90621" in name else 150, "view_degrees": 50})
    frame = DEVICES[name].frame(34.9, 22.0, 0)
    got = hear(name, [frame] * far.agree, parser=far.make_parser())
    assert [sample.surface for sample in got] == [34.9] != [LAMP]


def test_an_array_with_more_deviating_pixels_than_the_data_sheet_allows_is_out_of_order():
    driver = find("gy_mcu90640")
    for dead, good in ((4, 1), (5, 0)):
        words = [0x5A5A, 0x0602, *([0x8000] * dead), *([3490] * (768 - dead)), 2510]
        frame = struct.pack("<772H", *words, sum(words) & 0xFFFF)
        parser = driver.make_parser()
        assert len(parser.feed(frame)) == good
        assert parser.counts.out_of_range == 1 - good


@pytest.mark.parametrize("name", ["htpa32x32", "mlx90621_hh", "mlx90621_ys", "ym32a"])
def test_one_impossible_pixel_spoils_a_frame_without_a_sum(name):
    frame = bytearray(DEVICES[name].frame(34.9, 22.0, 0))
    frame[21:25] = b"\x80" * 4
    assert hear(name, [bytes(frame)] * 3) == []


def gun(flag, celsius, **options):
    driver = find("fe_fd", options)
    frame = b"\xfe\xfd\x1a" + bytes([flag]) + struct.pack(">H", round(celsius * 10)) + b"\r\n"
    return driver, [(s.surface, s.body) for s in hear("fe_fd", [frame] * 2, parser=driver.make_parser())]


@pytest.mark.parametrize("flag", [0, 1])
def test_a_guns_value_is_no_bodys_until_somebody_says_which_flag_is(flag):
    driver, got = gun(flag, 36.5)
    assert (driver.kind, driver.conversion, got) == ("surface", None, [(36.5, None)])


@pytest.mark.parametrize("body", [0, 1])
def test_a_gun_whose_flag_is_known_gives_bodies_alone(body):
    driver, got = gun(body, 36.5, body_flag=body)
    assert (driver.kind, driver.conversion, got) == ("body_estimate", "device", [(36.5, 36.5)])
    assert gun(1 - body, 36.5, body_flag=body)[1] == []


def test_the_answer_to_the_handshake_is_no_value():
    assert hear("fe_fd", [bytes.fromhex("FEFD1AAA555F0D0A")] * 4) == []


def test_other_flags_than_two_are_no_option():
    with pytest.raises(KadianError) as error:
        find("fe_fd", {"body_flag": 2})
    assert error.value.code == "K0213"
