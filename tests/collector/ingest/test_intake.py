import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.ingest import intake
from collector.ingest.intake import take_in
from kadian.messages import Reply, Status, encode

TOPIC = "kadian/v1/s/e01/screening"


def test_one_screening_and_an_array_are_both_read(screening):
    one, two = screening(1), screening(2)
    assert take_in("s", TOPIC, encode(one)).screenings == (one,)
    assert take_in("s", TOPIC, b" \n" + encode([one, two])).screenings == tuple(
        msgspec.structs.replace(each, drained=True) for each in (one, two)
    )


def test_one_bad_screening_takes_no_other_with_it(screening):
    parts = [encode(screening(seq)) for seq in (1, 2, 3)]
    bad = parts[1].replace(b'"pass"', b'"perhaps"')
    intake = take_in("s", TOPIC, b"[" + b",".join([parts[0], bad, parts[2]]) + b"]")
    assert [one.seq for one in intake.screenings] == [1, 3]
    (refusal,) = intake.refusals
    assert (refusal.epoch, refusal.seq, refusal.payload) == ("e1", 2, bad)
    assert "verdict" in refusal.reason


@pytest.mark.parametrize(
    "payload", [b"", b"nonsense", b"[1,2", b"\xff\xfe", b'{"epoch":"e1","seq":0}', b'{"epoch":"../","seq":1}', b"null"]
)
def test_rubbish_is_refused_without_a_number(payload):
    (refusal,) = take_in("s", TOPIC, payload).refusals
    assert (refusal.payload, refusal.epoch, refusal.seq) == (payload, None, None)
    assert refusal.reason


def test_an_array_of_501_is_refused_as_a_whole(screening):
    intake = take_in("s", TOPIC, encode([screening(seq) for seq in range(1, 502)]))
    assert intake.screenings == ()
    assert "501" in intake.refusals[0].reason


@pytest.mark.parametrize(
    "topic",
    [
        "kadian/v1/s/E01/screening",
        "kadian/v1/s/e 01/screening",
        "kadian/v1/s/" + "e" * 33 + "/screening",
        "kadian/v1/other/e01/screening",
        "kadian/v1/s/e01/receipt",
        "kadian/v1/s/e01/unheard-of",
        "kadian/v2/s/e01/screening",
        "",
    ],
)
def test_a_topic_that_is_not_a_gates_own_is_refused(topic, screening):
    intake = take_in("s", topic, encode(screening(1)))
    assert intake.screenings == ()
    assert len(intake.refusals) == 1
    assert intake.refusals[0].seq is None


def test_whose_a_message_is_the_topic_alone_says(screening):
    payload = msgspec.json.encode({**msgspec.to_builtins(screening(1)), "gate": "e99", "site": "x"})
    assert take_in("s", TOPIC, payload).gate == "e01"


def test_status_and_reply_are_read():
    status = b'{"state":"online","at":"2026-11-23T07:00:00Z","version":"0.1.0"}'
    assert isinstance(take_in("s", "kadian/v1/s/e01/status", status).status, Status)
    assert take_in("s", "kadian/v1/s/e01/command/reply", b'{"do":"resend","ok":true}').reply == Reply("resend", True)


@given(st.text(max_size=60), st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
def test_whatever_comes_in_comes_out_as_values(topic, payload):
    for name in (topic, TOPIC, "kadian/v1/s/e01/telemetry", "kadian/v1/s/e01/status"):
        intake = take_in("s", name, payload)
        assert intake.screenings or intake.refusals or intake.status or intake.telemetry


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=20))
def test_any_json_is_read_or_refused(value):
    payload = msgspec.json.encode(value)
    intake = take_in("s", TOPIC, payload)
    assert intake.screenings == ()
    assert len(intake.refusals) == (len(value) if isinstance(value, list) else 1)


def test_a_fault_of_our_own_in_reading_is_a_refusal_too(monkeypatch):
    monkeypatch.setattr(intake, "decode_screenings", lambda _payload: {}["nothing"])
    (refusal,) = intake.take_in("s", TOPIC, b"{}").refusals
    assert refusal.reason.startswith("KeyError")
    assert refusal.payload == b"{}"


def test_what_the_broker_let_wait_for_long_is_noted_as_kept_and_a_gates_word_stays(screening):
    one = screening(1)
    (kept,) = take_in("s", TOPIC, encode(one), kept=True).screenings
    assert kept == msgspec.structs.replace(one, drained=True)
    telling = Status("online", one.at, "1")
    assert take_in("s", "kadian/v1/s/e01/status", encode(telling), kept=True).status == telling
