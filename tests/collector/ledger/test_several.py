"""Several collectors on one PostgreSQL: order, turns, leadership, the bell. Each is a ledger of its own."""

import threading
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from collector.ledger import Ledger, cursors, postgres, screenings
from collector.ledger.leadership import Sentry, open_leadership
from collector.ledger.postgres import LEADING
from kadian.errors import KadianError


@pytest.fixture
def two(empty_postgres_ledger):
    url = empty_postgres_ledger()
    ledgers = Ledger.open(url), Ledger.open(url)
    yield ledgers
    for ledger in ledgers:
        ledger.close()


@pytest.fixture
def sentries(two):
    """One for each of the two ledgers, not started; each stops at the end."""
    made = [Sentry(ledger) for ledger in two]
    yield made
    for sentry in made:
        sentry.stop()


def eventually(condition, seconds=15):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


def follow_while_two_write(two, screening):
    """Reads up to where it can while one write is under way and another wants to; what it has seen in the end."""
    slow, quick = two

    def write():
        with quick.begin() as connection:
            screenings.store(connection, "e02", [screening(1)], 1)

    other = threading.Thread(target=write)
    seen, position = [], 0
    with slow.begin() as connection:
        screenings.store(connection, "e01", [screening(1)], 1)
        other.start()
        other.join(0.5)
        with quick.read() as reading:
            seen += screenings.after(reading, position, 100)
        position = max((one.position for one in seen), default=0)
    other.join()
    with quick.read() as reading:
        seen += screenings.after(reading, position, 100)
    return [one.gate for one in seen]


def test_a_follower_steps_over_no_row_that_another_collector_commits_later(two, screening):
    assert follow_while_two_write(two, screening) == ["e01", "e02"]


def test_without_taking_turns_it_would(two, screening, monkeypatch):
    monkeypatch.setattr(postgres, "TAKE_TURNS", "SELECT 1")
    assert follow_while_two_write(two, screening) == ["e02"]


def test_ranges_and_receipts_stay_whole_when_two_collectors_store_one_gates_backlog(two, screening):
    from collector.ledger import runs

    def store(ledger, numbers):
        for seq in numbers:
            with ledger.begin() as connection:
                screenings.store(connection, "e01", [screening(seq)], 1)

    threads = [
        threading.Thread(target=store, args=(ledger, range(1 + begin, 61, 2))) for begin, ledger in enumerate(two)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with two[0].read() as connection:
        assert runs.receipt(connection, "e01", "e1").through == 60
        assert connection.execute(text("SELECT first, last FROM runs")).all() == [(1, 60)]


def test_three_that_start_at_once_make_the_tables_once(postgres):
    url = postgres.url(postgres.database())
    opened, failed = [], []

    def start():
        try:
            opened.append(Ledger.open(url))
        except (KadianError, SQLAlchemyError) as error:
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(opened) == 3
    for ledger in opened:
        ledger.close()


def test_a_writer_that_hangs_is_put_out_and_the_others_go_on(empty_postgres_ledger, screening, monkeypatch):
    monkeypatch.setitem(postgres.SETTINGS, "idle_in_transaction_session_timeout", "500ms")
    url = empty_postgres_ledger()
    hung, well = Ledger.open(url), Ledger.open(url)
    with pytest.raises(SQLAlchemyError), hung.begin() as connection:
        screenings.store(connection, "e01", [screening(1)], 1)
        with well.begin() as other:
            assert screenings.store(other, "e02", [screening(1)], 1) == 1
    with well.read() as connection:
        assert [one.gate for one in screenings.after(connection, 0, 9)] == ["e02"]
    hung.close()
    well.close()


def test_one_leads_and_the_other_takes_over_when_it_stops_or_loses_the_database(two, sentries, postgres):
    first, second = sentries
    first.start()
    assert eventually(first.leads)
    second.start()
    time.sleep(0.3)
    assert not second.leads()
    leading = f"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = {LEADING} AND granted"
    postgres.ask(f"SELECT pg_terminate_backend(pid) FROM ({leading}) leader")
    assert eventually(lambda: first.leads() != second.leads(), 5)
    leader, other = (first, second) if first.leads() else (second, first)
    leader.stop()
    assert not leader.leads()
    assert eventually(other.leads, 5)


def test_a_commit_of_one_collector_rings_the_bell_of_the_other_within_a_tenth_of_a_second(two, sentries, screening):
    for sentry in sentries:
        sentry.start()
    assert eventually(lambda: any(sentry.leads() for sentry in sentries))
    time.sleep(0.3)
    rung = threading.Event()
    # Both ledgers live in one process here, so the second must not take the first's word for its own.
    two[1].changed.listen(rung.set)
    with two[0]._engine.connect() as connection, connection.begin():
        connection.execute(text(f"SELECT pg_notify('{postgres.BELL}', 'another')"))
        begun = time.monotonic()
    assert rung.wait(2)
    assert time.monotonic() - begun < 0.5


def test_a_cursor_moves_only_from_where_it_was_read(two):
    first, second = two
    with first.begin() as connection:
        assert cursors.move(connection, "rules", 0, 7)
    with second.begin() as connection:
        assert not cursors.move(connection, "rules", 0, 5)
        assert not cursors.move(connection, "rules", 6, 9)
        assert cursors.move(connection, "rules", 7, 9)


def test_the_office_of_a_sqlite_file_leads(tmp_path):
    ledger = Ledger.open(f"sqlite:///{tmp_path}/kadian.db")
    assert open_leadership(ledger).leads()
    assert ledger.leads()
    ledger.close()


def test_a_write_waits_for_no_reader_however_many_slow_questions_are_asked(two):
    ledger = two[0]

    def ask():
        with ledger.read() as connection:
            connection.execute(text("SELECT pg_sleep(1)"))

    readers = [threading.Thread(target=ask) for _ in range(postgres.CONNECTIONS + 4)]
    for reader in readers:
        reader.start()
    time.sleep(0.3)
    begun = time.monotonic()
    with ledger.begin() as connection:
        cursors.put(connection, "x", 1)
    assert time.monotonic() - begun < 0.5
    for reader in readers:
        reader.join()


def test_a_block_that_fails_leaves_no_connection_out(two):
    ledger = two[0]
    for _ in range(2 * postgres.CONNECTIONS):
        with pytest.raises(SQLAlchemyError), ledger.read() as connection:
            connection.execute(text("SELECT 1 / 0"))
        with pytest.raises(KeyError), ledger.begin():
            raise KeyError
    assert ledger._engine.pool.checkedout() == 0
    with ledger.begin() as connection:
        cursors.put(connection, "x", 1)


def test_a_sentry_that_meets_what_nobody_foresaw_lets_the_lead_go_and_stands_again(two, sentries, monkeypatch):
    first, second = sentries
    first.start()
    assert eventually(first.leads)
    ask, raised = Sentry._ask, threading.Event()

    def once(sentry, session):
        if sentry is first and not raised.is_set():
            raised.set()
            raise ValueError("strange")
        ask(sentry, session)

    monkeypatch.setattr(Sentry, "_ask", once)
    second.start()
    assert eventually(lambda: raised.is_set() and not first.leads(), 5)
    assert eventually(second.leads, 5), "the lead was not given away"
    second.stop()
    assert eventually(first.leads, 5), "the first does not stand any more"
