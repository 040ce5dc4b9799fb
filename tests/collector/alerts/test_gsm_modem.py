import fcntl
import logging
import os
import signal
import sys
import time

import msgspec
import pytest

from collector.alerts.channel import open_channel
from collector.alerts.modem import dialogue
from collector.alerts.modem.answers import ON_A_NETWORK
from collector.settings import Channel
from kadian.errors import KadianError
from kadian.settings import Secret
from tests.collector.alerts.modems import TEXT, TO, channel
from tests.hardware.gsm import Modem, wait


def test_the_message_reaches_each_phone_and_echo_and_chatter_do_no_harm(modem, page):
    modem.chatter = b'\r\n+CMTI: "SM",3\r\n\r\n+CREG: 1\r\n\r\n^RSSI:19\r\nRING\r\n'
    told = channel(modem, to=("138 0013 8000", "+86-13900139000")).send(page)
    assert (told.kind, told.reason) == ("accepted", "+CMGS")
    assert modem.texts == [("13800138000", TEXT), ("+8613900139000", TEXT)]
    assert modem.heard[0] == "ATE0Q0V1"


@pytest.mark.parametrize(("length", "parts"), [(70, 1), (71, 2), (134, 2), (135, 3), (201, 3)])
def test_a_long_text_goes_in_parts_that_a_phone_joins_again(modem, page, length, parts):
    long = msgspec.structs.replace(page, text="门" * (length - 3), what_to_do="复核")
    assert channel(modem).send(long).kind == "accepted"
    assert len(modem.sent) == parts
    assert modem.texts == [(TO, f"{long.text}\n复核")]


def test_what_does_not_fit_into_three_parts_is_cut(modem, page):
    assert channel(modem).send(msgspec.structs.replace(page, what_to_do="做" * 300)).kind == "accepted"
    ((_, text),) = modem.texts
    assert len(text) == 201
    assert text.startswith("正门 38.4°C 两次确认\n做做")
    assert text.endswith("做…")


def test_a_character_of_two_units_is_not_cut_in_its_middle(modem, page):
    long = msgspec.structs.replace(page, text="门" * 66 + "😷" * 20)
    assert channel(modem).send(long).kind == "accepted"
    assert len(modem.sent) == 2
    assert modem.texts[0][1].startswith(long.text)


@pytest.mark.parametrize("prompt", [b"\r\n>", b"\r\n>\r\n", b"\r\n> \r\n+CREG: 1\r\n"])
def test_every_known_form_of_the_prompt_is_seen(modem, page, prompt):
    modem.prompt = prompt
    assert channel(modem).send(page).kind == "accepted"


@pytest.mark.parametrize(
    ("answer", "retry", "after", "said"),
    [
        (b"\r\n+CMS ERROR: 1\r\n", False, 0, "号码"),
        (b"\r\n+CMS ERROR: 8\r\n", False, 0, "欠费"),
        (b"\r\n+CMS ERROR: 38\r\n", True, 10, "没有移动网络"),
        (b"\r\n+CMS ERROR: 42\r\n", True, 60, "拥塞（CMS 42）"),
        (b"\r\n+CMS ERROR: 330\r\n", True, 60, "短信中心"),
        (b"\r\n+CMS ERROR: 331\r\n", True, 10, "没有移动网络"),
        (b"\r\n+CMS ERROR: 314\r\n", True, 0, "还没准备好"),
        (b"\r\n+CMS ERROR: 500\r\n", True, 0, "没有发出短信（CMS 500）"),
        (b"\r\n+CMS ERROR: no idea\r\n", True, 0, "CMS 500"),
        (b"\r\n+CME ERROR: 30\r\n", True, 10, "没有移动网络"),
        (b"\r\n+CMGS ERROR: 42\r\n", True, 60, "拥塞"),
        (b"\r\nERROR\r\n", True, 0, "ERROR"),
    ],
)
def test_the_networks_refusal_says_what_to_do(modem, page, answer, retry, after, said):
    modem.after_text = [answer]
    told = channel(modem).send(page)
    assert (told.kind, told.retry, told.after_seconds) == ("refused", retry, after)
    assert said in told.reason


