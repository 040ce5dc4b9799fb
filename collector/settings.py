"""What the office is told by its TOML file. See config/collector.toml for the same with comments."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from collector.alerts.settings import Alerts, Channel, Person, Shift, whom_problems
from kadian.identifiers import NAME_PATTERN
from kadian.messages.fields import Celsius, Word
from kadian.messages.policy import CodeRule, PassKey, SiteLimits
from kadian.messages.trust import Pattern
from kadian.settings import Secret
from kadian.settings.urls import is_url

Name = Annotated[str, Meta(pattern=NAME_PATTERN)]
Port = Annotated[int, Meta(ge=0, le=65535)]
HOST_PORT = r"^(\[[0-9A-Fa-f:]+\]|[0-9A-Za-z.-]+):\d{1,5}$(?!\n)"
FileName = Annotated[str, Meta(min_length=1)]
Share = Annotated[float, Meta(ge=0, le=1)]
Problem = tuple[str, str, dict[str, Any]]


class Broker(Struct, frozen=True):
    """`url`: mqtt://host:port, mqtts://host:port, or `embedded`, which starts one on `listen` (loopback).

    `program` says which one: `auto` takes mosquitto where it is installed, else amqtt, which is pure Python and speaks
    MQTT 3.1.1 alone. `share`: the name under which several collectors of the site share its messages; the same in all.
    """

    url: str = "mqtt://127.0.0.1:1883"
    username: str | None = None
    password: Secret | None = None
    ca_file: str | None = None
    listen: str = "127.0.0.1:1883"
    share: Annotated[str, Meta(pattern=NAME_PATTERN)] | None = None
    program: Literal["auto", "mosquitto", "amqtt"] = "auto"

    def at(self, url: str) -> "Broker":
        """The same account at another address."""
        return msgspec.structs.replace(self, url=url)

    def problems(self) -> Iterator[Problem]:
        """A url that is neither `embedded` nor mqtt(s)://host[:port]."""
        if self.url != "embedded" and not is_url(self.url, ("mqtt", "mqtts")):
            yield "url", "K0120", {"value": self.url, "schemes": "mqtt://, mqtts://, embedded"}


class LedgerSettings(Struct, frozen=True):
    """`url`: sqlite:///relative/to/the/working/folder.db, sqlite:////absolute, or postgresql://user@host/database.

    Behind a `?` stand libpq's options (sslmode=verify-full&sslrootcert=…). Without `password` libpq looks for its own:
    PGPASSWORD, the passfile.
    """

    url: str = "sqlite:///data/kadian.db"
    password: Secret | None = None


class Series(Struct, frozen=True):
    """Where charts are read from.

    The embedded store is always kept, in the ledger's database; `backend` may name one more, which is fed besides,
    draws the charts while it answers, and may be looked at by other programs.

    `url`: where it listens; `org`, `bucket` and `token`: as InfluxDB calls them (VictoriaMetrics needs none);
    `ca_file`: the authority that its certificate is from; `timeout_seconds`: how long a write may take.
    """

    backend: Literal["embedded", "influxdb", "victoriametrics"] = "embedded"
    url: str | None = None
    org: str | None = None
    bucket: str = "kadian"
    token: Secret | None = None
    ca_file: str | None = None
    timeout_seconds: Annotated[float, Meta(ge=1, le=600)] = 10.0

    def problems(self) -> Iterator[Problem]:
        """A url that is none, or none where one is needed; an InfluxDB without its organisation or token."""
        if self.url is not None and not is_url(self.url, ("http", "https")):
            yield "url", "K0120", {"value": self.url, "schemes": "http://, https://"}
        needed = {"embedded": (), "victoriametrics": ("url",), "influxdb": ("url", "org", "token")}[self.backend]
        missing = [name for name in needed if getattr(self, name) is None]
        if missing:
            yield "backend", "K0352", {"backend": self.backend, "missing": ", ".join(missing)}


class Http(Struct, frozen=True):
    """Where the pages and the API are served; `names`: of a proxy before them, as browsers call it."""

    host: str = "127.0.0.1"
    port: Port = 8080
    names: tuple[str, ...] = ()


