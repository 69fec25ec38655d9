"""The first tables of credits. Locks nothing: everything is new."""

import sqlalchemy as sa
from alembic import op

from shared import append_only, kernel_migrations
from shared.db import Moment
from shared.kernel_migrations import BIG

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("rule_packs", "ledger_entries", "known_revocations")
CATEGORIES = "('school_based', 'cross_school', 'concentrated', 'online', 'self_directed')"


def upgrade() -> None:
    """From nothing."""
    kernel_migrations.create_first(op)
    _create_rules()
    _create_ledger()
    _create_what_was_heard()
    for table in APPEND_ONLY:
        append_only.protect(op, table)


def _create_rules() -> None:
    op.create_table(
        "rule_packs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("required_hours_hundredths", BIG, nullable=False),
        sa.Column("required_school_based_hours_hundredths", BIG, nullable=False),
        sa.Column("minutes_per_hour", BIG, nullable=False),
        sa.Column("session_hundredths_max", BIG, nullable=True),
        sa.Column("default_category", sa.String(40), nullable=False),
        sa.Column("role_weights", sa.JSON(), nullable=False),
        sa.Column("forms", sa.JSON(), nullable=False),
        sa.Column("year_caps", sa.JSON(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule_packs"),
        sa.UniqueConstraint("valid_from", name="uq_rule_packs_valid_from"),
        sa.CheckConstraint(f"default_category IN {CATEGORIES}", name="ck_rule_packs_hourcategory"),
        sa.CheckConstraint("minutes_per_hour > 0", name="ck_rule_packs_an_hour_has_minutes"),
        sa.CheckConstraint(
            "required_hours_hundredths >= required_school_based_hours_hundredths"
            " AND required_school_based_hours_hundredths >= 0",
            name="ck_rule_packs_the_part_is_no_more_than_the_whole",
        ),
    )


def _create_ledger() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("teacher_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("round_no", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("school_year", sa.SmallInteger(), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("minutes", BIG, nullable=False),
        sa.Column("rule_pack_id", sa.Uuid(), nullable=False),
        sa.Column("weight_hundredths", BIG, nullable=False),
        sa.Column("minutes_per_hour", BIG, nullable=False),
        sa.Column("cut_hundredths", BIG, nullable=False),
        sa.Column("hours_hundredths", BIG, nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("appended_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("teacher_id", "activity_id", "round_no", "kind", name="pk_ledger_entries"),
        sa.UniqueConstraint("id", name="uq_ledger_entries_id"),
        sa.CheckConstraint("kind IN ('accrual', 'reversal')", name="ck_ledger_entries_entrykind"),
        sa.CheckConstraint(f"category IN {CATEGORIES}", name="ck_ledger_entries_hourcategory"),
        sa.CheckConstraint(
            "role IN ('participant', 'speaker', 'host')", name="ck_ledger_entries_sessionrole"
        ),
        sa.CheckConstraint("minutes >= 0 AND cut_hundredths >= 0", name="ck_ledger_entries_nothing_negative"),
        sa.CheckConstraint(
            "(kind = 'accrual' AND hours_hundredths >= 0 AND reverses_id IS NULL)"
            " OR (kind = 'reversal' AND hours_hundredths <= 0 AND reverses_id IS NOT NULL)",
            name="ck_ledger_entries_the_kind_decides_the_sign",
        ),
    )
    op.create_index("ix_ledger_entries_held_on", "ledger_entries", ["held_on"], postgresql_using="brin")
    op.create_table(
        "balances",
        sa.Column("teacher_id", sa.Uuid(), nullable=False),
        sa.Column("school_year", sa.SmallInteger(), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("earned_hundredths", BIG, nullable=False),
        sa.PrimaryKeyConstraint("teacher_id", "school_year", "category", name="pk_balances"),
        sa.CheckConstraint(f"category IN {CATEGORIES}", name="ck_balances_hourcategory"),
    )
    op.create_index("ix_balances_school_year", "balances", ["school_year"])


def _create_what_was_heard() -> None:
    op.create_table(
        "known_revocations",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("teacher_id", sa.Uuid(), nullable=False),
        sa.Column("round_no", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("activity_id", "teacher_id", "round_no", name="pk_known_revocations"),
    )
    op.create_table(
        "known_schools",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("township", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_schools"),
    )
    op.create_table(
        "known_teachers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_teachers"),
    )
    op.create_index("ix_known_teachers_school_id", "known_teachers", ["school_id"])


def downgrade() -> None:
    """Back to nothing."""
    for table in (
        "known_teachers",
        "known_schools",
        "known_revocations",
        "balances",
        "ledger_entries",
        "rule_packs",
    ):
        op.drop_table(table)
    kernel_migrations.drop_first(op)
