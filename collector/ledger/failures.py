"""What a database's error means for a person. Pure."""

from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, NotSupportedError, SQLAlchemyError

from kadian.errors import KadianError

# SQLite's own words (sqlite3ErrStr in its main.c), and the code of the sentence that says what to do.
_WORDS = (
    ("database or disk is full", "K0301"),
    ("disk i/o error", "K0301"),
    ("unable to open database file", "K0302"),
    ("readonly database", "K0302"),
    ("file is not a database", "K0303"),
    ("database disk image is malformed", "K0303"),
    ("malformed database schema", "K0303"),
    ("database is locked", "K0304"),
    ("database table is locked", "K0304"),
)


def is_of_the_data(error: Exception) -> bool:
    """Whether a failed write would fail again for ever, since the values themselves are to blame."""
    if isinstance(error, DatabaseError):
        return isinstance(error, IntegrityError | DataError | NotSupportedError)
    return isinstance(error, ValueError | TypeError | OverflowError)


def failure(error: Exception, where: str) -> KadianError:
    """The sentence for an error of the database.

    K0301 disk full or failing, K0302 not to be opened or written, K0303 damaged, K0304 locked by another program,
    K0305 anything else, in the database's own words; K0330 when it is no error of the database at all.
    """
    if not isinstance(error, SQLAlchemyError | OSError):
        return KadianError("K0330", where, why=f"{type(error).__name__}: {error}")
    why = str(getattr(error, "orig", None) or error)
    for words, code in _WORDS:
        if words in why.lower():
            return KadianError(code, where, why=why)
    if isinstance(error, OSError):
        return KadianError("K0302", where, why=error.strerror or why)
    return KadianError("K0305", where, why=why)
