"""Readings as far as they are about a fever."""

from uuid import UUID

import msgspec
from sqlalchemy import Connection, Executable

from collector.ledger.tables import screenings


class Reading(msgspec.Struct, frozen=True):
    """One screening as far as it is about a fever: °C, milliseconds since 1970; `reasons` is the JSON of the words."""

    position: int
    id: UUID
    gate: str
    at: str
    at_ms: int
    received_ms: int
    celsius: float | None
    kind: str | None
    verdict: str
    reasons: str
    remeasure_of: UUID | None

    @property
    def is_told(self) -> bool:
        """Whether its gate called it high, so that a list of fevers has it."""
        return self.verdict != "pass" and (self.says("temperature_high") or self.says("fever_confirmed"))

    @property
    def place(self) -> tuple[int, int]:
        """In order of the gate's own time; the ledger's order decides between equals."""
        return self.at_ms, self.position

    def says(self, word: str) -> bool:
        """Whether this is among the reasons."""
        return f'"{word}"' in self.reasons


COLUMNS = tuple(screenings.c[name] for name in Reading.__struct_fields__)


def read(connection: Connection, query: Executable) -> list[Reading]:
    """The readings of a query for `COLUMNS`."""
    return [Reading(*row) for row in connection.execute(query)]
