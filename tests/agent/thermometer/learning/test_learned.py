"""The parser that a profile makes: no bytes make it raise, and one error in a proven frame never makes a value."""

import os
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.thermometer.learned import driver
from agent.thermometer.learning.profile import Frame, Number, Profile

TENTHS = Number(0.1, 20.0, 60.0)
PROVEN = Profile("surface", 9600, TENTHS, Frame("FE FD .. vv vv ss", "s16be", "sum8"), agree=1)
CRC = Profile("surface", 9600, TENTHS, Frame("FE FD .. vv vv ss ss", "u16le", "crc16-modbus-le"), agree=1)
UNPROVEN = Profile("body_estimate", 9600, TENTHS, Frame("FE FD 1A 01 vv vv 0D 0A", "s16be"))
LINE = Profile("surface", 9600, Number(1.0, 20.0, 60.0), line=r"T=(?P<value>[-+]?\d+(?:\.\d+)?);")
PROFILES = [PROVEN, CRC, UNPROVEN, LINE]
PIECES = [b"\xfe\xfd", b"\xfe\xfd\x1a\x01\x01\x6d\r\n", b"T=36.5;\r\n", b"T=", b"\xfe\xfd\x00\x01\x6d\x69"]


def read(profile, *pieces):
    parser = driver(profile).make_parser()
    found = [one for piece in pieces for one in parser.feed(piece)]
    return found + parser.settle()


@pytest.mark.parametrize("profile", PROFILES)
@given(pieces=st.lists(st.binary(max_size=30) | st.sampled_from(PIECES), max_size=12))
def test_no_bytes_make_it_raise_and_pieces_do_not_matter(profile, pieces):
    whole = read(profile, b"".join(pieces))
    assert read(profile, *pieces) == whole
    assert all(20.0 <= one.surface <= 60.0 for one in whole)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_stream_of_rubbish_is_lived_through(profile):
    chance = random.Random(31)
    parser = driver(profile).make_parser()
    for _ in range(int(os.environ.get("KADIAN_FUZZ", "20000"))):
        parser.feed(chance.choice(PIECES) if chance.random() < 0.3 else chance.randbytes(chance.randrange(12)))


@pytest.mark.parametrize("profile", [PROVEN, CRC])
def test_a_single_error_never_makes_a_wrong_value(profile):
    body = b"\xfe\xfd\x07" + (365).to_bytes(2, "big" if profile is PROVEN else "little")
    crc = 0xFFFF
    for byte in body:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    frame = body + (bytes([sum(body) & 0xFF]) if profile is PROVEN else crc.to_bytes(2, "little"))
    assert [one.surface for one in read(profile, frame)] == [36.5]
    for place in range(len(frame)):
        lost = frame[:place] + frame[place + 1 :]
        assert {one.surface for one in read(profile, frame, lost, frame)} <= {36.5}
        for bit in range(8):
            flipped = frame[:place] + bytes([frame[place] ^ 1 << bit]) + frame[place + 1 :]
            assert {one.surface for one in read(profile, frame, flipped, frame)} <= {36.5}
            # The one byte that is neither head nor number is covered by the sum alone.
            assert len(read(profile, flipped)) == 0


def test_without_a_sum_one_frame_is_no_reading_and_an_odd_one_among_equals_is_left_out():
    frame, odd = b"\xfe\xfd\x1a\x01\x01\x6d\r\n", b"\xfe\xfd\x1a\x01\x01\x7d\r\n"
    assert read(UNPROVEN, frame) == []
    assert [one.body for one in read(UNPROVEN, frame, odd, frame, frame)] == [36.5]


def test_beyond_the_range_is_no_reading():
    assert read(LINE, b"x\r\n", b"T=99.9;\r\n" * 3) == []
    assert [one.surface for one in read(LINE, b"x\r\n", b"T=37.5;\r\n" * 2)] == [37.5]
