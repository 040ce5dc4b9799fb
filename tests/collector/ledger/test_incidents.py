import msgspec
import pytest

from collector.ledger import Ledger, incidents
from collector.rules.reason import Reason
from collector.rules.rule import Finding

SEALED = Finding(
    rule="sealed_entrance",
    reason=Reason.SEALED,
    cause="sealed:g7",
    gate="g7",
    screening="s1",
    severity="page",
    late=False,
    happened_ms=1_000,
    facts={"name": "后巷", "celsius": 36.5},
)
FEVER = msgspec.structs.replace(SEALED, rule="confirmed_fever", cause="fever:s1", once=True)


@pytest.fixture
def ledger(ledger_url):
    ledger = Ledger.open(ledger_url)
    yield ledger
    ledger.close()


def find(ledger, finding, now_ms=2_000, **changes):
    with ledger.begin() as connection:
        return incidents.open_or_repeat(connection, msgspec.structs.replace(finding, **changes), now_ms)


def test_a_cause_opens_one_incident_and_is_counted(ledger):
    first, new = find(ledger, SEALED)
    again, new_again = find(ledger, SEALED, screening="s2", happened_ms=5_000)
    earlier, _ = find(ledger, SEALED, screening="s3", happened_ms=500)
    assert (new, new_again) == (True, False)
    assert (again.id, again.count, earlier.count, earlier.last_ms) == (first.id, 2, 3, 5_000)
    with ledger.read() as connection:
        assert incidents.find(connection, first.id) == earlier
        assert [event.what for event in incidents.timeline(connection, first.id)] == ["opened", "repeated", "repeated"]
    assert first.facts == {"name": "后巷", "celsius": 36.5}


def test_a_sealed_entrance_rings_anew_after_it_was_resolved_but_not_while_it_is_acknowledged(ledger):
    first, _ = find(ledger, SEALED)
    with ledger.begin() as connection:
        incidents.acknowledge(connection, first.id, "li", 3_000)
    assert find(ledger, SEALED, screening="s2")[1] is False
    with ledger.begin() as connection:
        incidents.resolve(connection, first.id, "li", 4_000)
    second, new = find(ledger, SEALED, screening="s3")
    assert new
    assert second.id != first.id


def test_a_resolved_fever_is_not_opened_again_by_its_own_chain(ledger):
    first, _ = find(ledger, FEVER)
    with ledger.begin() as connection:
        incidents.resolve(connection, first.id, "li", 4_000)
    again, new = find(ledger, FEVER, screening="s9")
    assert (again.id, again.state, again.count, new) == (first.id, "resolved", 2, False)


def test_the_id_of_an_incident_is_the_same_in_every_replay(ledger, tmp_path):
    other = Ledger.open(f"sqlite:///{tmp_path}/other.db")
    assert find(ledger, FEVER)[0].id == find(other, FEVER, 9_999, screening="s2")[0].id
    assert find(ledger, SEALED)[0].id == find(other, SEALED, 9_999)[0].id
    other.close()


def test_only_the_first_acknowledgement_counts(ledger):
    first, _ = find(ledger, FEVER)
    with ledger.begin() as connection:
        incidents.acknowledge(connection, first.id, "li", 3_000, "on my way")
        taken = incidents.acknowledge(connection, first.id, "wang", 4_000)
        assert incidents.acknowledge(connection, "none", "li", 3_000) is None
        assert incidents.resolve(connection, "none", "li", 3_000) is None
    assert (taken.state, taken.acknowledged_by, taken.acknowledged_ms) == ("acknowledged", "li", 3_000)
    with ledger.begin() as connection:
        incidents.resolve(connection, first.id, "wang", 5_000)
        closed = incidents.acknowledge(connection, first.id, "zhao", 6_000)
    assert (closed.state, closed.resolved_by, closed.acknowledged_by) == ("resolved", "wang", "li")
    with ledger.read() as connection:
        lines = [(event.what, event.who, event.note) for event in incidents.timeline(connection, first.id)]
    assert lines[1:] == [("acknowledged", "li", "on my way"), ("resolved", "wang", None)]


def test_pages_of_the_listing_hold_each_incident_once_newest_first(ledger):
    made = [find(ledger, FEVER, 1_000 + place // 2, cause=f"fever:{place}")[0].id for place in range(7)]
    with ledger.read() as connection:
        first = incidents.listing(connection, None, 3, None)
        rest = incidents.listing(connection, "open", 10, (first[-1].opened_ms, first[-1].id))
        assert incidents.listing(connection, "resolved") == []
    seen = [incident.opened_ms for incident in first + rest]
    assert seen == sorted(seen, reverse=True)
    assert {incident.id for incident in first + rest} == set(made)
    assert len(first + rest) == 7


def test_events_come_with_the_incident_as_it_now_is(ledger):
    first, _ = find(ledger, FEVER)
    with ledger.begin() as connection:
        incidents.acknowledge(connection, first.id, "li", 3_000)
    with ledger.read() as connection:
        events = incidents.events_after(connection, 0, 10)
        assert [incident.state for _, incident in events] == ["acknowledged", "acknowledged"]
        assert incidents.events_after(connection, events[0][0], 10) == events[1:]
        assert incidents.events_after(connection, events[1][0], 10) == []
