"""An outsider's entry in the register: what is inside the sealed `registration` of a screening, as JSON."""

from typing import Annotated

from msgspec import Meta, Struct

Name = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\S")]
Line = Annotated[str, Meta(max_length=80)]
Phone = Annotated[str, Meta(pattern=r"^(1[3-9]\d{9})?$(?!\n)")]
IdNumber = Annotated[str, Meta(pattern=r"^(\d{17}[\dX])?$(?!\n)")]


class Registration(Struct, frozen=True, omit_defaults=True):
    """Who came, from where, to whom and why. Seen in the gate's memory and in the office, sealed in between.

    `phone` is a mobile number of mainland China, or empty for somebody without one; `id_number` a resident's 18 digits
    (GB 11643), or empty.
    """

    name: Name
    phone: Phone = ""
    origin: Line = ""
    host: Line = ""
    purpose: Line = ""
    id_number: IdNumber = ""
