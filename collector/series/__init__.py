"""The series of numbers: charts by gate, refilled from the ledger whenever it is lost."""

from collector.series.charts import Charts
from collector.series.open import Stores, open_series
from collector.series.steps import steps_of
from collector.series.store import Bucket, Series

__all__ = ["Bucket", "Charts", "Series", "Stores", "open_series", "steps_of"]