SITES = {
    "wrist": SiteLimits(fever_celsius=36.8, ambient_low=0.0),
    "neck": SiteLimits(fever_celsius=37.3, ambient_low=0.0),
}
"""Infrared guns at 904 people in Chengdu separated best at 36.75 (wrist) and 37.35 (neck), at 229 others at 36.8 and
37.1 (doi 10.2147/RMHP.S357567 and a study beside it). At the neck the limit of daily practice lies between the two.
Both are measured under clothing, which in the cold is what Beijing's metrology institute advises (2020)."""


class Screening(Struct, frozen=True):
    """The limits that the office's rules go by and that the gates get as their policy; °C and seconds.

    `sites`: those of other sites of measurement. `rest_seconds`: before a second measurement. `accepted_formats`: the
    codes that are enough where one is required; none named: any that proves something, or a green health code. Two
    hints, each off with 0: a health code unchanged for `still_minutes`, and one code at two gates within
    `walking_seconds`. `unusual_percent`: of the readings below the limit, so many are told of as high for their gate
    and hour, a hint too; 0: none.
    """

    fever_celsius: Celsius = 37.3
    surface_fever_celsius: Celsius | None = 35.6
    confirm_within_seconds: Annotated[int, Meta(ge=10, le=86_400)] = 900
    ambient_low: Celsius = 16.0
    ambient_high: Celsius = 35.0
    site: Word = "forehead"
    code: CodeRule = "optional"
    pass_keys: tuple[PassKey, ...] = ()
    sites: dict[Word, SiteLimits] = msgspec.field(default_factory=lambda: dict(SITES))
    rest_seconds: Annotated[int, Meta(ge=0, le=3600)] = 180
    accepted_formats: tuple[Word, ...] = ()
    still_minutes: Annotated[int, Meta(ge=0, le=1440)] = 10
    walking_seconds: Annotated[int, Meta(ge=0, le=3600)] = 60
    unusual_percent: Annotated[float, Meta(ge=0, le=10)] = 1.5

    def problems(self) -> Iterator[Problem]:
        """A rest that outlasts the time in which a second reading counts as one."""
        if self.rest_seconds >= self.confirm_within_seconds:
            yield (
                "rest_seconds",
                "K0448",
                {"rest": str(self.rest_seconds), "within": str(self.confirm_within_seconds)},
            )


class Codes(Struct, frozen=True):
    """What gates believe about codes. Files are found from the working folder, and read again when they change.

    `dcc_trust_file`: signers of EU certificates (PEM, or a national trust list in JSON); `shc_trust_file`: keys of
    SMART Health Card issuers. A list older than `list_days` is used and said to be old. `revoked_file`: pass cards that
    are no longer good, as `kadian cards` keeps it. `place`: how place codes begin; `resident`: shapes of the site's own
    numbers (`#` a digit, `@` a letter). `holder_key_file`: the day's key for holders, `holder.key` beside the ledger's
    file.
    """

    dcc_trust_file: FileName | None = None
    shc_trust_file: FileName | None = None
    list_days: Annotated[int, Meta(ge=1, le=3650)] = 14
    revoked_file: FileName | None = None
    place: tuple[Pattern, ...] = ()
    resident: tuple[Pattern, ...] = ()
    holder_key_file: FileName | None = None


Days = Annotated[int, Meta(ge=0, le=36_500)]
LEAST_DAYS = 7
"""A gate keeps for a day what is receipted, and may stand without a network for days."""


class Retention(Struct, frozen=True):
    """Days for which each class is kept, from its arrival on; 0: for ever.

    `screenings`: three months answer for a season of thermometers and for the quarter's report; who was ill is told
    by then. `registrations`: two incubation periods of 14 days, and two days to ask. `minutes`, `hours` and `days` are
    the roll-ups, which concern nobody: charts of a day as long as its screenings, two years by the hour, ten by the
    day; what scenes were made of is kept as long as `minutes`. `rejects`: until the gate that sent them is mended, and
    never more than `most_rejects`. `incidents`: a year, once nobody has to act on them.
    """

    screenings: Days = 90
    registrations: Days = 30
    minutes: Days = 90
    hours: Days = 730
    days: Days = 3650
    rejects: Days = 90
    most_rejects: Annotated[int, Meta(ge=100)] = 100_000
    incidents: Days = 365

    def problems(self) -> Iterator[Problem]:
        """Days in which a gate may still send the same again."""
        for field in ("screenings", "registrations"):
            if 0 < getattr(self, field) < LEAST_DAYS:
                yield field, "K0370", {"days": str(getattr(self, field)), "least": str(LEAST_DAYS)}


