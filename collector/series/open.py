from importlib import import_module
from pathlib import Path
from typing import Protocol

from collector.series.store import Series
from kadian.errors import KadianError

NOT_BACK_ENDS = {"__init__", "open", "steps", "store", "tally"}


class SeriesSettings(Protocol):
    """The `[series]` section: the name of the back-end, and what that back-end needs."""

    @property
    def backend(self) -> str:
        """The name of a file in this folder."""

    @property
    def path(self) -> str | None:
        """Where the numbers are kept, if not beside the ledger."""


def back_ends() -> list[str]:
    """The names that `[series] backend` may have: the files of this folder."""
    return sorted(file.stem for file in Path(__file__).parent.glob("*.py") if file.stem not in NOT_BACK_ENDS)


def open_series(settings: SeriesSettings, ledger_url: str) -> Series:
    """The series store that the configuration names, opened.

    Args:
        settings: the `[series]` section.
        ledger_url: where the ledger is; the embedded store stands beside it.

    Raises:
        KadianError: K0350, there is no such back-end; and what that back-end raises.
    """
    known = back_ends()
    if settings.backend not in known:
        raise KadianError("K0350", "[series] backend", backend=settings.backend, known=", ".join(known))
    store: Series = import_module(f"collector.series.{settings.backend}").open_store(settings, ledger_url)
    return store
