"""What a person is told when PostgreSQL is not as the ledger needs it."""

import time

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from collector.ledger import Ledger, screenings
from collector.ledger.failures import failure
from kadian.errors import KadianError
from kadian.settings import Secret


def refused(url, password=None):
    with pytest.raises(KadianError) as caught:
        Ledger.open(url, password)
    assert "geheim" not in caught.value.lines()
    return caught.value.code


def test_a_server_that_is_away_is_said_within_seconds(free_port):
    begun = time.monotonic()
    assert refused(f"postgresql://office:geheim@127.0.0.1:{free_port()}/kadian") == "K0340"
    assert time.monotonic() - begun < 5


def test_a_wrong_password_and_none_are_said(postgres):
    url = postgres.url().replace(":geheim@", "@")
    assert refused(url, Secret("falsch")) == "K0341"
    assert refused(url) == "K0341"


def test_a_password_may_be_kept_apart_from_the_address(empty_postgres_ledger):
    url = empty_postgres_ledger()
    ledger = Ledger.open(url.replace(":geheim@", "@"), Secret("geheim"))
    assert "geheim" not in ledger.place
    ledger.probe()
    ledger.close()


def test_a_database_that_there_is_not_is_said(postgres):
    assert refused(postgres.url("nowhere")) == "K0342"


def test_a_standby_that_only_reads_is_said(postgres):
    url = postgres.url(postgres.database(), options="-c%20default_transaction_read_only=on")
    assert refused(url) == "K0343"


def test_a_server_without_connections_left_and_missing_rights_are_said(postgres):
    name = postgres.database()
    postgres.ask("CREATE ROLE guest LOGIN PASSWORD 'geheim' CONNECTION LIMIT 0")
    url = postgres.url(name).replace("office:", "guest:")
    assert refused(url) == "K0345"
    postgres.ask("ALTER ROLE guest CONNECTION LIMIT -1")
    assert refused(url) == "K0346"


def test_a_server_that_does_not_wait_for_its_disk_is_refused(postgres):
    url = postgres.url(postgres.database())
    for name in ("fsync", "full_page_writes"):
        postgres.ask(f"ALTER SYSTEM SET {name} = off")
        postgres.ask("SELECT pg_reload_conf()")
        time.sleep(0.3)
        try:
            assert refused(url) == "K0347"
        finally:
            postgres.ask(f"ALTER SYSTEM RESET {name}")
            postgres.ask("SELECT pg_reload_conf()")
            time.sleep(0.3)


def test_a_commit_waits_for_the_disk_even_where_the_database_says_otherwise(postgres):
    name = postgres.database()
    postgres.ask(f"ALTER DATABASE {name} SET synchronous_commit = off")
    ledger = Ledger.open(postgres.url(name))
    with ledger.begin() as connection:
        assert connection.scalar(text("SHOW synchronous_commit")) == "on"
    ledger.close()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (psycopg.errors.DiskFull("could not extend file"), "K0344"),
        (psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"), "K0304"),
        (psycopg.errors.AdminShutdown("terminating connection"), "K0340"),
        (psycopg.errors.DataCorrupted("invalid page"), "K0303"),
        (psycopg.errors.SyntaxError("at or near"), "K0305"),
        (psycopg.OperationalError('FATAL:  用户 "office" Password 认证失败'), "K0341"),
        (psycopg.OperationalError("FATAL:  the database system is starting up"), "K0340"),
    ],
)
def test_conditions_become_sentences(error, code):
    assert failure(OperationalError("INSERT", {}, error), "db").code == code


def test_a_ledger_goes_on_by_itself_after_its_connections_were_cut(empty_postgres_ledger, postgres, screening):
    url = empty_postgres_ledger()
    ledger = Ledger.open(url)
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kadian' "
        f"AND datname = '{url.rpartition('/')[2]}'"
    )
    with pytest.raises(SQLAlchemyError), ledger.begin() as connection:
        screenings.store(connection, "e01", [screening(1)], 1)
        postgres.ask(cut)
    with ledger.begin() as connection:
        assert screenings.store(connection, "e01", [screening(1)], 1) == 1
    postgres.ask(cut)
    with ledger.read() as connection:
        assert screenings.last_position(connection) > 0
    ledger.close()
