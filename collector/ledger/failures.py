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

# PostgreSQL's conditions ("PostgreSQL Error Codes", appendix A of its manual), whole or by class.
_STATES = (
    ("53100", "K0344"),
    ("53300", "K0345"),
    ("53", "K0344"),
    ("25006", "K0343"),
    ("28", "K0341"),
    ("3D000", "K0342"),
    ("42501", "K0346"),
    ("55P03", "K0304"),
    ("08", "K0340"),
    ("57P", "K0340"),
    ("25P03", "K0340"),
    ("58", "K0344"),
    ("XX001", "K0303"),
    ("XX002", "K0303"),
)

# A refused connection has no condition that libpq hands on, only words in the server's language: English, Chinese.
_REFUSALS = (
    ("too many ", "K0345"),
    ("太多的", "K0345"),
    ("remaining connection slots", "K0345"),
    ("password", "K0341"),
    ("认证失败", "K0341"),
    ("pg_hba.conf", "K0341"),
    ("role ", "K0341"),
    ("角色", "K0341"),
    ("session is read-only", "K0343"),
    ("no space left", "K0344"),
    ("database ", "K0342"),
    ("数据库 ", "K0342"),
)
_NOT_A_REFUSAL = ("database system is", "数据库系统", "server closed", "could not connect")


def is_of_the_data(error: Exception) -> bool:
    """Whether a failed write would fail again for ever, since the values themselves are to blame."""
    if isinstance(error, DatabaseError):
        return isinstance(error, IntegrityError | DataError | NotSupportedError)
    return isinstance(error, ValueError | TypeError | OverflowError)


def failure(error: Exception, where: str) -> KadianError:
    """The sentence for an error of the database.

    SQLite: K0301 disk full or failing, K0302 not to be opened or written, K0303 damaged, K0304 locked by another
    program. PostgreSQL: K0340 away, K0341 account refused, K0342 no such database, K0343 a standby that only reads,
    K0344 its disk full or failing, K0345 out of connections, K0346 rights missing, and K0304. K0305 anything else, in
    the database's own words; K0330 when it is no error of the database at all.
    """
    if not isinstance(error, SQLAlchemyError | OSError):
        return KadianError("K0330", where, why=f"{type(error).__name__}: {error}")
    orig = getattr(error, "orig", None)
    why = str(orig or error).strip()
    if orig is not None and hasattr(orig, "sqlstate"):
        return KadianError(_of_postgres(orig.sqlstate, why), where, why=why.partition("\n")[0])
    for words, code in _WORDS:
        if words in why.lower():
            return KadianError(code, where, why=why)
    if isinstance(error, OSError):
        return KadianError("K0302", where, why=error.strerror or why)
    return KadianError("K0305", where, why=why)


def _of_postgres(state: str | None, why: str) -> str:
    if state:
        return next((code for begin, code in _STATES if state.startswith(begin)), "K0305")
    said = why.lower()
    _, fatal, reason = said.partition("fatal:")
    if not any(words in said for words in _NOT_A_REFUSAL):
        for words, code in _REFUSALS:
            if words in (reason if fatal else said):
                return code
    return "K0340"
