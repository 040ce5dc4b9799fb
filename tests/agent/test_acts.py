"""What is asked of a running gate: from its screen, from the office, and after a kill."""

import contextlib
import json
import threading
import time
from datetime import date

import pytest

from agent.acts import Answer, Member, Register, SignOff, Typed, WaitForDuty
from agent.inbox import Asked, Inbox
from kadian.demo.pictures import qr_png
from kadian.passcard import Member as OnCard
from kadian.passcard import issue, issue_household, new_key
from tests.agent.gates import agent, ready


def test_an_act_is_carried_out_in_the_gates_own_thread_and_answered(broker, office, config, start, wait_for):
    gate = start(config(broker.url))
    answers, threads = [], set()
    act = gate._screener.act
    gate._screener.act = lambda *what: threads.add(threading.current_thread().name) or act(*what)
    began = time.monotonic()
    askers = [
        threading.Thread(target=lambda tenth=tenth: answers.append(gate.do(Typed(36.0 + tenth / 10, "contact", "ear"))))
        for tenth in range(10)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert time.monotonic() - began < 2
    assert all(answer.ok for answer in answers)
    wait_for(lambda: len(office.kept) == 10)
    assert {str(answer.id) for answer in answers} == {one["id"] for one in office.kept.values()}
    assert len(threads) == 1
    assert gate.do(Register("plain")).word == "K0446"


def test_an_act_that_nobody_takes_up_in_time_is_never_carried_out():
    asked = Asked(SignOff())
    assert asked.wait(0.01) == Answer(ok=False, word="K0440")
    assert not asked.take_up()


def test_an_act_that_takes_longer_than_the_asker_waits_is_said_to_be_under_way():
    asked = Asked(SignOff())
    assert asked.take_up()
    assert asked.wait(0.01) == Answer(ok=False, word="K0441")


def test_a_gate_that_stands_still_answers_within_two_seconds():
    inbox, began = Inbox(), time.monotonic()
    assert inbox.do(SignOff(), began).word == "K0440"
    assert time.monotonic() - began < 2.5


def test_the_offices_words_are_on_the_screen_and_answered(broker, office, config, start, wait_for):
    gate = start(config(broker.url))
    wait_for(lambda: gate._uplink.connected)

    def shown():
        return json.loads(gate.board.after(-1, 0)[1])

    office.say("e01", "command", {"do": "message", "text": "下午有雨，请系牢帐篷"})
    wait_for(lambda: (shown()["message"] or {}).get("text") == "下午有雨，请系牢帐篷")
    office.say("e01", "command", {"do": "identify"})
    wait_for(lambda: shown()["identify"] == 1)
    office.say("e01", "command", {"do": "message"})
    wait_for(lambda: shown()["message"] is None)
    wait_for(lambda: [one["ok"] for one in office.heard("command/reply")] == [True, True, True])


def test_a_staff_card_before_the_camera_signs_on_after_the_key_was_pressed_and_stands_with_each_reading(
    broker, office, config, thermometer, start, wait_for, tmp_path
):
    holder = b"volunteer-number"
    private, public = new_key()
    policy = {
        "version": "staff",
        "pass_keys": [{"id": 1, "public": public}],
        "operators": {holder.hex(): "v-12"},
    }
    office.say("e01", "policy", policy, retain=True)
    (tmp_path / "camera").mkdir()
    gate = start(config(broker.url, f'[camera]\nsource = "{tmp_path}/camera"\n'))
    wait_for(lambda: gate.policy.version == "staff" and ready(gate))
    thermometer.person(36.5)
    wait_for(lambda: len(office.kept) == 1)
    assert gate.do(WaitForDuty()).ok
    qr_png(issue(private, 1, holder, date(2099, 1, 1)), tmp_path / "camera" / "card.png")
    wait_for(lambda: json.loads(gate.board.after(-1, 0)[1])["operator"] == "v-12")
    thermometer.person(36.6)
    wait_for(lambda: len(office.kept) == 2)
    before, after = (one for _, one in sorted(office.kept.items()))
    assert (before["unattended"], "operator" in before) == (True, False)
    assert (after["operator"], "unattended" in after, "code" in after) == ("v-12", False, False)


def test_who_of_a_real_household_card_was_chosen_is_in_the_office_as_this_person_and_without_a_choice_nobody_waits(
    broker, office, config, thermometer, start, wait_for, tmp_path
):
    private, public = new_key()
    policy = {"version": "household", "code": "required", "pass_keys": [{"id": 1, "public": public}]}
    office.say("e01", "policy", policy, retain=True)
    (tmp_path / "camera").mkdir()
    gate = start(config(broker.url, f'[camera]\nsource = "{tmp_path}/camera"\n'))
    wait_for(lambda: gate.policy.version == "household" and ready(gate))
    people = tuple(OnCard(bytes([number]) * 16, date(2099, 1, number)) for number in (1, 2, 3))
    picture = tmp_path / "camera" / "card.png"

    def people_shown():
        return json.loads(gate.board.after(-1, 0)[1])["household"]

    qr_png(issue_household(private, 1, b"h" * 16, people), picture)
    wait_for(lambda: len(people_shown()) == 3)
    assert people_shown()[1] == {"number": 2, "status": "valid", "expires": "2099-01-02"}
    assert gate.do(Member(2)).ok
    wait_for(lambda: people_shown() == [])
    thermometer.person(36.5)
    wait_for(lambda: len(office.kept) == 1)
    thermometer.person(36.6)
    wait_for(lambda: len(office.kept) == 2)
    chosen, nobody = (one for _, one in sorted(office.kept.items()))
    assert (chosen["verdict"], chosen["code"]["household"], chosen["code"]["member"]) == ("pass", 3, 2)
    assert (nobody["verdict"], nobody["code"]["household"], "member" in nobody["code"]) == ("pass", 3, False)
    assert chosen["code"]["holder"] != nobody["code"]["holder"]


def test_the_screen_follows_the_person_before_the_thermometer(broker, config, thermometer, start, wait_for):
    gate = start(config(broker.url))
    stages = []
    show = gate.board.stage
    gate.board.stage = lambda stage: stages.append(stage) if stages[-1:] != [stage] else None or show(stage)
    wait_for(lambda: ready(gate) and stages[-1:] == ["step_closer"])
    thermometer.person(36.5)
    wait_for(lambda: stages.count("step_closer") == 2)
    assert stages[-2:] == ["measured", "step_closer"]
    thermometer.unplug()
    wait_for(lambda: stages[-1] == "warming_up")
    thermometer.plug()


@pytest.mark.system
def test_a_killed_gate_still_knows_who_rests_and_for_how_long(broker, office, config, thermometer, wait_for):
    office.say("e01", "policy", {"version": "short rest", "rest_seconds": 6}, retain=True)
    path = config(broker.url)
    process = agent(path)

    def measure(body):
        known = len(office.kept)
        for _ in range(5):  # a machine that stands still for a second may drop whom it did not see in time
            thermometer.person(body)
            with contextlib.suppress(AssertionError):
                return wait_for(lambda: [*office.kept.values()][known:], 4)[0]
        raise AssertionError("nobody was measured")

    try:
        wait_for(lambda: [one["policy_version"] for one in office.heard("telemetry")][-1:] == ["short rest"], 20)
        wait_for(lambda: office.heard("telemetry")[-1]["thermometer"]["state"] == "ok", 20)
        first = measure(38.2)
        began = time.monotonic()
        process.kill()
        process.communicate(timeout=10)
        process = agent(path)
        lives = len(office.heard("telemetry"))
        wait_for(lambda: len(office.heard("telemetry")) > lives, 20)
        wait_for(lambda: office.heard("telemetry")[-1]["thermometer"]["state"] == "ok", 20)
        time.sleep(max(0.0, began + 6.5 - time.monotonic()))
        second = measure(38.4)
    finally:
        process.terminate()
        process.communicate(timeout=15)
    assert (first["verdict"], second["verdict"], second["reasons"]) == ("recheck", "stop", ["fever_confirmed"])
    assert second["remeasure_of"] == first["id"]


@pytest.mark.system
def test_the_office_has_a_gate_read_its_configuration_again_and_a_mistake_in_it_ends_nothing(
    broker, office, config, wait_for
):
    path = config(broker.url)
    process = agent(path)

    def states():
        return [one["state"] for one in office.heard("status")]

    try:
        wait_for(lambda: states() == ["online"], 20)
        text = path.read_text("utf-8")
        path.write_text(text.replace("gy614v3", "gy614v4"), "utf-8")
        office.say("e01", "command", {"do": "reload"})
        refused = wait_for(lambda: office.heard("command/reply"))[0]
        path.write_text(text.replace('driver = "gy614v3"', 'driver = "gy_mcu90614"'), "utf-8")
        office.say("e01", "command", {"do": "reload"})
        wait_for(lambda: states() == ["online", "stopped", "online"], 20)
        wait_for(lambda: office.heard("telemetry")[-1]["thermometer"]["driver"] == "gy_mcu90614")
        taken = office.heard("command/reply")[1]
        assert process.poll() is None
    finally:
        process.terminate()
        process.communicate(timeout=15)
    assert (refused["ok"], taken["ok"]) == (False, True)
    assert "gy614v4" in refused["why"]
