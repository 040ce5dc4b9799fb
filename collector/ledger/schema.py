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
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    present = MigrationContext.configure(connection).get_current_heads()
    strange = sorted(set(present) - known)
    if strange:
        raise KadianError("K0306", place, found=", ".join(strange), newest=", ".join(scripts.get_heads()))
    if set(present) != set(scripts.get_heads()):
        from alembic import command

        config.attributes["connection"] = connection
        command.upgrade(config, "head")
