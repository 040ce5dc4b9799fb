"""From MQTT to the ledger: what has arrived, in one commit; then a receipt; then the acknowledgement."""

from collector.ingest.counters import Counters
from collector.ingest.ingest import Ingest

__all__ = ["Counters", "Ingest"]
