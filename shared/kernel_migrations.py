"""The kernel's tables as migrations know them: frozen steps that later changes of the tables leave alone."""

import sqlalchemy as sa
from alembic.operations import Operations

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
