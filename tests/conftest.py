"""What all tests share: the real parts, and what happens when one is missing."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import settings

from kadian import programs
from tests.postgres import Server
from tests.postgres import programs as postgres_programs
from tests.system.site import Site

os.environ.setdefault("KADIAN_LOG", "warning")
settings.register_profile("here", deadline=None, max_examples=60)
settings.load_profile("here")


@pytest.fixture(scope="session")
def need():
    """`need("mosquitto")` gives the program's path; without it the test is skipped, or fails under CI=true."""

    def find(program, package=None):
        path = programs.find(program)
        if path:
            return path
        return _missing(program, package or program)

    return find


def _missing(program, package):
    sentence = f"{program} is not installed here (apt-get install {package}), so this test cannot run"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    return pytest.skip(sentence)


@pytest.fixture(scope="session")
def free_port():
    """Gives port numbers that nobody listens on, none twice."""
    given = set()

    def take():
        while True:
            with socket.create_server(("127.0.0.1", 0)) as server:
                port = server.getsockname()[1]
            if port not in given:
                given.add(port)
                return port

    return take


@pytest.fixture
def site(tmp_path, need, free_port):
    """`site(channel=…)` makes a site in real processes; whatever was started ends with the test."""
    made = []

    def make(**more):
        made.append(Site(tmp_path, need("mosquitto"), free_port, **more))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture(scope="session")
def shared():
    """The folder of real inputs beside the repository; a test that reads it is skipped where it is absent."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real inputs (../shared/data) are not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def make_postgres(free_port):
    """`make_postgres()` starts another PostgreSQL; all end with the tests."""
    made = []

    def make():
        found = postgres_programs()
        if found is None:
            _missing("postgres", "postgresql")
        made.append(Server(found, free_port()))
        return made[-1]

    yield make
    for server in made:
        server.remove()


@pytest.fixture(scope="session")
def postgres(make_postgres):
    """One PostgreSQL for all tests that make databases of their own in it."""
    return make_postgres()


@pytest.fixture(scope="session")
def empty_postgres_ledger(postgres):
    """Gives the address of one ledger, emptied each time: a new database takes a hundred times as long."""
    from sqlalchemy import text

    from collector.ledger import Ledger
    from collector.ledger.tables import metadata

    url = postgres.url(postgres.database())
    ledger = Ledger.open(url)

    def empty():
        with ledger.begin() as connection:
            for table in metadata.tables.values():
                connection.execute(table.delete())
            sequences = connection.execute(text("SELECT sequencename FROM pg_sequences")).scalars().all()
            for name in sequences:
                connection.execute(text(f"SELECT setval('{name}', 1, false)"))
        return url

    yield empty
    ledger.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request, tmp_path):
    """The address of a new ledger: the test runs on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/office/kadian.db"
    return request.getfixturevalue("empty_postgres_ledger")()
