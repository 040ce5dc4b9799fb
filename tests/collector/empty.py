"""A new ledger's schema, as the migrations leave it: they run once, and what they made is said to each new file."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from collector.ledger import Ledger, schema

real = schema.upgrade


def said_by_migrations(folder: Path) -> list[str]:
    """The statements that make an empty SQLite ledger what the migrations make it."""
    file = folder / "migrated.db"
    Ledger.open(f"sqlite:///{file}").close()
    database = sqlite3.connect(file)
    made = database.execute("SELECT sql FROM sqlite_master WHERE sql > '' AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
    statements = [statement for (statement,) in made]
    for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        rows = database.execute(f"SELECT * FROM {table}")
        statements.extend(f"INSERT INTO {table} VALUES ({', '.join(map(repr, row))})" for row in rows)
    database.close()
    return statements


def upgrade_by(statements: list[str]) -> Any:
    """Does what `schema.upgrade` does: in an empty SQLite file in a fraction of the time, elsewhere by itself."""

    def upgrade(connection: Connection, place: str) -> None:
        new = (
            connection.dialect.name == "sqlite"
            and not connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        )
        if not new:
            real(connection, place)
            return
        for statement in statements:
            connection.exec_driver_sql(statement)

    return upgrade
