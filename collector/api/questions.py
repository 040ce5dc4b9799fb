"""The parameters that several calls share."""

from typing import Annotated

from fastapi import Path, Query

NAME = r"^[a-z0-9-]{1,32}$"
NO_NUL = r"^[^\x00]*$"
"""PostgreSQL takes no NUL in a text."""
GateName = Query(pattern=NAME, description="of this gate alone")
GateInPath = Annotated[str, Path(pattern=NAME, description="the gate's name")]
Limit = Annotated[int, Query(ge=1, le=1000, description="how many at most")]
Cursor = Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before")]
