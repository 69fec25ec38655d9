"""The first tables of plans. Locks nothing: everything is new."""

import sqlalchemy as sa
from alembic import op

from shared import append_only, kernel_migrations
from shared.db import Moment
from shared.kernel_migrations import BIG

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("plan_reviews", "item_sessions", "item_fulfilments")


def upgrade() -> None:
    """From nothing."""
    kernel_migrations.create_first(op)
    _create_plans()
    _create_what_was_heard()
    for table in APPEND_ONLY:
        append_only.protect(op, table)


def _create_plans() -> None:
    op.create_table(
        "plans",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("school_year", BIG, nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("revision_no", BIG, nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", Moment(), nullable=False),
        sa.Column("submitted_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("plan_id", name="pk_plans"),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'returned')", name="ck_plans_planstate"
        ),
        sa.CheckConstraint("school_year BETWEEN 2000 AND 2100", name="ck_plans_school_year"),
        sa.CheckConstraint("revision_no >= 1", name="ck_plans_revision_no"),
    )
    op.create_index("ix_plans_school_id_plan_id", "plans", ["school_id", "plan_id"])
    op.create_table(
        "plan_items",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("revision_no", BIG, nullable=False),
        sa.Column("place_no", BIG, nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_plan_items"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.plan_id"], name="fk_plan_items_plan_id"),
        sa.UniqueConstraint(
            "plan_id", "revision_no", "place_no", name="uq_plan_items_plan_id_revision_no_place_no"
        ),
        sa.CheckConstraint("place_no BETWEEN 1 AND 500", name="ck_plan_items_place_no"),
    )
    op.create_table(
        "plan_reviews",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("revision_no", BIG, nullable=False),
        sa.Column("verdict", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("reviewed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "revision_no", name="pk_plan_reviews"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.plan_id"], name="fk_plan_reviews_plan_id"),
        sa.CheckConstraint("verdict IN ('approved', 'returned')", name="ck_plan_reviews_verdict"),
        sa.CheckConstraint(
            "(verdict = 'returned') = (reason IS NOT NULL)", name="ck_plan_reviews_reason_when_returned"
        ),
    )


def _create_what_was_heard() -> None:
    op.create_table(
        "item_sessions",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("fact", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "activity_id", "fact", name="pk_item_sessions"),
        sa.ForeignKeyConstraint(["item_id"], ["plan_items.item_id"], name="fk_item_sessions_item_id"),
        sa.CheckConstraint("fact IN ('announced', 'cancelled')", name="ck_item_sessions_sessionfact"),
    )
    op.create_table(
        "item_fulfilments",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "activity_id", name="pk_item_fulfilments"),
        sa.ForeignKeyConstraint(["item_id"], ["plan_items.item_id"], name="fk_item_fulfilments_item_id"),
    )


def downgrade() -> None:
    """Back to nothing."""
    for table in ("item_fulfilments", "item_sessions", "plan_reviews", "plan_items", "plans"):
        op.drop_table(table)
    kernel_migrations.drop_first(op)
