import subprocess
import sys
from itertools import pairwise

import msgspec
import pytest

from collector.alerts.channel import Answer
from collector.alerts.channels.webhook import Webhook
from collector.alerts.courier import LONGEST_SLEEP, Courier
from collector.alerts.limits import FEVERS_IN_A_ROW, Limit
from collector.alerts.patience import LONGEST_MS, next_try_ms
from collector.alerts.watch import Watch
from collector.ledger import Follower, deliveries, incidents, screenings
from collector.ledger.deliveries import Delivery, delivery_id
from collector.rules.reason import Reason
from collector.rules.rule import Finding, RuleSettings
from tests.collector.alerts.conftest import Phone, until
from tests.collector.alerts.message import MESSAGE
from tests.collector.queued import telling

SETTINGS = RuleSettings(names={"g1": "正门"})


@pytest.fixture
def running(office):
    """Starts an office that follows its ledger and carries messages to the channels given."""
    started = []

    def start(**channels):
        watch = Watch(office.ledger, SETTINGS, telling(*channels), office.now_ms)
        parts = Follower(office.ledger, "rules", watch.handle, watch.position), Courier(office.ledger, channels)
        for part in parts:
            part.start()
        started.extend(parts)

    yield start
    for part in started:
        part.stop()


def fever(office, holder="a"):
    office.screen(holder=holder)
    office.screen(holder=holder)


def states(office):
    with office.ledger.read() as connection:
        found = incidents.listing(connection)
        return [(one.state, one.attempts) for each in found for one in deliveries.of_incident(connection, each.id)]


def test_a_confirmed_fever_reaches_the_phone_within_a_second(office, phone, running):
    running(phone=Webhook(phone.url))
    office.screen(holder="a")
    before = office.now_ms()
    office.screen(holder="a")
    assert phone.wait(1)
    assert phone.calls[0][0] * 1000 - before < 1000
    assert until(lambda: states(office) == [("accepted", 1)])


def test_fifty_high_readings_of_one_person_are_one_message(office, phone, running):
    running(phone=Webhook(phone.url))
    first = office.screen(holder="a")
    for _ in range(49):
        office.screen(of=first, holder="a")
    assert until(lambda: states(office) == [("accepted", 1)])
    assert until(lambda: _count(office) == 49)
    assert len(phone.calls) == 1


def _count(office):
    with office.ledger.read() as connection:
        return incidents.listing(connection)[0].count


@pytest.mark.parametrize(
    "failure", [(500, b""), (429, b""), (0, b""), (200, b'{"errcode": 45009, "errmsg": "too frequent"}')]
)
def test_a_message_that_did_not_count_is_sent_again_with_the_same_id(office, phone, running, failure):
    phone.answers = [failure, (200, b'{"errcode": 0}')]
    running(phone=Webhook(phone.url))
    fever(office)
    assert phone.wait(2)
    assert until(lambda: states(office) == [("accepted", 2)])
    assert len(set(phone.ids())) == 1
    assert len(phone.calls) == 2


def test_a_phone_that_was_down_gets_the_message_when_it_is_back(office, running, free_port):
    port = free_port()
    running(phone=Webhook(f"http://127.0.0.1:{port}/hook"))
    fever(office)
    assert until(lambda: states(office) and states(office)[0][1] >= 1)
    phone = Phone(port)
    assert phone.wait(1)
    assert until(lambda: states(office)[0][0] == "accepted")
    phone.close()


def test_a_slow_service_delays_no_other(office, phone, running):
    slow = Phone()
    slow.answers = [(200, b"{}", 2)]
    running(slow=Webhook(slow.url), phone=Webhook(phone.url))
    before = office.now_ms()
    fever(office)
    assert phone.wait(1)
    assert phone.calls[0][0] * 1000 - before < 1000
    slow.close()


