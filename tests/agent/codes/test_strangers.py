"""Whatever is shown, every format answers, quickly and without an exception."""

import os
import random
import time
import zlib
from datetime import UTC, date, datetime

import cbor2
import pytest
from base45 import b45decode, b45encode

from agent.codes.cose import load, parse
from agent.codes.inflate import RAW_DEFLATE, inflate
from agent.codes.judge import formats, judge
from agent.codes.judged import Trust
from kadian import passcard
from kadian.messages import OwnTexts, PassKey, TrustLists
from kadian.text import catalogue
from tests.agent.codes.signers import NOW, DccSigner, ShcSigner, deflated, parts_of, text_of

PRIVATE, PUBLIC = passcard.new_key()
DCC, SHC = DccSigner(), ShcSigner()
OWN = OwnTexts(place=("PLACE-",), resident=("JC######",))
TRUST = Trust((PassKey(1, PUBLIC),), lists=TrustLists(dcc=(DCC.entry,), shc=(SHC.entry,)), own_texts=OWN)
PEOPLE = tuple(passcard.Member(bytes([n]) * 16, date(2026, 12, n)) for n in range(1, 5))
CARD = SHC.sign(SHC.payload())
GOOD = (
    passcard.issue(PRIVATE, 1, b"h" * 16, date(2026, 12, 1)),
    passcard.issue_household(PRIVATE, 1, b"h" * 16, PEOPLE),
    DCC.sign(DCC.payload()),
    DCC.sign(DCC.payload("t")),
    CARD,
    parts_of(CARD, 3)[1],
    "PLACE-0001",
    "JC001234",
    "11010519491231002X",
    "https://example.org/a?b=c",
    "健康码 江城",
)
TIMES = (NOW, datetime(1970, 1, 1, tzinfo=UTC), datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
ROUNDS = int(os.environ.get("KADIAN_FUZZ", "6000"))
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:shc\n\0\ud800é健"


def mutated(chance, text):
    letters = list(text)
    for _ in range(chance.choice((1, 1, 2, 8))):
        place = chance.randrange(len(letters) + 1)
        what = chance.randrange(4)
        if what == 0:
            letters[place : place + 1] = chance.choice(ALPHABET)
        elif what == 1:
            letters[place:place] = chance.choice(ALPHABET) * chance.choice((1, 3, 200))
        elif what == 2:
            del letters[place : place + chance.choice((1, 5, 100))]
        else:
            letters[place:] = letters[place:][::-1]
    return "".join(letters)


def test_mutated_codes_are_judged_and_never_become_valid_ones_of_somebody_else():
    chance = random.Random(260)
    valid = {judge(text, TRUST, NOW).holder_source for text in GOOD if judge(text, TRUST, NOW).status == "valid"}
    for _ in range(ROUNDS):
        text = mutated(chance, chance.choice(GOOD))
        judged = judge(text, TRUST, chance.choice(TIMES))
        assert judged.format in {one.FORMAT for one in formats()}
        words = [f"status.{judged.status}", f"reason.{judged.reason}", *(f"check.{check}" for check in judged.checks)]
        assert {f"code.{word}" for word in words} <= catalogue("zh").keys()
        if judged.status == "valid":
            assert judged.holder_source in valid or judged.format == "shc"


def test_mutated_bytes_are_refused_unless_they_say_the_same():
    chance = random.Random(261)
    cose = zlib.decompress(b45decode(DCC.sign(DCC.payload())[4:]))
    statuses = set()
    for _ in range(ROUNDS // 4):
        raw = bytearray(cose)
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        judged = judge(text_of(bytes(raw)), TRUST, NOW)
        statuses.add(judged.status)
        if judged.status == "valid":  # a tag is under no signature, and says nothing
            assert parse(bytes(raw)) == parse(cose)
    assert statuses >= {"forged", "altered", "unknown_key"}


@pytest.mark.parametrize(
    "cose",
    [
        b"\x81" * 5000 + b"\x00",
        b"\xd2" * 5000 + b"\x80",
        b"\x9f" * 5000,
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"\xc2\x59\x1f\x00" + b"\xff" * 7936,
        b"\xc4\x82\x1b\x7f\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\xd8\x1c\x81\xd8\x1d\x00",
        b"\xd8\x23\x6a(a+)+(a+)+$",
        b"\xf9\x7e\x00",
        b"",
    ],
)
def test_hostile_cbor_is_altered_and_costs_nothing(cose):
    began = time.perf_counter()
    assert judge(text_of(cose), TRUST, NOW).status == "altered"
    assert judge(DCC.sign(cose or b"\x00"), TRUST, NOW).status == "altered"
    assert time.perf_counter() - began < 1.0


def test_a_key_twice_in_one_map_is_refused():
    with pytest.raises(ValueError, match="no CBOR"):
        load(b"\xa2\x01\x02\x01\x03")


def test_tags_make_no_objects_of_a_strangers_bytes():
    assert load(cbor2.dumps({"sc": cbor2.CBORTag(0, "2026-11-23T10:00:00Z")})) == {"sc": "2026-11-23T10:00:00Z"}
    assert load(b"\xd8\x23\x64(a+)") == "(a+)"


@pytest.mark.parametrize(
    "text",
    [
        "HC1:" + b45encode(zlib.compress(b"\0" * 50_000_000, 9)).decode()[:4292],
        "HC1:" + b45encode(zlib.compress(b"\0" * 2_000_000, 9)).decode(),
        "HC1:" + "0" * 100_000,
        "shc:/" + "9" * 200_000,
        "KP1:" + "0" * 100_000,
        "KP2:" + "0" * 500,
        "9" * 1_000_000,
        "https://" + "a" * 1_000_000,
    ],
)
def test_bombs_and_long_texts_are_answered_at_once(text):
    began = time.perf_counter()
    assert judge(text, TRUST, NOW).status in {"altered", "unverified"}
    assert time.perf_counter() - began < 1.0


def test_no_more_is_inflated_than_asked_for():
    for window, packed in ((zlib.MAX_WBITS, zlib.compress(b"x" * 101)), (RAW_DEFLATE, deflated(b"x" * 101))):
        assert len(inflate(packed, 101, window)) == 101
        for raw in (packed[:-1] if window > 0 else packed[:-2], b"rubbish"):
            with pytest.raises(ValueError, match=r"cut short|damaged"):
                inflate(raw, 101, window)
        with pytest.raises(ValueError, match="more than 100"):
            inflate(packed, 100, window)
