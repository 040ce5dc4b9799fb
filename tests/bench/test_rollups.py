"""Ledgers that are generated for measurements are as gates would have filled them."""

import shutil

import pytest

from bench import ledgers, rollups
from collector.ledger import Ledger
from collector.ledger.series_tables import fresh_minutes, tallies
from collector.ledger.series_tables import rollups as folded


@pytest.mark.parametrize("gates", [3, 70])
def test_whole_days_counted_by_the_database_are_what_the_series_counts(tmp_path, gates):
    by_database, by_series = tmp_path / "a.db", tmp_path / "b.db"
    ledgers.make(by_database, 6_000, gates)
    shutil.copy(by_database, by_series)
    last = rollups._last_of_whole_days(by_database)
    assert last > 4_000
    rollups.count_whole_days(by_database, last)
    found = []
    for file in (by_database, by_series):
        rollups.rest(file)
        ledger = Ledger.open(f"sqlite:///{file}")
        with ledger.read() as connection:
            found.append([sorted(map(tuple, connection.execute(table.select()))) for table in (folded, tallies)])
            found[-1].append(sorted(map(tuple, connection.execute(fresh_minutes.select()))))
        ledger.close()
    assert found[0] == found[1]
    assert len(found[0][0]) > 1_000