def test_a_refusal_for_good_is_written_down_and_not_repeated(office, phone, running):
    phone.answers = [(404, b"")]
    running(phone=Webhook(phone.url))
    fever(office)
    assert until(lambda: states(office) == [("refused", 1)])
    with office.ledger.read() as connection:
        (incident,) = incidents.listing(connection)
        assert incidents.timeline(connection, incident.id)[-1].note == "HTTP 404"


def test_a_channel_that_raises_is_tried_again(office, running):
    class Broken:
        tries = 0

        def send(self, message):
            self.tries += 1
            if self.tries == 1:
                raise RuntimeError("a fault of the channel")
            return Answer("accepted", "fine")

    running(phone=Broken())
    fever(office)
    assert until(lambda: states(office) == [("accepted", 2)])


@pytest.mark.parametrize(("what", "state", "calls"), [("acknowledge", "accepted", 1), ("resolve", "refused", 0)])
def test_what_is_acknowledged_is_still_told_and_what_is_resolved_is_not(office, phone, what, state, calls):
    fever(office)
    watch = Watch(office.ledger, SETTINGS, telling("phone"), office.now_ms)
    follower = Follower(office.ledger, "rules", watch.handle, watch.position)
    follower.start()
    assert until(lambda: states(office) == [("waiting", 0)])
    follower.stop()
    with office.ledger.begin() as connection:
        getattr(incidents, what)(connection, incidents.listing(connection)[0].id, "li", office.now_ms())
    courier = Courier(office.ledger, {"phone": Webhook(phone.url)})
    courier.start()
    assert until(lambda: states(office)[0][0] == state)
    courier.stop()
    assert len(phone.calls) == calls


OFFICE = """
import os, signal, sys, time
from collector.alerts.channels.webhook import Webhook
from collector.alerts.courier import Courier
from collector.ledger import Ledger, deliveries
from tests.collector.queued import telling
if sys.argv[3] == "die":
    deliveries.accepted = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
Courier(Ledger.open(sys.argv[1]), {"phone": Webhook(sys.argv[2])}).start()
time.sleep(60)
"""


def test_a_kill_between_sending_and_marking_sends_the_same_id_again(office, phone):
    fever(office)
    watch = Watch(office.ledger, SETTINGS, telling("phone"), office.now_ms)
    follower = Follower(office.ledger, "rules", watch.handle, watch.position)
    follower.start()
    assert until(lambda: states(office) == [("waiting", 0)])
    follower.stop()
    command = [sys.executable, "-c", OFFICE, office.url, phone.url]
    assert subprocess.run([*command, "die"], timeout=60, check=False).returncode == -9
    assert states(office) == [("waiting", 0)]
    with subprocess.Popen([*command, "live"]) as second:
        assert until(lambda: states(office) == [("accepted", 1)], 30)
        second.kill()
    assert len(phone.calls) == 2
    assert len(set(phone.ids())) == 1


