import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.alerts.modem.answers import Answers, Final, final, on_a_network, tries_left
from collector.alerts.modem.pdu import number, octets, submits
from tests.hardware.gsm import read_submit

TALK = (
    b"ATE0\r\r\nOK\r\n"
    b'\r\n+CMTI: "SM",3\r\n'
    b"AT+CMGS=31\r\r\n> 0011000B91\x1a\r\n+CMGS: 12\r\n\r\nOK\r\n"
    b"\r\n>\r\n\r\n+CMS ERROR: 42\r\n\r\n+CM"
)
LINES = ["ATE0", "OK", '+CMTI: "SM",3', "AT+CMGS=31", ">", "0011000B91\x1a", "+CMGS: 12", "OK", ">", "+CMS ERROR: 42"]


def test_a_talk_is_read_whole_and_byte_by_byte_alike():
    assert Answers().feed(TALK) == LINES
    answers = Answers()
    assert [line for at in range(len(TALK)) for line in answers.feed(TALK[at : at + 1])] == LINES
    assert answers.feed(b"S ERROR: 8\r\n") == ["+CMS ERROR: 8"]


@given(st.lists(st.binary(max_size=60), max_size=40))
def test_any_noise_in_any_pieces_gives_the_same_lines_and_holds_little(pieces):
    answers = Answers()
    assert [line for piece in pieces for line in answers.feed(piece)] == Answers().feed(b"".join(pieces))
    assert len(answers._rest) <= 1024


def test_a_line_without_an_end_is_noise_and_its_end_is_no_answer():
    answers = Answers()
    assert answers.feed(b"x" * 5000) == []
    assert answers.feed(b"OK\r\nERROR\r\n") == ["?OK", "ERROR"]


@pytest.mark.parametrize(
    ("line", "ended"),
    [
        ("OK", Final("ok")),
        ("ERROR", Final("error")),
        ("COMMAND NOT SUPPORT", Final("error")),
        ("+CMS ERROR: 42", Final("cms", 42)),
        ("+CME ERROR:10", Final("cme", 10)),
        ("+CME ERROR: SIM busy", Final("cme", 100)),
        ("+CMS ERROR: ", Final("cms", 500)),
        ("+CMGS: 42", None),
        ("RING", None),
        ("OK, then", None),
        ("NOT OK", None),
    ],
)
def test_how_a_command_ended(line, ended):
    assert final(line) == ended


@pytest.mark.parametrize(
    ("lines", "there"),
    [
        (["+CREG: 0,1"], True),
        (["+CREG: 0,3", "+CEREG: 0,5"], True),
        (["+CREG: 2,2,FFFE,FFFFFFFF", "+CEREG: 0,0"], False),
        (["+CREG: 1"], None),
        ([], None),
    ],
)
def test_whether_it_is_on_a_network(lines, there):
    assert on_a_network(lines) is there


def test_how_often_the_pin_may_be_entered():
    assert tries_left(["+CPINR: SIM PUK,10,10", "+CPINR: SIM PIN,2,3", "+CPINR: SIM PIN2,3,3"]) == 2
    assert tries_left(["+CPINR: SIM PIN2,3,3"]) is None


# The two forms of one number, from a well-known page on the format (turbocontrol.com, SMS messages and the PDU format).
@pytest.mark.parametrize(("to", "address"), [("+46708251358", "0B916407281553F8"), ("0708251358", "0A817080523185")])
def test_a_number_stands_in_a_message_as_the_network_wants_it(to, address):
    (pdu,) = submits(to, "火", 1)
    assert pdu == f"001100{address}0008A702706B"
    assert octets(pdu) == len(pdu) // 2 - 1


@given(st.text(max_size=260), st.integers(0, 255))
def test_every_text_that_fits_is_read_again_as_it_was(text, reference):
    parts = [read_submit(pdu) for pdu in submits("10086", text, reference)]
    joined = "".join(part[4] for part in parts)
    whole = text.encode("utf-16-be", "replace").decode("utf-16-be")
    assert joined == whole or (joined.endswith("…") and len(parts) == 3 and whole.startswith(joined[:-1]))
    assert [part[2:4] for part in parts] == [(at + 1, len(parts)) for at in range(len(parts))]
    assert {part[1] for part in parts} == {reference if len(parts) > 1 else None}


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86-139-1234-5678", "+8613912345678"),
        ("12", None),
        ("+", None),
        ("13800138000\r", None),
        ("１３８００１３８０００", None),
        ("1" * 21, None),
        ("86+13800138000", None),
    ],
)
def test_what_is_a_number(said, taken):
    assert number(said) == taken
