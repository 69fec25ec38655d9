"""Where teachers belong, day by day, beside who they are; names of schools and people with their versions.

Rebuilds the copies of schools and teachers, a few thousand rows: under a second.
When somebody joined was not kept so far: who was known counts as there since the first day a register may
hold, until the directory says her anew.
"""

import sqlalchemy as sa
from alembic import op

from shared.kernel_migrations import BIG

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FIRST_DAY = "1950-01-01"


def upgrade() -> None:
    """Add, fill, switch. A teacher's name is kept once, however many schools she belongs to."""
    _create_belongings()
    names = _names()
    op.execute(
        "INSERT INTO known_belongings (teacher_id, school_id, kind, starts_on)"  # noqa: S608  a day of ours
        f" SELECT teacher_id, school_id, 'home', {_first_day()} FROM known_teachers"
    )
    op.drop_table("known_teachers")
    table = op.create_table(
        "known_teachers",
        sa.Column("teacher_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.PrimaryKeyConstraint("teacher_id", name="pk_known_teachers"),
    )
    op.bulk_insert(table, [{"teacher_id": key, "name": name, "version": 0} for key, name in names.items()])
    with op.batch_alter_table("known_schools") as batch:
        batch.add_column(sa.Column("version", BIG, nullable=False, server_default="0"))
        batch.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
    with op.batch_alter_table("known_schools") as batch:
        batch.alter_column("version", server_default=None, existing_type=BIG, existing_nullable=False)


def _first_day() -> str:
    return f"DATE '{FIRST_DAY}'" if op.get_bind().dialect.name == "postgresql" else f"'{FIRST_DAY}'"


def _names() -> dict[object, str]:
    known = sa.table("known_teachers", sa.column("teacher_id", sa.Uuid()), sa.column("name"))
    return {row.teacher_id: row.name for row in op.get_bind().execute(sa.select(known))}


def _create_belongings() -> None:
    """All rows of a teacher are replaced together."""
    op.create_table(
        "known_belongings",
        sa.Column("teacher_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("teacher_id", "school_id", "kind", "starts_on", name="pk_known_belongings"),
        sa.CheckConstraint(
            "kind IN ('home', 'seconded', 'supporting', 'shared')", name="ck_known_belongings_membershipkind"
        ),
    )
    op.create_index(
        "ix_known_belongings_school_id_teacher_id", "known_belongings", ["school_id", "teacher_id"]
    )


def downgrade() -> None:
    """Whoever belongs or belonged to a school is known there again; days and versions are lost."""
    names = _names()
    belongs = sa.table(
        "known_belongings", *(sa.column(one, sa.Uuid()) for one in ("school_id", "teacher_id"))
    )
    pairs = op.get_bind().execute(sa.select(belongs).distinct()).all()
    op.drop_table("known_teachers")
    table = op.create_table(
        "known_teachers",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("teacher_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "teacher_id", name="pk_known_teachers"),
    )
    op.bulk_insert(
        table,
        [
            {"school_id": row.school_id, "teacher_id": row.teacher_id, "name": names[row.teacher_id]}
            for row in pairs
        ],
    )
    op.drop_table("known_belongings")
    with op.batch_alter_table("known_schools") as batch:
        batch.drop_column("version")
        batch.drop_column("closed_on")
