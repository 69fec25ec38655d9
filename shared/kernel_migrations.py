"""The kernel's tables as migrations know them: frozen steps that later changes of the tables leave alone."""

import sqlalchemy as sa
from alembic.operations import Operations

from shared.append_only import protect, protect_but
from shared.db import Moment

BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
UNPUBLISHED = sa.text("published_at IS NULL")

FIRST = (
    "waiting_events",
    "stream_positions",
    "stream",
    "revoked_access",
    "received_events",
    "outbox",
    "idempotency_keys",
    "heartbeats",
)


def create_first(op: Operations) -> None:
    """The kernel's part of a service's first migration: new tables only, no lock on anything."""
    op.create_table(
        "heartbeats",
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("part", name="pk_heartbeats"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "key", name="pk_idempotency_keys"),
    )
    op.create_table(
        "outbox",
        sa.Column("position", BIG, sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("said_at", Moment(), nullable=False),
        sa.Column("traceparent", sa.String(length=60), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("seq", BIG, nullable=True),
        sa.Column("published_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("position", name="pk_outbox"),
        sa.UniqueConstraint("event_id", name="uq_outbox_event_id"),
        sa.UniqueConstraint("seq", name="uq_outbox_seq"),
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["position"],
        unique=False,
        postgresql_where=UNPUBLISHED,
        sqlite_where=UNPUBLISHED,
    )
    op.create_table(
        "received_events",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("producer", sa.String(length=40), nullable=False),
        sa.Column("incarnation", sa.Uuid(), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_received_events"),
        sa.UniqueConstraint(
            "producer", "incarnation", "seq", name="uq_received_events_producer_incarnation_seq"
        ),
    )
    op.create_table(
        "revoked_access",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("issued_before", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_revoked_access"),
    )
    op.create_table(
        "stream",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("incarnation", sa.Uuid(), nullable=False),
        sa.Column("head", BIG, nullable=False),
        sa.CheckConstraint("id = 1", name="ck_stream_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_stream"),
    )
    op.create_table(
        "stream_positions",
        sa.Column("producer", sa.String(length=40), nullable=False),
        sa.Column("incarnation", sa.Uuid(), nullable=False),
        sa.Column("contiguous", BIG, nullable=False),
        sa.Column("head", BIG, nullable=False),
        sa.Column("behind_since", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("producer", "incarnation", name="pk_stream_positions"),
    )
    op.create_table(
        "waiting_events",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("routing_key", sa.String(length=255), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_at", Moment(), nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("parked_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "(next_at IS NULL) <> (parked_at IS NULL)", name="ck_waiting_events_waits_or_is_parked"
        ),
        sa.PrimaryKeyConstraint("event_id", name="pk_waiting_events"),
    )
    op.create_index("ix_waiting_events_due", "waiting_events", ["next_at"], unique=False)


def drop_first(op: Operations) -> None:
    """The way back of `create_first`."""
    for table in FIRST:
        op.drop_table(table)


TRAIL = ("looks", "audit_objects", "audit_entries")
LASTING = {
    "audit_entries": (
        "id, at, school_id, actor_id, actor_kind, actor_roles, real_id, verb, method, route, path, address,"
        " trace, status, code, changes, counts"
    ),
    "looks": "id, subject_id, on_day, viewer_id, part, viewer_kind, viewer_roles, viewer_school_id, at",
}
"""All but the names of those who acted, which erasing a person rewrites."""


def create_trail(op: Operations) -> None:
    """The audit log and who looked at whom: new tables only, no lock on anything."""
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=64), nullable=True),
        sa.Column("actor_kind", sa.String(length=20), nullable=True),
        sa.Column("actor_roles", sa.String(length=200), nullable=False),
        sa.Column("real_id", sa.Uuid(), nullable=True),
        sa.Column("real_name", sa.String(length=64), nullable=True),
        sa.Column("verb", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("route", sa.String(length=200), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("trace", sa.String(length=32), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.CheckConstraint("(status IS NULL) = (code IS NULL)", name="ck_audit_entries_refused_with_a_code"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_school_id", "audit_entries", ["school_id", "id"])
    op.create_index("ix_audit_entries_actor_id", "audit_entries", ["actor_id", "id"])
    op.create_table(
        "audit_objects",
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("object_id", "entry_id", name="pk_audit_objects"),
    )
    _create_looks(op)
    protect(op, "audit_objects")
    for table, columns in LASTING.items():
        protect_but(op, table, columns=columns.split(", "))


def _create_looks(op: Operations) -> None:
    op.create_table(
        "looks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("viewer_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("viewer_name", sa.String(length=64), nullable=False),
        sa.Column("viewer_kind", sa.String(length=20), nullable=False),
        sa.Column("viewer_roles", sa.String(length=200), nullable=False),
        sa.Column("viewer_school_id", sa.Uuid(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_looks"),
        sa.UniqueConstraint(
            "subject_id", "on_day", "viewer_id", "part", name="uq_looks_subject_id_on_day_viewer_id_part"
        ),
    )


def drop_trail(op: Operations) -> None:
    """The way back of `create_trail`: what was logged is lost."""
    for table in TRAIL:
        op.drop_table(table)