def test_an_error_that_says_nothing_is_explained_by_the_missing_network(modem, page):
    modem.after_text = [b"\r\n+CMS ERROR: 500\r\n"]
    modem.says = {"AT+CREG?": b"\r\n+CREG: 0,2\r\n\r\nOK\r\n", "AT+CEREG?": b"\r\n+CEREG: 0,0\r\n\r\nOK\r\n"}
    assert "没有移动网络（CMS 500）" in channel(modem).send(page).reason
    modem.says["AT+CEREG?"] = b"\r\n+CEREG: 0,%d\r\n\r\nOK\r\n" % max(ON_A_NETWORK)
    assert "没有发出短信（CMS 500）" in channel(modem).send(page).reason


@pytest.mark.parametrize(
    ("answer", "retry", "said"),
    [
        (b"\r\n+CME ERROR: 10\r\n", True, "没有插 SIM 卡"),
        (b"\r\n+CME ERROR: 14\r\n", True, "还没准备好"),
        (b"\r\n+CPIN: SIM PUK\r\n\r\nOK\r\n", False, "PUK"),
        (b"\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n", False, "要 PIN"),
    ],
)
def test_without_a_sim_card_that_is_open_nothing_is_sent(modem, page, answer, retry, said):
    modem.says = {"AT+CPIN?": answer}
    told = channel(modem).send(page)
    assert (told.kind, told.retry, modem.sent) == ("refused", retry, [])
    assert said in told.reason


def test_the_pin_opens_the_card_once(page):
    modem = Modem(pin="2580")
    duty = channel(modem, pin="2580\n")
    assert [duty.send(msgspec.structs.replace(page, id=name)).kind for name in "ab"] == ["accepted"] * 2
    assert modem.heard.count('AT+CPIN="2580"') == 1
    modem.unplug()


def test_a_wrong_pin_is_entered_once_and_the_last_try_is_left_to_people(page):
    modem = Modem(pin="2580")
    for _restart in range(4):
        duty = channel(modem, pin="1111")
        for _ in range(2):
            told = duty.send(page)
            assert (told.kind, told.retry) == ("refused", False)
            assert "PIN 不对" in told.reason
            assert "1111" not in told.reason
    assert modem.tries == 1
    modem.unplug()


def test_a_part_that_is_refused_sends_the_whole_again_and_the_phone_joins_it(modem, page):
    long = msgspec.structs.replace(page, text="门" * 100)
    modem.after_text = ["ok", b"\r\n+CMS ERROR: 42\r\n", "ok"]
    duty = channel(modem)
    assert duty.send(long).kind == "refused"
    assert duty.send(long).kind == "accepted"
    assert modem.texts == [(TO, f"{long.text}\n请复核后记录")]


@pytest.mark.parametrize("answer", [None, b"\r\nOK\r\n", b"\r\n+CMGS: 4", "unplug"])
def test_no_answer_after_the_text_may_mean_that_it_was_sent(modem, impatient, page, answer):
    modem.after_text = [answer]
    told = channel(modem, to=("10001", "10002")).send(page)
    assert (told.kind, told.retry) == ("unknown", True)
    assert "可能发出了" in told.reason
    assert len([command for command in modem.heard if command.startswith("AT+CMGS")]) == 1


def test_a_modem_that_says_nothing_is_left_in_time(modem, impatient, page):
    modem.says = {"AT": b""}
    before = time.monotonic()
    told = channel(modem).send(page)
    assert (told.kind, told.retry) == ("unknown", True)
    assert "没有答复" in told.reason
    assert time.monotonic() - before < 1.0


def test_all_of_a_talk_is_bounded(modem, page, monkeypatch):
    monkeypatch.setattr(dialogue, "TOGETHER", 0.3)
    modem.says = {"AT+CMGS": b""}
    before = time.monotonic()
    assert channel(modem).send(page).kind == "unknown"
    assert time.monotonic() - before < 0.5


