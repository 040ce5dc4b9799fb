"""The thermometer's side of the gate: a link, a plateau, and readings."""

import math
import threading
import time
from collections.abc import Callable

from msgspec.structs import replace

from agent import settings
from agent.acts import Stage
from agent.thermometer.catalogue import find
from agent.thermometer.link import Link, LinkState
from agent.thermometer.plateau import Measured, Plateau
from agent.thermometer.sample import Sample
from kadian.messages import Temperature, ThermometerHealth


class Touch:
    """Readings of one thermometer.

    Args:
        fitted: which one, on which port.
        on_reading: called with each reading of a person and its moment (monotonic seconds).
        on_stage: called whenever something else is waited for.
        monotonic: the clock, in seconds.

    Raises:
        KadianError: K0210, K0211 there is no such driver.
    """

    def __init__(
        self,
        fitted: settings.Thermometer,
        on_reading: Callable[[Measured, float], None],
        on_stage: Callable[[Stage, float], None] = lambda _stage, _at: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.driver = find(fitted.driver, fitted.options)
        self._plateau = Plateau(self.driver.kind, self.driver.conversion, finished=math.isinf(self.driver.pause))
        self._on_reading = on_reading
        self._on_stage = on_stage
        self._monotonic = monotonic
        self._stage: Stage = "warming_up"
        self._ambient: float | None = None
        self._link = Link(fitted.port, self.driver, self._sample, self._changed, monotonic=monotonic, baud=fitted.baud)

    def run(self, stop: threading.Event) -> None:
        """Reads until stopped."""
        self._link.run(stop)

    @property
    def state(self) -> LinkState:
        """`ok`, `silent` or `lost`."""
        return self._link.state

    @property
    def stuck(self) -> bool:
        """Whether the device repeats itself: what it says is stale."""
        return self._link.stuck

    def health(self) -> ThermometerHealth:
        """For the telemetry."""
        counts = self._link.counts
        return ThermometerHealth(
            state=self._link.state,
            driver=self.driver.name,
            frames=counts.good,
            bad_frames=counts.bad,
            ambient=self._ambient,
            stuck=self.stuck,
        )

    def _changed(self, state: LinkState) -> None:
        if state != "ok":
            self._show("warming_up", self._monotonic())

    def _show(self, stage: Stage, at: float) -> None:
        if stage != self._stage:
            self._stage = stage
            self._on_stage(stage, at)

    def _sample(self, sample: Sample, at: float) -> None:
        self._ambient = sample.ambient
        measured = self._plateau.feed(sample, at)
        self._show(self._plateau.stage, at)
        if measured is not None:
            # A device that has frozen goes on saying what the last person had.
            self._on_reading(replace(measured, quality="stale") if self.stuck else measured, at)


def temperature(measured: Measured, site: str, device: str) -> Temperature:
    """A reading in the contract's words.

    Args:
        measured: the reading.
        site: where on the body the policy has it taken.
        device: the driver's name.
    """
    return Temperature(
        celsius=measured.celsius,
        kind=measured.kind,
        site=site,
        surface=measured.surface,
        ambient=measured.ambient,
        conversion=measured.conversion,
        samples=measured.samples,
        spread=measured.spread,
        device=device,
        quality=measured.quality,
    )
