import pytest

from collector import keeper
from collector.ledger import Ledger
from tests.collector.empty import said_by_migrations, upgrade_by


@pytest.fixture(scope="session")
def upgrade(tmp_path_factory):
    """`schema.upgrade` for tests that open many a new ledger, and are not about how its schema came to be."""
    return upgrade_by(said_by_migrations(tmp_path_factory.mktemp("migrated")))


@pytest.fixture(autouse=True)
def new_ledgers(upgrade, monkeypatch):
    """New SQLite ledgers have their schema at once; modules about the migrations put their own in its place."""
    monkeypatch.setattr("collector.ledger.ledger.upgrade", upgrade)


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    """A ledger, and keepers that make no pauses."""
    monkeypatch.setattr(keeper, "PAUSE", 0.0)
    monkeypatch.setattr(keeper, "SHARE", 0)
    ledger = Ledger.open(f"sqlite:///{tmp_path}/kadian.db")
    yield ledger
    ledger.close()
