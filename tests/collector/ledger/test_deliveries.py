import pytest

from collector.ledger import Ledger, deliveries, incidents
from tests.collector.queued import due, queue


@pytest.fixture
def ledger(ledger_url):
    ledger = Ledger.open(ledger_url)
    yield ledger
    ledger.close()


def test_a_message_is_due_at_once_and_after_a_failure_when_it_is_said(ledger):
    with ledger.begin() as connection:
        queue(connection, "i1", "phone", 1_000)
        (first,) = due(connection, 1_000)
        deliveries.later(connection, first, 3_000, "HTTP 500")
        assert due(connection, 2_999) == []
        assert deliveries.next_due_ms(connection, "phone") == 3_000
        (again,) = due(connection, 3_000)
    assert (again.id, again.attempts, again.answer, again.state) == (first.id, 1, "HTTP 500", "waiting")


def test_what_was_never_tried_goes_before_what_failed(ledger):
    with ledger.begin() as connection:
        queue(connection, "old", "phone", 1_000)
        deliveries.later(connection, due(connection, 1_000)[0], 1_500, "HTTP 500")
        queue(connection, "new", "phone", 2_000)
        queue(connection, "new", "other", 2_000)
        assert [one.incident for one in due(connection, 2_000)] == ["new", "old"]


def test_a_message_that_is_done_stays_as_it_is(ledger):
    with ledger.begin() as connection:
        queue(connection, "i1", "phone", 1_000)
        (one,) = due(connection, 1_000)
        assert deliveries.waiting_count(connection) == 1
        deliveries.accepted(connection, one, 1_200, "HTTP 200")
        deliveries.refused(connection, one, 1_300, "HTTP 404")
        deliveries.later(connection, one, 1_300, "HTTP 500")
        (done,) = deliveries.of_incident(connection, "i1")
        lines = [(event.what, event.who) for event in incidents.timeline(connection, "i1")]
        assert (deliveries.waiting_count(connection), deliveries.next_due_ms(connection, "phone")) == (0, None)
    assert (done.state, done.answer, done.done_ms, done.attempts) == ("accepted", "HTTP 200", 1_200, 1)
    assert lines == [("notified", "phone")]


def test_the_id_is_made_of_incident_and_channel():
    assert deliveries.delivery_id("i1", "phone") == deliveries.delivery_id("i1", "phone")
    assert deliveries.delivery_id("i1", "phone") != deliveries.delivery_id("i1", "deputy")
