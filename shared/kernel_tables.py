"""The tables of the event kernel, the same in every service's database."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects import sqlite

from shared.db import Moment, kernel
from shared.tenancy import Walls, of_person, of_school, through

BIG = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")

outbox = Table(
    "outbox",
    kernel,
    # Insert order, not commit order: the relay never keeps a cursor on it, it asks for what is unpublished.
    Column("position", BIG, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("type", String(100), nullable=False),
    Column("subject", String(100), nullable=False),
    Column("school_id", Uuid),
    Column("said_at", Moment, nullable=False),
    Column("traceparent", String(60)),
    Column("data", Text, nullable=False),
    Column("seq", BIG, unique=True),
    Column("published_at", Moment),
)
Index(
    "ix_outbox_pending",
    outbox.c.position,
    postgresql_where=outbox.c.published_at.is_(None),
    sqlite_where=outbox.c.published_at.is_(None),
)

stream = Table(
    "stream",
    kernel,
    Column("id", SmallInteger, primary_key=True),
    Column("incarnation", Uuid, nullable=False),
    Column("head", BIG, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
"""This service's own stream: a restored database gets a new incarnation; `head` is the last number given."""

received_events = Table(
    "received_events",
    kernel,
    Column("event_id", Uuid, primary_key=True),
    Column("producer", String(40), nullable=False),
    Column("incarnation", Uuid, nullable=False),
    Column("seq", BIG, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("received_at", Moment, nullable=False),
    UniqueConstraint("producer", "incarnation", "seq"),
)
"""The claims: what was taken once is never taken again, by id and by number."""

stream_positions = Table(
    "stream_positions",
    kernel,
    Column("producer", String(40), primary_key=True),
    Column("incarnation", Uuid, primary_key=True),
    Column("contiguous", BIG, nullable=False),
    Column("head", BIG, nullable=False),
    Column("behind_since", Moment),
)
"""How far each followed stream has been received without a gap, and how far it is known to reach."""

waiting_events = Table(
    "waiting_events",
    kernel,
    Column("event_id", Uuid, primary_key=True),
    Column("routing_key", String(255), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("next_at", Moment),
    Column("parked_at", Moment),
    CheckConstraint("(next_at IS NULL) <> (parked_at IS NULL)", name="waits_or_is_parked"),
)
Index("ix_waiting_events_due", waiting_events.c.next_at)
"""Events set aside: waiting for their next attempt, or parked with the reason."""

revoked_access = Table(
    "revoked_access",
    kernel,
    Column("person_id", Uuid, primary_key=True),
    Column("issued_before", Moment, nullable=False),
)
"""Tokens of a person issued before that moment are void."""

idempotency_keys = Table(
    "idempotency_keys",
    kernel,
    Column("actor_id", Uuid, primary_key=True),
    Column("key", String(100), primary_key=True),
    Column("request_hash", LargeBinary(32), nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
)
"""Answers already given: the same key gets the same answer."""

heartbeats = Table(
    "heartbeats",
    kernel,
    Column("part", String(20), primary_key=True),
    Column("at", Moment, nullable=False),
)
"""When the relay and the worker of this service were last seen at work."""

audit_entries = Table(
    "audit_entries",
    kernel,
    Column("id", Uuid, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("school_id", Uuid),
    Column("actor_id", Uuid),
    Column("actor_name", String(64)),
    Column("actor_kind", String(20)),
    Column("actor_roles", String(200), nullable=False),
    Column("real_id", Uuid),
    Column("real_name", String(64)),
    Column("verb", String(64), nullable=False),
    Column("method", String(10), nullable=False),
    Column("route", String(200), nullable=False),
    Column("path", String(400), nullable=False),
    Column("address", String(45), nullable=False),
    Column("trace", String(32)),
    Column("status", SmallInteger),
    Column("code", String(64)),
    Column("changes", JSON, nullable=False),
    Column("counts", JSON, nullable=False),
    CheckConstraint("(status IS NULL) = (code IS NULL)", name="refused_with_a_code"),
)
Index("ix_audit_entries_school_id", audit_entries.c.school_id, audit_entries.c.id)
Index("ix_audit_entries_actor_id", audit_entries.c.actor_id, audit_entries.c.id)
"""The audit log (审计日志): each request that changed something, or was refused (then with its code).

Append-only but for the names, which erasing a person rewrites. `real_…` is who looks with the actor's eyes.
"""

audit_objects = Table(
    "audit_objects",
    kernel,
    Column("object_id", Uuid, primary_key=True),
    Column("entry_id", Uuid, primary_key=True),
)
"""What an entry of the audit log is about: the ids in its path and in the rows it changed."""

looks = Table(
    "looks",
    kernel,
    Column("id", Uuid, primary_key=True),
    Column("subject_id", Uuid, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("viewer_id", Uuid, nullable=False),
    Column("part", String(20), nullable=False),
    Column("viewer_name", String(64), nullable=False),
    Column("viewer_kind", String(20), nullable=False),
    Column("viewer_roles", String(200), nullable=False),
    Column("viewer_school_id", Uuid),
    Column("at", Moment, nullable=False),
    UniqueConstraint("subject_id", "on_day", "viewer_id", "part"),
)
"""Who looked at somebody's file (阅览留痕): the first time of each day. Append-only but for the name."""

WALLS: Walls = {
    # Who may read the log is asked in `shared.trail`; whatever a request does is added, of whichever school.
    "audit_entries": of_school("school_id").to_log(),
    "audit_objects": through("entry_id", "audit_entries", "id").to_log(),
    "looks": of_person("subject_id").to_read(),
    # No door shows these. A request adds to some of them and reads its own row by its key.
    "outbox": None,
    "stream": None,
    "received_events": None,
    "stream_positions": None,
    "waiting_events": None,
    "revoked_access": None,
    "idempotency_keys": None,
    "heartbeats": None,
}
"""Whose the rows are, as each service says of its own tables."""