def test_pauses_grow_to_a_minute_and_end_after_a_day():
    answer = Answer("unknown", "HTTP 500", retry=True)
    now_ms, tries = 0, []
    while (following := next_try_ms(now_ms, 0, len(tries), answer, 0.5)) is not None:
        tries.append(following)
        now_ms = following
    assert [(after - before) // 1000 for before, after in pairwise([0, *tries[:7]])] == [1, 2, 5, 15, 60, 60, 60]
    assert LONGEST_MS <= now_ms < LONGEST_MS + 70_000
    assert next_try_ms(0, 0, 0, Answer("refused", "HTTP 404"), 0.5) is None
    assert [next_try_ms(0, 0, 0, answer, chance) for chance in (0, 1)] == [800, 1200]


class Counting:
    def __init__(self, *answers):
        self.answers = list(answers)
        self.sent = []

    def send(self, message):
        self.sent.append(message.incident)
        return self.answers.pop(0) if self.answers else Answer("accepted", "fine")


def filled(office, rules, now_ms=0):
    """Queues a message about an incident of each of these rules."""
    with office.ledger.begin() as connection:
        for at, rule in enumerate(rules):
            found = Finding(rule, Reason.SEALED, f"{rule}{at}", "g1", f"s{at}", "page", False, now_ms, {}, once=True)
            incident, _ = incidents.open_or_repeat(connection, found, now_ms)
            id_ = delivery_id(incident.id, "phone")
            body = msgspec.json.encode(msgspec.structs.replace(MESSAGE, incident=found.cause)).decode()
            new = Delivery(id_, incident.id, "phone", "waiting", body, 0, now_ms, now_ms + at)
            deliveries.put(connection, new, [incident.id])


def test_what_finds_no_room_waits_without_a_try_and_a_fever_does_not(office):
    clock = [1_000]
    channel = Counting()
    limits = {"phone": (Limit(3, 60),)}
    filled(office, ["sealed_entrance"] * 4)

    def courier():
        # Another one each time: what was sent stands in the ledger, so a restart forgets nothing.
        return Courier(office.ledger, {}, lambda: clock[0], limits=limits)

    assert [courier().step("phone", channel) for _ in range(3)] == [0, 0, LONGEST_SLEEP]
    assert channel.sent == ["sealed_entrance0", "sealed_entrance1"]
    filled(office, ["confirmed_fever"])
    assert courier().step("phone", channel) == 0
    assert channel.sent[-1] == "confirmed_fever0"
    assert states(office).count(("waiting", 0)) == 2
    clock[0] = 60_999
    assert courier().step("phone", channel) == pytest.approx(0.01)
    clock[0] = 61_000
    assert courier().step("phone", channel) == 0
    assert channel.sent[-1] == "sealed_entrance2"


def test_what_is_over_needs_no_room(office):
    filled(office, ["sealed_entrance"] * 2)
    channel = Counting()
    courier = Courier(office.ledger, {}, lambda: 1_000, limits={"phone": (Limit(1, 60),)})
    assert courier.step("phone", channel) == 0
    with office.ledger.begin() as connection:
        for incident in incidents.listing(connection):
            incidents.resolve(connection, incident.id, "li", 1_000)
    assert courier.step("phone", channel) == 0
    assert (sorted(states(office)), len(channel.sent)) == ([("accepted", 1), ("refused", 1)], 1)


def test_a_message_that_failed_stands_in_nobodys_way_nor_in_its_own(office):
    clock = [1_000]
    filled(office, ["sealed_entrance"])
    channel = Counting(Answer("unknown", "HTTP 500", retry=True))
    courier = Courier(office.ledger, {}, lambda: clock[0], lambda: 0.5, limits={"phone": (Limit(1, 86_400),)})
    assert courier.step("phone", channel) == 0
    clock[0] = 2_000
    assert courier.step("phone", channel) == 0
    assert states(office) == [("accepted", 2)]


def test_many_fevers_do_not_keep_another_message_for_ever(office):
    filled(office, ["sealed_entrance", *["confirmed_fever"] * 12])
    channel = Counting()
    courier = Courier(office.ledger, {}, lambda: 1_000)
    for _ in range(13):
        courier.step("phone", channel)
    assert channel.sent.index("sealed_entrance0") == FEVERS_IN_A_ROW


def test_an_answer_that_the_ledger_does_not_take_is_kept_and_nothing_is_sent_twice(office, monkeypatch):
    sent = []

    class Channel:
        def send(self, message):
            sent.append(message.id)
            return Answer("accepted", "ok")

    fever(office)
    watch = Watch(office.ledger, SETTINGS, telling("phone"), office.now_ms)
    with office.ledger.read() as connection:
        batch = screenings.after(connection, 0, 10)
    watch.handle(batch)
    courier = Courier(office.ledger, {"phone": Channel()}, office.now_ms)
    with monkeypatch.context() as broken:
        broken.setattr(deliveries, "accepted", lambda *_: 1 / 0)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                courier.step("phone", Channel())
    courier.step("phone", Channel())
    assert len(sent) == 1
    assert states(office) == [("accepted", 1)]
