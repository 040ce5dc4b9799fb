"""The field types that several messages share, with their bounds."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from kadian.identifiers import EPOCH_PATTERN

Moment = Annotated[datetime, Meta(tz=True, description="ISO 8601 with an offset")]
Epoch = Annotated[str, Meta(pattern=EPOCH_PATTERN, description="one life of a gate's outbox")]
Seq = Annotated[int, Meta(ge=1, le=2**53 - 1, description="1, 2, 3 … within an epoch, without gaps")]
Celsius = Annotated[float, Meta(ge=-273.15, le=1000.0, description="degrees Celsius")]
Word = Annotated[str, Meta(min_length=1, max_length=64)]
Short = Annotated[str, Meta(max_length=200)]
