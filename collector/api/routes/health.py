from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from collector.api.office import OfficeHere
from collector.api.problems import Failed, Problem

router = APIRouter(tags=["office"])


class Healthy(BaseModel):
    """The office can take and store a screening."""

    state: Literal["ok"]
    version: str


@router.get("/healthz", responses={503: {"model": Problem, "description": "It cannot; `detail` says why."}})
def healthy(office: OfficeHere) -> Healthy:
    """Whether the office can take and store a screening."""
    if reasons := office.health():
        raise Failed(503, "; ".join(reasons))
    return Healthy(state="ok", version=office.version)
