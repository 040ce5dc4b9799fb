"""The limit that a temperature stands under: the same for the gate that judges and for the office that judges again."""

from collections.abc import Mapping
from typing import Protocol

from kadian.messages.policy import SiteLimits
from kadian.messages.screening import Temperature


class Limits(Protocol):
    """Limits in °C, general and by site of measurement."""

    @property
    def fever_celsius(self) -> float:
        """For `body_estimate` and `contact`."""

    @property
    def surface_fever_celsius(self) -> float | None:
        """For a bare surface where the thermometer is meant to look."""

    @property
    def site(self) -> str:
        """Where it is meant to look."""

    @property
    def sites(self) -> Mapping[str, SiteLimits]:
        """Those of other sites."""


def limit(temperature: Temperature, limits: Limits) -> float | None:
    """The limit in °C for this kind of value at this site; None: there is none, so it is no result.

    A limit for surfaces is made for one site, so it holds for no other.
    """
    own = limits.sites.get(temperature.site) if temperature.site else None
    if temperature.kind in {"body_estimate", "contact"}:
        return own.fever_celsius if own else limits.fever_celsius
    if temperature.kind == "surface":
        if own:
            return own.surface_fever_celsius
        return limits.surface_fever_celsius if temperature.site in {None, limits.site} else None
    return None
