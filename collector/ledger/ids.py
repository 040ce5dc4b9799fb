"""How the ids of screenings are kept: 16 bytes, where their text would take 36 in the row and in its index."""

from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class Id16(TypeDecorator[UUID]):
    """A UUID: PostgreSQL's own type, and a BLOB of its 16 bytes in SQLite, which has none."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's type in the database at hand."""
        return dialect.type_descriptor(Uuid() if dialect.name == "postgresql" else LargeBinary(16))

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """What is written."""
        return value.bytes if value is not None and dialect.name != "postgresql" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """What is read."""
        return UUID(bytes=value) if value is not None and dialect.name != "postgresql" else value
