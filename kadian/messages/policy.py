"""What a gate decides by. Retained, so that a gate has it at once and keeps it without a network."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from kadian.messages.fields import Celsius, Moment, Short, Word
from kadian.messages.trust import HolderSeed, OwnTexts, TrustLists

CodeRule = Literal["off", "optional", "required"]


class PassKey(Struct, frozen=True):
    """A public key (Ed25519, 32 bytes, base64) that signs pass cards; `id` is the number printed into the cards."""

    id: Annotated[int, Meta(ge=0, le=255)]
    public: Annotated[str, Meta(min_length=44, max_length=44)]


class SiteLimits(Struct, frozen=True, omit_defaults=True):
    """Limits in °C for one site of measurement (`wrist`, `neck`, …) where they differ from the general ones.

    `surface_fever_celsius` None: a bare surface is no result there. `ambient_low` None: as everywhere; skin that
    clothing has kept warm may be measured in colder air than a bare forehead.
    """

    fever_celsius: Celsius
    surface_fever_celsius: Celsius | None = None
    ambient_low: Celsius | None = None


class Policy(Struct, frozen=True, omit_defaults=True):
    """Limits in °C and times in seconds.

    `fever_celsius` is the limit for `body_estimate` and `contact` (37.3: the reporting limit of daily practice in
    China). `surface_fever_celsius` is the limit for a bare forehead surface (35.6: suggestive of fever, PubMed
    15877017; such a limit depends on the device and the weather). A second high reading within
    `confirm_within_seconds` confirms a fever. Outside `ambient_low`…`ambient_high` (16–35 °C: working range of
    infrared forehead thermometers, Beijing metrology 2020) a reading is no result.

    `sites` holds the limits of other sites of measurement. `rest_seconds` is how long a person rests before the second
    measurement. Where a code is `required`, `accepted_formats` names those that are enough; none named: any that proves
    something, and a health code that shows green. `operators` names who may sign on at a gate: a pass card's holder
    (hexadecimal) to a person's id. `office_key` is the office's public key (X25519, base64) to which registrations are
    sealed. `revoked` are the holders (hexadecimal) of pass cards that are no longer good, as of `revoked_at`.
    `trust` has the key lists of foreign certificates, `own_texts` the neighbourhood's own codes. `holder_seed` is the
    day's key for holders; a gate keeps it in its own file and nowhere else. After `still_minutes` an unchanged health
    code is hinted at as a still picture; 0: never.
    """

    version: Short
    fever_celsius: Celsius = 37.3
    surface_fever_celsius: Celsius | None = 35.6
    confirm_within_seconds: Annotated[int, Meta(ge=10, le=86_400)] = 900
    ambient_low: Celsius = 16.0
    ambient_high: Celsius = 35.0
    site: Word = "forehead"
    code: CodeRule = "optional"
    refused_statuses: tuple[Word, ...] = ("expired", "revoked", "forged", "altered", "invalid")
    pass_keys: tuple[PassKey, ...] = ()
    sites: dict[Word, SiteLimits] = {}
    rest_seconds: Annotated[int, Meta(ge=0, le=3600)] = 180
    accepted_formats: tuple[Word, ...] = ()
    operators: dict[Word, Word] = {}
    office_key: Annotated[str, Meta(min_length=44, max_length=44)] | None = None
    revoked: tuple[Word, ...] = ()
    revoked_at: Moment | None = None
    trust: TrustLists = TrustLists()
    own_texts: OwnTexts = OwnTexts()
    holder_seed: HolderSeed | None = None
    still_minutes: Annotated[int, Meta(ge=0, le=1440)] = 10
