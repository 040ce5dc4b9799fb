import msgspec
import pytest

from collector.alerts.message import Message
from collector.alerts.sentences import sentence
from collector.alerts.watch import Watch
from collector.ledger import Follower, deliveries, incidents, screenings
from collector.rules import sealed_entrance
from collector.rules.rule import RuleSettings
from tests.collector.alerts.conftest import until
from tests.collector.queued import telling

SETTINGS = RuleSettings(names={"g1": "正门", "g7": "后巷"}, sealed=frozenset({"g7"}))


def watch(office, channels=("phone", "deputy")):
    return Watch(office.ledger, SETTINGS, telling(*channels), office.now_ms)


def behind(office, position):
    with office.ledger.read() as connection:
        return screenings.after(connection, position, 500)


def listing(office):
    with office.ledger.read() as connection:
        return incidents.listing(connection)


def test_a_confirmed_fever_opens_one_incident_with_a_message_for_each_channel(office):
    first = office.screen(38.1)
    office.screen(38.4, of=first)
    one = watch(office)
    one.handle(behind(office, 0))
    (incident,) = listing(office)
    with office.ledger.read() as connection:
        sent = deliveries.of_incident(connection, incident.id)
    assert one.position() == 2
    assert (incident.rule, incident.cause) == ("confirmed_fever", f"fever:{first}")
    assert [delivery.channel for delivery in sent] == ["deputy", "phone"]
    body = msgspec.json.decode(sent[0].body, type=Message)
    assert body.text[:20].startswith("正门 38.4°C 两次确认")
    assert body.id == sent[0].id
    assert body.what_to_do
    assert body.at.endswith("+08:00")


def test_no_holder_is_in_any_message_or_incident(office):
    office.screen(holder="secret-holder")
    office.screen(holder="secret-holder")
    watch(office).handle(behind(office, 0))
    (incident,) = listing(office)
    with office.ledger.read() as connection:
        bodies = [delivery.body for delivery in deliveries.of_incident(connection, incident.id)]
        lines = incidents.timeline(connection, incident.id)
    assert len(bodies) == 2
    assert "secret-holder" not in f"{incident} {bodies} {lines}"


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_restart_between_any_two_readings_tells_one_person_once(office, cut):
    for _ in range(4):
        office.screen(holder="a")
    batch = behind(office, 0)
    watch(office).handle(batch[:cut])
    watch(office).handle(batch)  # a follower that died before it saw the cursor move hands on the same again
    (incident,) = listing(office)
    assert incident.count == 3


def test_a_first_reading_from_before_a_long_stop_is_remembered(office):
    office.screen(holder="a")
    watch(office).handle(behind(office, 0))
    office.screen(holder="a")
    office.ahead_ms = 8 * 3_600_000
    watch(office).handle(behind(office, 1))
    assert [incident.late for incident in listing(office)] == [False]


def test_what_failed_to_be_written_is_found_again(office, monkeypatch):
    office.screen(holder="a")
    office.screen(holder="a")
    one = watch(office)
    with monkeypatch.context() as broken:
        broken.setattr(deliveries, "put", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            one.handle(behind(office, 0))
    assert (listing(office), one.position()) == ([], 0)
    one.handle(behind(office, 0))
    assert len(listing(office)) == 1


def test_a_rule_that_fails_silences_no_other(office, monkeypatch):
    monkeypatch.setattr(sealed_entrance, "judge", lambda *_: 1 / 0)
    office.screen(holder="a")
    office.screen(holder="a")
    watch(office).handle(behind(office, 0))
    assert [incident.rule for incident in listing(office)] == ["confirmed_fever"]


def test_readings_that_arrive_hours_later_are_one_notice_for_the_gate(office):
    office.ahead_ms = 0
    for holder in "aabbcc":
        office.screen(holder=holder, ago_ms=60 * 60_000)
    watch(office).handle(behind(office, 0))
    days = {incident.cause for incident in listing(office)}
    assert len(days) == len(listing(office)) == 1
    assert [(incident.severity, incident.late, incident.count) for incident in listing(office)] == [("notice", True, 3)]


def test_a_sealed_entrance_opens_one_incident_until_it_is_resolved(office):
    one = watch(office)
    for _ in range(3):
        office.screen(36.5, gate="g7")
    one.handle(behind(office, 0))
    (incident,) = listing(office)
    assert incident.count == 3
    with office.ledger.begin() as connection:
        incidents.resolve(connection, incident.id, "li", office.now_ms())
    office.screen(36.5, gate="g7")
    one.handle(behind(office, 3))
    assert len(listing(office)) == 2


def test_a_hint_is_an_incident_that_counts_and_is_sent_to_nobody(office):
    for gate in ("g1", "g2", "g1"):
        office.screen(36.5, gate=gate, holder="a")
    watch(office).handle(behind(office, 0))
    (incident,) = listing(office)
    with office.ledger.read() as connection:
        sent = deliveries.of_incident(connection, incident.id)
    assert (incident.rule, incident.severity, incident.state, incident.count) == ("two_gates", "hint", "open", 2)
    assert sent == []
    assert sentence(incident, "text").startswith("g2、正门 短时间内出现同一个码")
    assert "walking_seconds" in sentence(incident, "do", "en")


def test_it_follows_the_ledger_by_itself(office):
    one = watch(office)
    follower = Follower(office.ledger, "rules", one.handle, one.position)
    follower.start()
    office.screen(holder="a")
    office.screen(holder="a")
    assert until(lambda: len(listing(office)) == 1)
    assert until(lambda: follower.lag() == 0)
    follower.stop()
