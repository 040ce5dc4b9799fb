"""What the office asks of a gate, and the gate's answer."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from kadian.messages.fields import Epoch, Seq


class Command(Struct, frozen=True, omit_defaults=True, rename={"from_": "from"}):
    """One request to a gate; `id` comes back in the reply.

    `resend` asks for all from seq `from` of `epoch` on, or up to `through` alone; `message` shows `text` on the gate's
    screen, for `seconds` where that is said; without a `text` it takes away the one shown under the same `id`, or any
    where there is no `id`; `identify` makes the gate show itself; `reload` reads its configuration again.
    """

    do: Literal["resend", "message", "identify", "reload"]
    id: UUID | None = None
    epoch: Epoch | None = None
    from_: Seq | None = None
    through: Seq | None = None
    text: Annotated[str, Meta(max_length=500)] | None = None
    seconds: Annotated[int, Meta(ge=1, le=86_400)] | None = None


class Reply(Struct, frozen=True, omit_defaults=True):
    """Whether a command was carried out, and if not, why not.

    After a `resend` the asked `epoch` comes back, and `oldest`, the lowest number of it that is still here (one above
    the last when there is none); without `oldest` nothing of that epoch is here.
    """

    do: str
    ok: bool
    id: UUID | None = None
    why: Annotated[str, Meta(max_length=500)] | None = None
    epoch: Epoch | None = None
    oldest: Seq | None = None
