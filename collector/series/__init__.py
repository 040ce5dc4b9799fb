"""The series of numbers: charts by gate, refilled from the ledger whenever it is lost."""

from collector.series.open import open_series
from collector.series.steps import step_of
from collector.series.store import Bucket, Series

__all__ = ["Bucket", "Series", "open_series", "step_of"]
