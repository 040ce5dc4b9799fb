import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.ledger import Ledger, epochs, runs, screenings, storing
from collector.ledger.insertion import insert_rows
from collector.ledger.lookup import Lookup
from collector.ledger.tables import runs as runs_table
from kadian.messages import Receipt


@pytest.mark.parametrize("many", [0, 1, 2, 3, 511, 512, 513, 1_500])
def test_any_number_of_rows_is_inserted_once_each_and_counted(ledger, many):
    rows = [(number, 1, 1) for number in range(many)]
    with ledger.begin() as connection:
        assert insert_rows(connection, runs_table, runs.COLUMNS, rows) == many
        assert insert_rows(connection, runs_table, runs.COLUMNS, [*rows, (9_999, 1, 1)]) == 1
        assert insert_rows(connection, runs_table, runs.COLUMNS, rows[:7], renew=("last",)) == min(many, 7)


def test_columns_in_another_order_are_refused(ledger):
    with ledger.begin() as connection, pytest.raises(ValueError, match="order"):
        insert_rows(connection, runs_table, ("first", "life", "last"), [(1, 1, 1)])


def test_a_commit_takes_its_turn_beside_threads_that_compute(ledger, screening):
    """One row a step took 3 ms a row here; a batch in few steps is done within a second on any machine."""
    batch = [screening(seq) for seq in range(1, 1_001)]
    ended = threading.Event()

    def compute():
        while not ended.is_set():
            sum(range(500))

    thread = threading.Thread(target=compute)
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.005)
    thread.start()
    try:
        begun = time.monotonic()
        with ledger.begin() as connection:
            assert screenings.store(connection, "e01", batch, 1) == 1_000
        assert time.monotonic() - begun < 1.5
    finally:
        ended.set()
        thread.join()
        sys.setswitchinterval(before)


def test_a_lookup_goes_through_the_index(tmp_path):
    ledger = Ledger.open(f"sqlite:///{tmp_path}/kadian.db")
    asked = Lookup("epochs", ("gate", "epoch"), ("life",), order=("life",))
    with ledger.read() as connection:
        assert asked.rows(connection, []) == []
        texts = []
        connection.connection.driver_connection.set_trace_callback(texts.append)
        asked.rows(connection, [("e01", "a"), ("e02", "b"), ("e03", "c")])
        connection.connection.driver_connection.set_trace_callback(None)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {texts[-1]}").all()
    assert any("SEARCH epochs USING" in row[-1] and "(gate=? AND epoch=?)" in row[-1] for row in plan), plan
    ledger.close()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy")), max_size=8))
def test_a_life_keeps_its_number(tmp_path_factory, lives):
    ledger = Ledger.open(f"sqlite:///{tmp_path_factory.mktemp('lives')}/kadian.db")
    with ledger.begin() as connection:
        first = epochs.numbers(connection, set(lives), 1)
        assert set(first) == set(lives)
        assert len(set(first.values())) == len(first)
        assert epochs.numbers(connection, set(lives), 2) == first
    ledger.close()


def test_a_life_with_more_ranges_than_fit_into_memory_holds_no_other_up(ledger, screening):
    with ledger.begin() as connection:
        torn, whole = (epochs.seen(connection, gate, "e1", 1) for gate in ("e01", "e02"))
        insert_rows(
            connection, runs_table, runs.COLUMNS, [(torn, seq, seq) for seq in range(2, 2 * runs.MOST_RANGES + 4, 2)]
        )
        insert_rows(connection, runs_table, runs.COLUMNS, [(whole, 1, 9)])
        stored = storing.store(connection, [("e01", screening(1)), ("e02", screening(10))], 1)
        assert stored.receipts["e02", "e1"] == Receipt("e1", 10)
        assert stored.receipts["e01", "e1"] == runs.receipt(connection, "e01", "e1")
        assert stored.receipts["e01", "e1"].missing[0] == 3
