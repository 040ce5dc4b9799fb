"""What is handed to the network once more, and what is not."""

import msgspec
import pytest

from tests.collector.alerts.modems import channel


def test_who_was_reached_is_not_rung_again_when_another_is_tried_again(modem, page):
    modem.after_text = ["ok", b"\r\n+CMS ERROR: 42\r\n", "ok"]
    duty = channel(modem, to=("10001", "10002", "10003"))
    told = duty.send(page)
    assert (told.kind, told.retry) == ("refused", True)
    assert "3 个号码中已送出 2 个" in told.reason
    assert duty.send(page).kind == "accepted"
    assert [phone for phone, _ in modem.texts] == ["10001", "10003", "10002"]
    assert duty.send(msgspec.structs.replace(page, id="d2")).kind == "accepted"
    assert len(modem.texts) == 6


def test_a_text_that_may_have_arrived_three_times_is_not_sent_a_fourth_time(modem, impatient, page):
    modem.after_text = [None] * 9
    duty = channel(modem)
    told = [duty.send(page) for _ in range(4)]
    assert [(one.kind, one.retry) for one in told] == [("unknown", True)] * 3 + [("unknown", False)]
    assert len([command for command in modem.heard if command.startswith("AT+CMGS")]) == 3


def test_parts_that_the_network_has_are_not_sent_again(modem, page):
    modem.after_text = ["ok", b"\r\n+CMS ERROR: 42\r\n", "ok"]
    long = msgspec.structs.replace(page, what_to_do="做" * 150)
    duty = channel(modem)
    assert [duty.send(long).kind for _ in range(2)] == ["refused", "accepted"]
    assert len([command for command in modem.heard if command.startswith("AT+CMGS")]) == 4


@pytest.mark.parametrize("what", ["做" * 300, "😷" * 200])
def test_the_link_stands_whole_at_the_end_of_what_is_cut(modem, page, what):
    link = "https://gate.example.org/community/a/" + "T" * 32
    assert channel(modem).send(msgspec.structs.replace(page, what_to_do=what, link=link)).kind == "accepted"
    assert modem.texts[0][1].endswith(f"…\n{link}")


def test_a_message_that_comes_again_after_it_reached_all_rings_again(modem, page):
    duty = channel(modem)
    assert [duty.send(page).kind for _ in range(2)] == ["accepted"] * 2
    assert len(modem.sent) == 2
