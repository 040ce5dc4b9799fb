"""Each packet fed whole, byte by byte and with others behind it."""

import contextlib
import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.ingest.frames import Frames, MalformedPacket, acknowledgements, publish
from kadian.topics import SCREENING_EXPIRY_SECONDS

PINGRESP = b"\xd0\x00"
SUBACK = bytes.fromhex("9003000100")
TOPIC = "kadian/v1/s/e01/screening"


def read(*pieces, protocol=5, ours=()):
    frames = Frames(3, protocol, ours)
    found = [frames.feed(piece) for piece in pieces]
    return (
        [arrival for one in found for arrival in one.arrivals],
        [mid for one in found for mid in one.acknowledged],
        b"".join(one.others for one in found),
    )


def test_a_publish_is_taken_out_and_all_else_is_passed_by():
    stream = PINGRESP + publish(TOPIC.encode(), b"{}", 513, 5) + SUBACK
    (arrival,), acknowledged, others = read(stream)
    assert (arrival.topic, arrival.payload, arrival.mid, arrival.qos, arrival.connection) == (TOPIC, b"{}", 513, 1, 3)
    assert others == PINGRESP + SUBACK
    assert acknowledged == []


@pytest.mark.parametrize("protocol", [4, 5])
@given(
    payloads=st.lists(st.binary(max_size=400), min_size=1, max_size=6), cuts=st.lists(st.integers(0, 2_600), max_size=9)
)
def test_how_a_stream_is_cut_changes_nothing(protocol, payloads, cuts):
    packets = [publish(TOPIC.encode(), payload, mid, protocol) for mid, payload in enumerate(payloads, 1)]
    stream = SUBACK + b"".join(packets) + acknowledgements([7]) + PINGRESP
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = [stream[begin:end] for begin, end in itertools.pairwise(places)]
    arrivals, acknowledged, others = read(*pieces, protocol=protocol, ours={7})
    assert [(one.mid, one.payload) for one in arrivals] == list(enumerate(payloads, 1))
    assert acknowledged == [7]
    assert others == SUBACK + PINGRESP
    assert read(*(stream[place : place + 1] for place in range(len(stream))), protocol=protocol, ours={7}) == (
        arrivals,
        acknowledged,
        others,
    )


OTHERS = [
    bytes.fromhex("0101"),  # payload format
    bytes.fromhex("230007"),  # topic alias
    bytes.fromhex("0b8101"),  # subscription identifier of two bytes
    bytes.fromhex("03000474657874"),  # content type
    bytes.fromhex("080000"),
    bytes.fromhex("090003020202"),  # correlation data that looks like an expiry
    bytes.fromhex("26000102000102"),  # user property
]


def with_properties(properties):
    head = struct.pack("!H", len(TOPIC)) + TOPIC.encode() + b"\0\7" + bytes([len(properties)]) + properties
    return bytes([0x32, len(head) + 2]) + head + b"{}"


def expiry(seconds):
    return b"\2" + struct.pack("!I", seconds)


@given(before=st.lists(st.sampled_from(OTHERS)), after=st.lists(st.sampled_from(OTHERS), max_size=3))
def test_how_long_the_broker_kept_a_message_is_read_from_among_all_properties(before, after):
    properties = b"".join([*before[:5], expiry(SCREENING_EXPIRY_SECONDS - 4_000), *after])
    ((arrival,), _, _) = read(with_properties(properties))
    assert (arrival.waited_seconds, arrival.payload, arrival.mid) == (4_000, b"{}", 7)


@pytest.mark.parametrize(
    ("properties", "waited"),
    [
        (b"", 0),
        (b"".join(OTHERS), 0),
        (expiry(SCREENING_EXPIRY_SECONDS), 0),
        (expiry(SCREENING_EXPIRY_SECONDS + 9), 0),  # of somebody who says more than the contract
        (expiry(0), SCREENING_EXPIRY_SECONDS),
        (b"\x7f\2\0\0\0\1", 0),  # of a later standard
        (b"\2\0", 0),
        (b"\x26\xff\xff", 0),
        (b"\x0b\xff\xff", 0),
    ],
)
def test_properties_that_say_no_age_or_make_no_sense_are_of_now_and_take_no_payload_with_them(properties, waited):
    ((arrival,), _, _) = read(with_properties(properties))
    assert (arrival.waited_seconds, arrival.payload) == (waited, b"{}")


@given(properties=st.binary(max_size=60))
def test_whatever_the_properties_are_the_payload_comes_out(properties):
    ((arrival,), _, _) = read(with_properties(properties))
    assert arrival.payload == b"{}"
    assert 0 <= arrival.waited_seconds <= SCREENING_EXPIRY_SECONDS


def test_an_acknowledgement_that_is_not_ours_is_passed_by():
    mine, theirs = acknowledgements([65_535]), acknowledgements([1])
    assert read(mine + theirs + mine, ours={65_535}) == ([], [65_535, 65_535], theirs)


def test_the_properties_of_a_publish_are_left_out():
    properties = b"\x02\x00\x00\x00\x3c\x26\x00\x01a\x00\x01b"  # expiry in 60 s, a user property
    body = struct.pack("!H", 1) + b"t" + struct.pack("!H", 9) + bytes((len(properties),)) + properties + b"payload"
    (arrival,), _, _ = read(bytes((0x32, len(body))) + body)
    assert (arrival.mid, arrival.payload) == (9, b"payload")


def test_a_publish_of_quality_0_has_no_number():
    (arrival,), _, _ = read(b"\x30\x06\x00\x01t\x00hi")
    assert (arrival.mid, arrival.qos, arrival.payload) == (0, 0, b"hi")


def test_a_topic_that_is_no_text_is_said_to_be_none():
    assert read(b"\x30\x04\x00\x01\xff\x00")[0][0].topic == "(not UTF-8)"


@pytest.mark.parametrize(
    "packet",
    [
        b"\xd0\xff\xff\xff\xff\x01",  # a length of five bytes
        b"\x32\x01\x00",  # no topic
        b"\x32\x02\x00\x09",  # a topic longer than the packet
        b"\x32\x04\x00\x01t\x00",  # half a number
        b"\x32\x05\x00\x01t\x00\x01",  # no properties
        b"\x32\x07\x00\x01t\x00\x01\x09\x00",  # properties longer than the packet
    ],
)
def test_what_is_no_publish_is_said_to_be_malformed(packet):
    with pytest.raises(MalformedPacket):
        read(packet + PINGRESP * 9)


@given(st.binary(max_size=300))
def test_rubbish_is_read_or_malformed(stream):
    with contextlib.suppress(MalformedPacket):
        read(stream)
