"""One screening: what was measured and shown at a gate, and what the gate decided."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from kadian.messages.fields import Celsius, Epoch, Moment, Seq, Short, Word

ClockState = Literal["synced", "estimated", "unsynced"]
TemperatureKind = Literal["surface", "body_estimate", "contact", "ambient"]
Quality = Literal["ok", "cold", "hot", "moving", "stale"]
Verdict = Literal["pass", "recheck", "stop", "none"]
Colour = Literal["green", "amber", "red", "unknown"]
MOST_MEMBERS = 12
"""People on one household card."""


class Temperature(Struct, frozen=True, omit_defaults=True, gc=False):
    """One temperature, in °C. The raw surface and the ambient value stand beside every estimate.

    `celsius` is what the device or the named `conversion` gave, never smoothed towards the normal. `samples` says of
    how many frames it is the median, `spread` the difference between the highest and the lowest of them.
    """

    celsius: Celsius
    kind: TemperatureKind
    site: Word | None = None
    surface: Celsius | None = None
    ambient: Celsius | None = None
    conversion: Word | None = None
    samples: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    spread: Annotated[float, Meta(ge=0, le=1000)] | None = None
    device: Word | None = None
    quality: Quality = "ok"


class Code(Struct, frozen=True, omit_defaults=True, gc=False):
    """One code that was shown: its format, status and a keyed hash of its holder; never its text.

    `household`: of how many people the card is. Until `member` (1, 2, 3 …) says who of them stands here, `holder` is
    the household's and names no person; then it is the member's own. `old_list`: the list that it was judged by is
    older than the policy allows. `shown_again`: a health code that was shown here minutes ago already,
    and has not changed as a live one does; a hint and no proof.
    """

    format: Word
    status: Word
    holder: Annotated[str, Meta(min_length=1, max_length=128)] | None = None
    colour: Colour | None = None
    expires: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d(T\S{1,30})?$(?!\n)")] | None = None
    household: Annotated[int, Meta(ge=2, le=MOST_MEMBERS)] | None = None
    member: Annotated[int, Meta(ge=1, le=MOST_MEMBERS)] | None = None
    old_list: bool = False
    shown_again: bool = False

    @property
    def person(self) -> str | None:
        """The holder as far as it is one person: None for a household of which nobody was picked."""
        return None if self.household and not self.member else self.holder


class Screening(Struct, frozen=True, omit_defaults=True, gc=False):
    """One person at one gate. (`gate`, `epoch`, `seq`) and `id` each name it for ever.

    `operator` is who was signed on when it was captured; `unattended` says that nobody was, at a gate where people sign
    on. `registration` is an outsider's register entry, sealed to the office's key (base64): such a screening has
    neither temperature nor code, the verdict `none` and the reason `registered`. `drained`: it had been kept: it came
    with others in one message, or the broker let it wait for a quarter of an hour; the office itself notes it, as a
    sign of age where a gate's clock tells nothing.
    """

    id: UUID
    epoch: Epoch
    seq: Seq
    at: Moment
    clock: ClockState
    verdict: Verdict
    temperature: Temperature | None = None
    code: Code | None = None
    reasons: Annotated[tuple[Short, ...], Meta(max_length=16)] = ()
    operator: Word | None = None
    remeasure_of: UUID | None = None
    unattended: bool = False
    registration: Annotated[str, Meta(max_length=8192)] | None = None
    drained: bool = False
