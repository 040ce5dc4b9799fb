"""The gate's verbs of the `kadian` command."""

import sys

# Where rich is installed structlog loads it for colourful tracebacks: 5 MB that no gate has a use for.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # None: not to be imported (the import system's own word)
