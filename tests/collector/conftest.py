import pytest

from collector import keeper
from collector.ledger import Ledger


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    """A ledger, and keepers that make no pauses."""
    monkeypatch.setattr(keeper, "PAUSE", 0.0)
    monkeypatch.setattr(keeper, "SHARE", 0)
    ledger = Ledger.open(f"sqlite:///{tmp_path}/kadian.db")
    yield ledger
    ledger.close()
