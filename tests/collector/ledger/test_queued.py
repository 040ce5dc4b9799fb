import msgspec
import pytest

from collector.ledger import Ledger, deliveries, incidents, queued
from collector.ledger.deliveries import Delivery, delivery_id
from collector.rules.reason import Reason
from collector.rules.rule import Finding
from tests.collector.queued import due

FEVER = "confirmed_fever"


@pytest.fixture
def connection(ledger_url):
    ledger = Ledger.open(ledger_url)
    with ledger.begin() as connection:
        yield connection
    ledger.close()


def put(connection, rule, cause, now_ms, late=False, kind="alarm", tried_ms=None, attempts=0, channel="phone"):
    found = Finding(rule, Reason.SEALED, cause, "g1", cause, "page", late, now_ms, {}, once=True)
    incident, _ = incidents.open_or_repeat(connection, found, now_ms)
    id_ = delivery_id(incident.id, channel, kind)
    new = Delivery(id_, incident.id, channel, "waiting", "{}", attempts, now_ms, now_ms, kind=kind, tried_ms=tried_ms)
    deliveries.put(connection, new, [incident.id])
    return id_


def test_the_first_of_each_kind_is_shown_fevers_before_others_and_the_untried_before_the_rest(connection):
    failed = put(connection, "sealed_entrance", "failed", 1, attempts=1)
    notice = put(connection, "sealed_entrance", "notice", 2)
    put(connection, "sealed_entrance", "later", 3)
    again = put(connection, FEVER, "again", 4, attempts=3)
    fever = put(connection, FEVER, "fever", 5)
    put(connection, FEVER, "second", 6)
    put(connection, FEVER, "elsewhere", 1, channel="other")
    put(connection, FEVER, "tomorrow", 1_000)
    found = queued.heads(connection, "phone", 10, FEVER)
    assert [(one.delivery.id, one.urgent) for one in found] == [
        (fever, True),
        (again, True),
        (notice, False),
        (failed, False),
    ]


def test_a_late_fever_and_a_digest_that_tells_of_one_are_not_urgent(connection):
    put(connection, FEVER, "late", 1, late=True)
    put(connection, FEVER, "told", 2, kind="digest")
    assert [one.urgent for one in queued.heads(connection, "phone", 10, FEVER)] == [False]


def test_a_message_about_no_incident_is_shown_as_well(connection):
    new = Delivery("t1", "test:2026-11-25", "phone", "waiting", "{}", 0, 1, 1, kind="test")
    deliveries.put(connection, new, [])
    assert [one.delivery for one in queued.heads(connection, "phone", 10, FEVER)] == [new]


def test_tries_are_the_last_of_each_message_without_ones_own(connection):
    ids = [put(connection, FEVER, f"c{at}", 1, tried_ms=at) for at in (300, 100, 200)]
    put(connection, FEVER, "elsewhere", 1, tried_ms=150, channel="other")
    assert queued.tries(connection, "phone", 100) == [200, 300]
    assert queued.tries(connection, "phone", 0, ids[2]) == [100, 300]


def test_a_try_is_written_down_with_its_moment_and_what_was_never_sent_without(connection):
    put(connection, FEVER, "a", 1)
    put(connection, "sealed_entrance", "b", 2)
    first, second = due(connection, 10)
    deliveries.later(connection, msgspec.structs.replace(first, tried_ms=7), 20, "HTTP 500")
    deliveries.refused(connection, second, 8, "resolved")
    assert queued.tries(connection, "phone", 0) == [7]
