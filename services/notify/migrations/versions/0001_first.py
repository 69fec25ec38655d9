"""The first tables of notify. Locks nothing: everything is new."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_migrations
from shared.db import Moment
from shared.kernel_migrations import BIG

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From nothing."""
    kernel_migrations.create_first(op)
    _create_notices()
    _create_what_was_heard()


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("round_no", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("hours_hundredths", BIG, nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("told_at", Moment(), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("recipient_id", "id", name="pk_notices"),
        sa.UniqueConstraint(
            "recipient_id", "about_id", "activity_id", "round_no", "kind", name="uq_notices_once"
        ),
        sa.CheckConstraint(
            "kind IN ('hours_accrued', 'apprentice_accrued', 'hours_reversed', 'apprentice_reversed')",
            name="ck_notices_noticekind",
        ),
        sa.CheckConstraint(
            "category IN ('school_based', 'cross_school', 'concentrated', 'online', 'self_directed')",
            name="ck_notices_hourcategory",
        ),
        sa.CheckConstraint("hours_hundredths >= 0", name="ck_notices_amounts_are_positive"),
    )
    op.create_index(
        "ix_notices_unread",
        "notices",
        ["recipient_id"],
        postgresql_where=sa.text("read_at IS NULL"),
        sqlite_where=sa.text("read_at IS NULL"),
    )


def _create_what_was_heard() -> None:
    op.create_table(
        "known_people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_people"),
    )
    op.create_table(
        "known_pairings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("apprentice_id", sa.Uuid(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_pairings"),
    )
    op.create_index("ix_known_pairings_apprentice_id", "known_pairings", ["apprentice_id"])
    op.create_table(
        "known_pairing_ends",
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("pairing_id", name="pk_known_pairing_ends"),
    )


def downgrade() -> None:
    """Back to nothing."""
    for table in ("known_pairing_ends", "known_pairings", "known_people", "notices"):
        op.drop_table(table)
    kernel_migrations.drop_first(op)
