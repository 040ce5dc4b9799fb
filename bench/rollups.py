"""Roll-ups of a ledger that was not fed by gates: those that the series' own code would have made."""

from pathlib import Path


def fill(file: Path) -> None:
    """Count every screening into the roll-ups."""
