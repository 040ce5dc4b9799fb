"""The tables of the ledger: what happened, who, when. The record of truth.

Times are integers, milliseconds since 1970 (UTC), in columns that end in `_ms`; `at` keeps the gate's own ISO 8601
text beside it. Every append-only table has a `position` that grows with each row: what follows the ledger (rules,
series, live views) remembers the last position that it has seen.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from collector.ledger.ids import Id16

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives a growing row id to INTEGER PRIMARY KEY alone; PostgreSQL wants eight bytes.
Position = BigInteger().with_variant(Integer, "sqlite")

UNUSUAL = text("verdict <> 'pass'")
"""Repeated word for word in a query, it lets SQLite use an index that has it."""
SECOND = text("remeasure_of IS NOT NULL")

screenings = Table(
    "screenings",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=True),
    Column("id", Id16, nullable=False, unique=True),
    Column("gate", String(32), nullable=False),
    Column("life", Integer, nullable=False),  # epochs.life: stands for gate and epoch
    Column("seq", BigInteger, nullable=False),
    Column("at", String(40), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("clock", String(12), nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("reasons", Text, nullable=False),  # JSON array of reason words
    Column("celsius", Float),
    Column("kind", String(16)),
    Column("body_site", String(64)),  # temperature.site: forehead, wrist …
    Column("surface", Float),
    Column("ambient", Float),
    Column("conversion", String(64)),
    Column("samples", Integer),
    Column("spread", Float),
    Column("device", String(64)),
    Column("quality", String(8)),
    Column("code_format", String(64)),
    Column("code_status", String(64)),
    Column("holder", String(128)),
    Column("colour", String(8)),
    Column("expires", String(40)),
    Column("operator", String(64)),
    Column("remeasure_of", Id16),
    Column("unattended", Integer),  # 1: nobody was signed on at a gate where people sign on
    Column("drained", Integer),  # 1: it had been kept, by the gate or the broker
    UniqueConstraint("life", "seq"),
    Index("ix_screenings_at_ms", "at_ms"),
    Index("ix_screenings_gate_at_ms", "gate", "at_ms"),
    # Few screenings are in these: lists of the unusual stay short walks, and inserting an ordinary one costs nothing.
    Index("ix_screenings_verdict_at_ms", "verdict", "at_ms", sqlite_where=UNUSUAL, postgresql_where=UNUSUAL),
    Index(
        "ix_screenings_gate_verdict_at_ms", "gate", "verdict", "at_ms", sqlite_where=UNUSUAL, postgresql_where=UNUSUAL
    ),
    Index("ix_screenings_remeasure_of", "remeasure_of", sqlite_where=SECOND, postgresql_where=SECOND),
    sqlite_autoincrement=True,
)

# The register entries that gates sent, sealed to the office's key. They are no screenings of anybody: nothing that
# counts people looks here. They share the numbers of their gate's epoch, so receipts and gaps cover them too.
registrations = Table(
    "registrations",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("gate", String(32), nullable=False),
    Column("epoch", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("operator", String(64)),
    Column("sealed", Text, nullable=False),
    UniqueConstraint("gate", "epoch", "seq"),
    Index("ix_registrations_at_ms", "at_ms"),
    sqlite_autoincrement=True,
)

# Which numbers of a gate's epoch are on disk, as ranges first…last that neither touch nor overlap.
# Receipts and gaps are read off here.
runs = Table(
    "runs",
    metadata,
    Column("life", Integer, primary_key=True, autoincrement=False),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)

# The lives of outboxes: a short number for each, which stands in every row instead of the gate's and the epoch's names;
# and when each was met first, so that epochs of one gate can be put in order.
epochs = Table(
    "epochs",
    metadata,
    Column("life", Integer, primary_key=True, autoincrement=True),
    Column("gate", String(32), nullable=False),
    Column("epoch", String(64), nullable=False),
    Column("first_seen_ms", BigInteger, nullable=False),
    UniqueConstraint("gate", "epoch"),
    sqlite_autoincrement=True,
)

# Numbers of a life that no gate will ever send: asked for, and answered so. What arrives after all is no longer lost.
lost = Table(
    "lost",
    metadata,
    Column("life", Integer, primary_key=True, autoincrement=False),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("reason", String(12), nullable=False),  # deleted, other_life, never_came
    Column("at_ms", BigInteger, nullable=False),
)

# Messages that were refused: never dropped silently, never in the way of the others.
rejects = Table(
    "rejects",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=True),
    Column("received_ms", BigInteger, nullable=False),
    Column("topic", String(256), nullable=False),
    Column("reason", Text, nullable=False),
    Column("excerpt", LargeBinary, nullable=False),  # the first 512 bytes
    # A screening whose epoch and seq could be read is kept whole, since its gate will delete it.
    Column("gate", String(32)),
    Column("epoch", String(64)),
    Column("seq", BigInteger),
    Column("whole", LargeBinary),
    UniqueConstraint("gate", "epoch", "seq"),
    sqlite_autoincrement=True,
)

gates = Table(
    "gates",
    metadata,
    Column("gate", String(32), primary_key=True),
    Column("state", String(8), nullable=False),  # online, stopped, lost, unknown
    Column("state_at", String(40)),
    Column("version", String(64)),
    Column("state_received_ms", BigInteger),
    Column("telemetry", Text),  # the last report, as JSON
    Column("telemetry_received_ms", BigInteger),
    Column("last_screening_ms", BigInteger),  # when the office last received one
)

# What a person has to act on. `id` is made from the cause, so that finding the same cause twice opens nothing twice.
incidents = Table(
    "incidents",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("rule", String(40), nullable=False),  # the rule's file name: confirmed_fever, sealed_entrance …
    Column("cause", String(200), nullable=False),
    Column("gate", String(32), nullable=False),
    Column("state", String(14), nullable=False),  # open, acknowledged, resolved
    Column("severity", String(8), nullable=False),  # page, notice, hint
    Column("late", Integer, nullable=False),  # 1: found in readings that were old on arrival
    Column("facts", Text, nullable=False),  # JSON: what the sentences are filled with; no person in it
    Column("opened_ms", BigInteger, nullable=False),
    Column("happened_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("acknowledged_ms", BigInteger),
    Column("acknowledged_by", String(64)),
    Column("resolved_ms", BigInteger),
    Column("resolved_by", String(64)),
    Column("notified_ms", BigInteger),  # when a service first took a message about it
    Column("ending", String(10)),  # resolved: by somebody; over: the cause went away; expired: nobody came
    Column("minutes", Integer),  # who took it is there in so many
    Column("level", Integer, nullable=False, server_default="0"),  # how far along the roster it was told, from 0
    Column("because", String(24)),  # why it rang, or why it is silent: `alerts.why.Why`
    Column("next_ms", BigInteger),  # when it is to be thought about again; NULL: not by itself
    Column("flaps", Integer, nullable=False, server_default="0"),  # how often its cause went and came again
    Column("screen_ms", BigInteger),  # when the gate showed that somebody comes; 0: taken away
    Index("ix_incidents_state_opened_ms", "state", "opened_ms"),
    Index("ix_incidents_rule_cause", "rule", "cause"),
    Index("ix_incidents_rule_happened_ms", "rule", "happened_ms"),
    Index("ix_incidents_next_ms", "next_ms"),
    Index("ix_incidents_state_rule", "state", "rule"),
    Index("ix_incidents_state_because", "state", "because"),
)

# The timeline of incidents; its position is also the live stream's cursor.
incident_events = Table(
    "incident_events",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=True),
    Column("incident", String(36), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("what", String(20), nullable=False),  # opened, repeated, notified, refused, acknowledged, resolved …
    Column("who", String(64)),
    Column("note", Text),
    Index("ix_incident_events_incident", "incident"),
    sqlite_autoincrement=True,
)

# The outbox of messages to phones, written in the transaction that opens the incident.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(36), primary_key=True),  # stable: the receiver can tell a repetition
    Column("incident", String(36), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("state", String(10), nullable=False),  # waiting, accepted, refused
    Column("body", Text, nullable=False),  # JSON, as it is sent
    Column("attempts", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("next_ms", BigInteger, nullable=False),
    Column("answer", Text),
    Column("done_ms", BigInteger),
    Column("kind", String(12), nullable=False, server_default="alarm"),  # alarm, escalated, again, digest, test
    Column("nth", Integer, nullable=False, server_default="0"),  # tells those of one kind apart
    Column("person", String(40)),
    Column("tried_ms", BigInteger),  # the last try, for the service's limits
    Column("used_ms", BigInteger),  # when its link was used; once
    Index("ix_deliveries_state_next_ms", "state", "next_ms"),
    Index("ix_deliveries_incident", "incident"),
    Index("ix_deliveries_created_ms", "created_ms"),
    Index("ix_deliveries_channel_tried_ms", "channel", "tried_ms"),
)

# Of which incidents each message tells: one alarm, several grouped, or a digest's many. Nothing is told of nowhere.
tellings = Table(
    "tellings",
    metadata,
    Column("delivery", String(36), primary_key=True),
    Column("incident", String(36), primary_key=True),
    Index("ix_tellings_incident", "incident"),
)

# The last silent test of each channel.
channel_tests = Table(
    "channel_tests",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("day", String(10), nullable=False),  # the site's day that it was for
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", String(10), nullable=False),  # accepted, refused, unknown, untested
    Column("reason", Text, nullable=False),
)

# What scenes were made of, written when it changed: with the screenings it lets any past day be judged again.
conditions = Table(
    "conditions",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("gate", String(32), nullable=False),  # empty: about the office itself
    Column("said", Text, nullable=False),  # JSON
    Index("ix_conditions_at_ms", "at_ms"),
    sqlite_autoincrement=True,
)

# What a rule has learnt that no hour of screenings could teach it again.
rule_states = Table(
    "rule_states",
    metadata,
    Column("rule", String(40), primary_key=True),
    Column("position", BigInteger, nullable=False),  # of the last screening that is in it
    Column("state", LargeBinary, nullable=False),
)

# How far each follower has come.
cursors = Table(
    "cursors",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("position", BigInteger, nullable=False),
)
