"""The first tables of the directory. Locks nothing: everything is new."""

import sqlalchemy as sa
from alembic import op

from shared import kernel_migrations
from shared.db import Moment
from shared.kernel_migrations import BIG

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STILL = sa.text("ends_on IS NULL")
HALF_OPEN = "ends_on IS NULL OR ends_on > starts_on"


def upgrade() -> None:
    """From nothing."""
    kernel_migrations.create_first(op)
    _create_schools_and_people()
    _create_memberships()
    _create_posts()
    _create_pairings()
    _create_accounts()


def _create_schools_and_people() -> None:
    op.create_table(
        "schools",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("name_key", sa.String(256), nullable=False),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("township", sa.String(32), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_schools"),
        sa.UniqueConstraint("name_key", name="uq_schools_name_key"),
        sa.CheckConstraint(
            "stage IN ('kindergarten', 'primary', 'junior', 'senior', 'vocational', 'special')",
            name="ck_schools_schoolstage",
        ),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )


def _create_memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_memberships"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_memberships_person_id"),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_memberships_school_id"),
        sa.CheckConstraint(HALF_OPEN, name="ck_memberships_half_open"),
    )
    op.create_index(
        "uq_memberships_one_at_a_time",
        "memberships",
        ["person_id"],
        unique=True,
        postgresql_where=STILL,
        sqlite_where=STILL,
    )
    op.create_index("ix_memberships_school_id", "memberships", ["school_id", "person_id"])


def _create_posts() -> None:
    op.create_table(
        "posts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_posts_person_id"),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_posts_school_id"),
        sa.CheckConstraint(HALF_OPEN, name="ck_posts_half_open"),
        sa.CheckConstraint(
            "role IN ('teacher', 'group_leader', 'academic_office', 'principal', 'county_officer')",
            name="ck_posts_role",
        ),
        sa.CheckConstraint(
            "(role = 'county_officer') = (school_id IS NULL)", name="ck_posts_the_county_has_no_school"
        ),
    )
    op.create_index(
        "uq_posts_one_at_a_time",
        "posts",
        ["person_id", "role"],
        unique=True,
        postgresql_where=STILL,
        sqlite_where=STILL,
    )


def _create_pairings() -> None:
    op.create_table(
        "pairings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("apprentice_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_pairings"),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_pairings_school_id"),
        sa.ForeignKeyConstraint(["mentor_id"], ["people.id"], name="fk_pairings_mentor_id"),
        sa.ForeignKeyConstraint(["apprentice_id"], ["people.id"], name="fk_pairings_apprentice_id"),
        sa.CheckConstraint(HALF_OPEN, name="ck_pairings_half_open"),
        sa.CheckConstraint("mentor_id <> apprentice_id", name="ck_pairings_not_with_oneself"),
    )
    op.create_index(
        "uq_pairings_one_at_a_time",
        "pairings",
        ["mentor_id", "apprentice_id"],
        unique=True,
        postgresql_where=STILL,
        sqlite_where=STILL,
    )
    op.create_index("ix_pairings_school_id", "pairings", ["school_id", "id"])


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(32), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("disabled_at", Moment(), nullable=True),
        sa.Column("last_signed_in_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name="pk_accounts"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_accounts_person_id"),
        sa.UniqueConstraint("username", name="uq_accounts_username"),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("username", sa.String(32), nullable=False),
        sa.Column("recent_since", Moment(), nullable=False),
        sa.Column("recent_failures", BIG, nullable=False),
        sa.Column("day_since", Moment(), nullable=False),
        sa.Column("day_failures", BIG, nullable=False),
        sa.PrimaryKeyConstraint("username", name="pk_sign_in_tries"),
    )
    op.create_index("ix_sign_in_tries_day_since", "sign_in_tries", ["day_since"])


def downgrade() -> None:
    """Back to nothing."""
    for table in ("sign_in_tries", "accounts", "pairings", "posts", "memberships", "people", "schools"):
        op.drop_table(table)
    kernel_migrations.drop_first(op)
