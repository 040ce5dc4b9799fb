"""A migration that fails, or is killed, half way leaves the ledger as it was."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import alembic.command
import alembic.op
import pytest
from sqlalchemy import inspect

from collector.ledger import Ledger, aside
from kadian.errors import KadianError


@pytest.fixture(autouse=True)
def new_ledgers():
    """As the migrations make them."""


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request, tmp_path):
    """Of a database in which nothing is yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new.db"
    server = request.getfixturevalue("postgres")
    return server.url(server.database())


@pytest.fixture
def older_url(new_url, monkeypatch):
    """Of a ledger as an office made it before the last migration, with something in it."""
    real = alembic.command.upgrade
    monkeypatch.setattr(alembic.command, "upgrade", lambda config, _head: real(config, "0008"))
    ledger = Ledger.open(new_url)
    with ledger.begin() as connection:
        connection.exec_driver_sql("INSERT INTO series_aside VALUES ('influxdb', 7, 'e01', 1, 'bad', 2)")
    ledger.close()
    monkeypatch.undo()
    return new_url


def columns(ledger):
    return {column["name"] for column in inspect(ledger._engine).get_columns("series_aside")}


def test_what_was_set_aside_before_is_one_screening_each(older_url):
    ledger = Ledger.open(older_url)
    with ledger.read() as connection:
        (one,) = aside.listing(connection, "influxdb", 10)
    assert (one.position, one.end, one.count) == (7, 7, 1)
    ledger.close()


def test_one_that_fails_half_way_changes_nothing_and_is_made_at_the_next_start(older_url, monkeypatch):
    real = alembic.op.add_column

    def full_disk(table, column, **more):
        if column.name == "count":
            raise KadianError("K0301", "here", why="database or disk is full")
        real(table, column, **more)

    monkeypatch.setattr(alembic.op, "add_column", full_disk)
    with pytest.raises(KadianError):
        Ledger.open(older_url)
    monkeypatch.setattr("collector.ledger.ledger.upgrade", lambda *_: None)
    ledger = Ledger.open(older_url)
    assert not columns(ledger) & {"last", "count"}
    ledger.close()
    monkeypatch.undo()
    ledger = Ledger.open(older_url)
    assert columns(ledger) >= {"last", "count"}
    ledger.close()


KILLED = """
import os, signal, sys
import alembic.op
from collector.ledger import Ledger
real = alembic.op.add_column
def killed(table, column, **more):
    if column.name == "count":
        os.kill(os.getpid(), signal.SIGKILL)
    real(table, column, **more)
alembic.op.add_column = killed
Ledger.open(sys.argv[1])
"""


def test_one_that_is_killed_half_way_changes_nothing_and_is_made_at_the_next_start(older_url):
    done = subprocess.run([sys.executable, "-c", KILLED, older_url], env=dict(os.environ, PYTHONPATH="."), check=False)
    assert done.returncode == -signal.SIGKILL
    ledger = Ledger.open(older_url)
    assert columns(ledger) >= {"last", "count"}
    with ledger.read() as connection:
        assert aside.count(connection, "influxdb") == 1
    ledger.close()


def test_the_tests_new_ledgers_are_what_the_migrations_make(tmp_path, upgrade, monkeypatch):
    Ledger.open(f"sqlite:///{tmp_path}/migrated.db").close()
    monkeypatch.setattr("collector.ledger.ledger.upgrade", upgrade)
    Ledger.open(f"sqlite:///{tmp_path}/quick.db").close()
    dumps = []
    for name in ("migrated.db", "quick.db"):
        with closing(sqlite3.connect(tmp_path / name)) as database:
            dumps.append(list(database.iterdump()))
    assert len(dumps[0]) > 40
    assert dumps[0] == dumps[1]
