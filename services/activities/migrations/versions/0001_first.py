"""The first tables of activities. Locks nothing: everything is new."""

import sqlalchemy as sa
from alembic import op

from shared import append_only, kernel_migrations
from shared.db import Moment
from shared.kernel_migrations import BIG

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "known_schools",
    "known_teachers",
    "known_plan_items",
    "activity_sessions",
    "check_ins",
    "session_records",
    "attendance",
    "attendance_revocations",
)
APPEND_ONLY = ("attendance", "attendance_revocations")


def upgrade() -> None:
    """From nothing."""
    kernel_migrations.create_first(op)
    _create_known()
    _create_sessions()
    _create_what_happened()
    _create_attendance()
    for table in APPEND_ONLY:
        append_only.protect(op, table)


def _create_known() -> None:
    op.create_table(
        "known_schools",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("school_id", name="pk_known_schools"),
    )
    op.create_table(
        "known_teachers",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("teacher_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "teacher_id", name="pk_known_teachers"),
    )
    op.create_table(
        "known_plan_items",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_known_plan_items"),
    )


def _create_sessions() -> None:
    op.create_table(
        "activity_sessions",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(200), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("length_minutes", BIG, nullable=False),
        sa.Column("place", sa.String(100), nullable=True),
        sa.Column("speaker_id", sa.Uuid(), nullable=True),
        sa.Column("host_id", sa.Uuid(), nullable=True),
        sa.Column("plan_item_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("announced_by", sa.Uuid(), nullable=False),
        sa.Column("announced_at", Moment(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("held_at", Moment(), nullable=True),
        sa.Column("cancelled_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("activity_id", name="pk_activity_sessions"),
        sa.ForeignKeyConstraint(
            ["plan_item_id"], ["known_plan_items.item_id"], name="fk_activity_sessions_plan_item_id"
        ),
        sa.CheckConstraint(
            "state IN ('announced', 'held', 'cancelled')", name="ck_activity_sessions_sessionstate"
        ),
        sa.CheckConstraint("length_minutes BETWEEN 1 AND 1440", name="ck_activity_sessions_length_minutes"),
        sa.CheckConstraint(
            "place IS NOT NULL OR speaker_id IS NOT NULL", name="ck_activity_sessions_fixed_points"
        ),
        sa.CheckConstraint(
            "(state = 'held') = (held_at IS NOT NULL)", name="ck_activity_sessions_held_at_when_held"
        ),
        sa.CheckConstraint(
            "(held_at IS NULL) = (held_on IS NULL)", name="ck_activity_sessions_held_on_when_held"
        ),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL)",
            name="ck_activity_sessions_cancelled_at_when_cancelled",
        ),
    )
    op.create_index(
        "ix_activity_sessions_school_id_starts_at_activity_id",
        "activity_sessions",
        ["school_id", "starts_at", "activity_id"],
    )
    op.create_index(
        "ix_activity_sessions_starts_at_activity_id", "activity_sessions", ["starts_at", "activity_id"]
    )


def _create_what_happened() -> None:
    op.create_table(
        "check_ins",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("teacher_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("activity_id", "teacher_id", name="pk_check_ins"),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity_sessions.activity_id"], name="fk_check_ins_activity_id"
        ),
    )
    op.create_table(
        "session_records",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("filed_by", sa.Uuid(), nullable=False),
        sa.Column("filed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("activity_id", name="pk_session_records"),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity_sessions.activity_id"], name="fk_session_records_activity_id"
        ),
    )


def _create_attendance() -> None:
    op.create_table(
        "attendance",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("teacher_id", sa.Uuid(), nullable=False),
        sa.Column("round_no", BIG, nullable=False),
        sa.Column("minutes", BIG, nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("activity_id", "teacher_id", "round_no", name="pk_attendance"),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity_sessions.activity_id"], name="fk_attendance_activity_id"
        ),
        sa.CheckConstraint("round_no >= 1", name="ck_attendance_round_no"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="ck_attendance_minutes"),
        sa.CheckConstraint("role IN ('participant', 'speaker', 'host')", name="ck_attendance_sessionrole"),
    )
    op.create_table(
        "attendance_revocations",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("teacher_id", sa.Uuid(), nullable=False),
        sa.Column("round_no", BIG, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("revoked_by", sa.Uuid(), nullable=False),
        sa.Column("revoked_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("activity_id", "teacher_id", "round_no", name="pk_attendance_revocations"),
        sa.ForeignKeyConstraint(
            ["activity_id", "teacher_id", "round_no"],
            ["attendance.activity_id", "attendance.teacher_id", "attendance.round_no"],
            name="fk_attendance_revocations_activity_id_teacher_id_round_no",
        ),
    )


def downgrade() -> None:
    """Back to nothing."""
    for table in reversed(TABLES):
        op.drop_table(table)
    kernel_migrations.drop_first(op)
