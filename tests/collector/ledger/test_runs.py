from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.ledger import epochs, runs
from kadian.messages import Receipt

NUMBERS = st.one_of(st.integers(1, 40), st.integers(1, 40), st.sampled_from([10**15, 10**15 + 1, 2**53 - 1]))
BATCHES = st.lists(
    st.tuples(st.sampled_from(["e01", "e02"]), st.sampled_from(["a", "b"]), st.lists(NUMBERS, max_size=30)), max_size=12
)


def expected_receipt(epoch: str, held: set[int]) -> Receipt:
    """Written the slow way: the largest held number before which at most 500 are missing."""
    through, missing, lacking = 0, (), 0
    previous = 0
    for seq in sorted(held):
        lacking += seq - previous - 1
        if lacking > runs.MOST_MISSING:
            break
        missing += tuple(range(previous + 1, seq))
        through = previous = seq
    also = tuple(runs.ranges(seq for seq in held if seq > through))[-runs.MOST_ALSO :]
    return Receipt(epoch, through, missing, also)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=BATCHES)
def test_receipts_and_gaps_equal_those_of_a_plain_set(ledger, batches):
    held: dict[tuple[str, str], set[int]] = {}
    with ledger.read() as connection:  # a read is rolled back: each example begins empty
        for at, (gate, epoch, seqs) in enumerate(batches):
            runs.add(connection, epochs.seen(connection, gate, epoch, at), seqs)
            held.setdefault((gate, epoch), set()).update(seqs)
        newest = {}
        for (gate, epoch), seqs in held.items():
            assert runs.receipt(connection, gate, epoch) == expected_receipt(epoch, seqs)
            newest[gate] = seqs  # epochs enter `held` in the order in which they were first seen
        found = runs.gaps(connection)
    assert {gate: spread(found.get(gate, [])) for gate in newest} == {
        gate: {seq for seq in range(1, 42) if seq < max(seqs, default=0)} - seqs for gate, seqs in newest.items()
    }


def spread(ranges: list[tuple[int, int]]) -> set[int]:
    return {seq for first, last in ranges for seq in range(first, min(last, 41) + 1)}


def test_a_lonely_huge_number_is_one_run_and_no_receipt(ledger):
    with ledger.begin() as connection:
        runs.add(connection, epochs.seen(connection, "e01", "a", 1), [10**15])
    with ledger.read() as connection:
        assert runs.receipt(connection, "e01", "a") == Receipt("a", 0, (), ((10**15, 10**15),))
        assert runs.gaps(connection) == {"e01": [(1, 10**15 - 1)]}


def test_a_receipt_names_at_most_500_missing_numbers(ledger):
    with ledger.begin() as connection:
        runs.add(connection, epochs.seen(connection, "e01", "a", 1), range(1, 4_001, 2))
    with ledger.read() as connection:
        receipt = runs.receipt(connection, "e01", "a")
    assert receipt.missing == tuple(range(2, 1_002, 2))
    assert receipt.through == 1_001


def test_an_unknown_epoch_has_an_empty_receipt(ledger):
    with ledger.read() as connection:
        assert runs.receipt(connection, "e01", "zzz") == Receipt("zzz", 0)


def test_gaps_are_those_of_the_newest_epoch(ledger):
    with ledger.begin() as connection:
        for epoch, seqs, at in (("b", [1, 5], 10), ("a", [2, 3, 7], 20)):
            runs.add(connection, epochs.seen(connection, "e01", epoch, at), seqs)
        epochs.seen(connection, "e01", "b", 30)
    with ledger.read() as connection:
        assert runs.gaps(connection) == {"e01": [(1, 1), (4, 6)]}


def test_a_hole_that_nobody_can_fill_holds_nothing_back(ledger):
    with ledger.begin() as connection:
        runs.add(connection, epochs.seen(connection, "e01", "a", 1), range(100_001, 100_501))
        receipt = runs.receipt(connection, "e01", "a")
    assert receipt.through == 0
    assert receipt.also == ((100_001, 100_500),)
    assert receipt.covers(100_001)
    assert not receipt.covers(100_501)


def test_a_receipt_names_the_newest_hundred_ranges(ledger):
    with ledger.begin() as connection:
        runs.add(connection, epochs.seen(connection, "e01", "a", 1), range(1_000, 1_000_000, 1_000))
        receipt = runs.receipt(connection, "e01", "a")
    assert receipt.also[-1] == (999_000, 999_000)
    assert len(receipt.also) == 100