class Access(Struct, frozen=True):
    """`folder`: where the office's authority and the register's key are kept; `access` beside the ledger's file."""

    folder: Annotated[str, Meta(min_length=1)] | None = None


class Enrolment(Struct, frozen=True):
    """Letting new gates in. Without `listen` no gate can enrol.

    `listen`: host:port of the enrolment service (TLS); `address`: host:port under which gates reach it; `broker_url`:
    what an enrolled gate connects to, the office's own url when it is not given.
    """

    listen: Annotated[str, Meta(pattern=HOST_PORT)] | None = None
    address: Annotated[str, Meta(pattern=HOST_PORT)] | None = None
    broker_url: str | None = None

    def problems(self) -> Iterator[Problem]:
        """A broker's url that is none."""
        if self.broker_url is not None and not is_url(self.broker_url, ("mqtt", "mqtts")):
            yield "broker_url", "K0120", {"value": self.broker_url, "schemes": "mqtt://, mqtts://"}


class Staff(Struct, frozen=True):
    """Who may sign on at a gate: an id that stands with each screening, and the holder (hexadecimal) of a pass card."""

    id: Word
    card: Annotated[str, Meta(pattern=r"^[0-9a-f]{8,64}$(?!\n)")]


class Entrance(Struct, frozen=True):
    """One entrance of the neighbourhood; `x`, `y` its place on the plan, 0…1; `gate` the gate there, else its id."""

    id: Name
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    state: Literal["open", "sealed"]
    zone: str = ""
    x: Share | None = None
    y: Share | None = None
    gate: Name | None = None

    @property
    def gate_id(self) -> str:
        """The gate that stands here."""
        return self.gate or self.id


class CollectorSettings(Struct, frozen=True):
    """The whole of the office's settings."""

    site: Name
    timezone: str = "Asia/Shanghai"
    broker: Broker = Broker()
    ledger: LedgerSettings = LedgerSettings()
    series: Series = Series()
    retention: Retention = Retention()
    http: Http = Http()
    screening: Screening = Screening()
    codes: Codes = Codes()
    access: Access = Access()
    enrolment: Enrolment = Enrolment()
    staff: tuple[Staff, ...] = ()
    alerts: Alerts = Alerts()
    channels: tuple[Channel, ...] = ()
    people: tuple[Person, ...] = ()
    shifts: tuple[Shift, ...] = ()
    entrances: tuple[Entrance, ...] = ()

    @property
    def data_folder(self) -> Path:
        """Where the ledger's file lies; for a ledger on a server, the working folder."""
        scheme, _, rest = self.ledger.url.partition(":///")
        return Path(rest).parent if scheme.startswith("sqlite") and rest else Path()

    @property
    def holder_key_path(self) -> Path:
        """Where the day's key for holders is kept."""
        return Path(self.codes.holder_key_file) if self.codes.holder_key_file else self.data_folder / "holder.key"

    @property
    def access_folder(self) -> Path:
        """Where the office's keys are kept."""
        return Path(self.access.folder) if self.access.folder else self.data_folder / "access"

    def problems(self) -> Iterator[Problem]:
        """An unknown time zone; two entrances or channels of one name; several collectors without a server."""
        if self.broker.share is not None and (self.ledger.url.startswith("sqlite") or self.broker.url == "embedded"):
            yield "broker", "K0349", {}
        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError):
            yield "timezone", "K0121", {"value": self.timezone}
        for field, names in (
            ("entrances", [entrance.id for entrance in self.entrances]),
            ("entrances", [entrance.gate_id for entrance in self.entrances]),
            ("channels", [channel.name for channel in self.channels]),
            ("staff", [person.card for person in self.staff]),
            ("people", [person.id for person in self.people]),
        ):
            for name in sorted({name for name in names if names.count(name) > 1}):
                yield field, "K0122", {"name": name, "field": field}
        yield from whom_problems(self.channels, self.people, self.shifts, {one.gate_id for one in self.entrances})
