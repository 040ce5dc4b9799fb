"""The schema's versions: which one a ledger has, and the way to the newest."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from kadian.errors import KadianError

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, place: str) -> None:
    """Bring the schema to the newest version, inside the transaction at hand.

    Raises:
        KadianError: K0306 the schema comes from a newer kadian: this one would damage what it does not know.
    """
    config, scripts = _scripts()
    present = MigrationContext.configure(connection).get_current_heads()
    _refuse_newer(set(present), scripts, place)
    if set(present) != set(scripts.get_heads()):
        from alembic import command

        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check(version: str, place: str) -> None:
    """See whether this kadian knows a schema.

    Raises:
        KadianError: K0306 it does not.
    """
    _refuse_newer({version}, _scripts()[1], place)


def _scripts() -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config, ScriptDirectory.from_config(config)


def _refuse_newer(present: set[str], scripts: ScriptDirectory, place: str) -> None:
    strange = sorted(present - {script.revision for script in scripts.walk_revisions()})
    if strange:
        raise KadianError("K0306", place, found=", ".join(strange), newest=", ".join(scripts.get_heads()))