def test_a_port_that_is_not_there_or_is_taken_is_told_and_tried_again(modem, page):
    duty = channel(modem)
    other = os.open(modem.path, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(other, fcntl.LOCK_EX)
    assert "别的程序" in duty.send(page).reason
    os.close(other)
    assert duty.send(page).kind == "accepted"
    modem.unplug()
    told = duty.send(page)
    assert (told.kind, told.retry) == ("unknown", True)
    assert "找不到" in told.reason


def test_the_port_is_free_between_messages(modem, page):
    duty = channel(modem)
    for name in "ab":
        assert duty.send(msgspec.structs.replace(page, id=name)).kind == "accepted"
        assert channel(modem).send(page).kind == "accepted"


def test_a_kill_in_the_middle_of_a_message_sends_no_half_of_it_and_the_next_one_goes_out(modem, page, monkeypatch):
    monkeypatch.setattr(dialogue, "CTRL_Z", b"")
    monkeypatch.setattr(dialogue, "NETWORK_SECONDS", 60.0)
    duty = channel(modem)
    child = os.fork()
    if not child:
        duty.send(page)
        os._exit(0)
    assert modem.stopped.wait(5)
    assert wait(lambda: len(modem._text or b"") > 80)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    monkeypatch.undo()
    modem.echo = True
    assert duty.send(msgspec.structs.replace(page, text="后一条")).kind == "accepted"
    assert modem.texts == [(TO, "后一条\n请复核后记录")]


def test_an_answer_that_comes_late_is_not_taken_for_that_of_the_next_message(modem, impatient, page):
    modem.after_text = [None, b"\r\n+CMS ERROR: 42\r\n"]
    duty = channel(modem)
    assert duty.send(page).kind == "unknown"
    late = b"\r\n+CMGS: 7\r\n\r\nOK\r\n"
    modem.says = {"ATE0": (b"\r\nOK\r\n", late, late)}
    told = duty.send(page)
    assert (told.kind, told.after_seconds) == ("refused", 60)


def test_no_number_no_text_and_no_pin_stand_in_reasons_and_logs(impatient, page, caplog):
    modem = Modem(pin="2580")
    duty = channel(modem, to=(TO,), pin="2580")
    modem.after_text = [b"\r\n+CMS ERROR: 500\r\n", None, "unplug"]
    with caplog.at_level(logging.DEBUG):
        reasons = [duty.send(page).reason for _ in range(4)]
    modem.unplug()
    for secret in (TO, "38.4", "2580"):
        assert not any(secret in text for text in (*reasons, caplog.text))


@pytest.mark.parametrize(
    ("url", "to", "pin", "code", "where"),
    [
        ("gsm_modem+serial:///dev/ttyUSB2", (), None, "K0430", "to"),
        ("gsm_modem+serial:///", (TO,), None, "K0520", "url"),
        ("gsm_modem+serial://ttyUSB2", (TO,), None, "K0520", "url"),
        ("gsm_modem+https://host/x", (TO,), None, "K0520", "url"),
        ("gsm_modem+serial:///dev/ttyUSB2?baud=fast", (TO,), None, "K0520", "url"),
        ("gsm_modem+serial:///dev/ttyUSB2", (TO, "王书记"), None, "K0521", "to"),
        ("gsm_modem+serial:///dev/ttyUSB2", ("１３８００１３８０００",), None, "K0521", "to"),
        ("gsm_modem+serial:///dev/ttyUSB2", (TO,), "12", "K0522", "secret"),
        ("gsm_modem+serial:///dev/ttyUSB2", (TO,), '1";+CMGD=1', "K0522", "secret"),
    ],
)
def test_what_is_wrong_in_the_settings_is_said_when_the_channel_is_opened(url, to, pin, code, where):
    with pytest.raises(KadianError) as refused:
        open_channel(Channel("duty", url, secret=pin and Secret(pin), to=to))
    assert (refused.value.code, refused.value.where) == (code, f"channels.duty.{where}")
    assert not any(said in refused.value.lines() for said in (*to, "CMGD"))


def test_without_pyserial_the_office_is_told_how_to_install_it(monkeypatch):
    for name in [
        name
        for name in sys.modules
        if name.startswith(("collector.alerts.channels.gsm", "collector.alerts.modem.port"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "serial", None)
    with pytest.raises(KadianError) as refused:
        open_channel(Channel("duty", "gsm_modem+serial:///dev/ttyUSB2", to=(TO,)))
    assert refused.value.code == "K0523"
    assert "pip install '.[collector-gsm_modem]'" in refused.value.lines()
