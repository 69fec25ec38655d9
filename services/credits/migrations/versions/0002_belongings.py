"""Where teachers belong, day by day, beside who they are; names of schools and people with their versions.

Adds columns with a default and new tables: no lock for longer than a moment.
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
    """Add and fill; the school of a teacher's row is her latest home from now on, if she has one."""
    _create_belongings()
    first_day = f"DATE '{FIRST_DAY}'" if op.get_bind().dialect.name == "postgresql" else f"'{FIRST_DAY}'"
    op.execute(
        "INSERT INTO known_belongings (teacher_id, school_id, kind, starts_on)"  # noqa: S608  a day of ours
        f" SELECT id, school_id, 'home', {first_day} FROM known_teachers"
    )
    _create_aliases()
    with op.batch_alter_table("known_schools") as batch:
        batch.add_column(sa.Column("version", BIG, nullable=False, server_default="0"))
        batch.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
    with op.batch_alter_table("known_teachers") as batch:
        batch.add_column(sa.Column("version", BIG, nullable=False, server_default="0"))
        batch.alter_column("school_id", nullable=True, existing_type=sa.Uuid())
    for table in ("known_schools", "known_teachers"):
        with op.batch_alter_table(table) as batch:
            batch.alter_column("version", server_default=None, existing_type=BIG, existing_nullable=False)


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


def _create_aliases() -> None:
    """What was merged and what of it was undone, each kept whichever comes first."""
    op.create_table(
        "known_aliases",
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("alias_id", sa.Uuid(), nullable=False),
        sa.Column("teacher_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("merge_id", name="pk_known_aliases"),
    )
    op.create_index("ix_known_aliases_alias_id", "known_aliases", ["alias_id"])
    op.create_index("ix_known_aliases_teacher_id", "known_aliases", ["teacher_id"])
    op.create_table(
        "known_unmerges",
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("merge_id", name="pk_known_unmerges"),
    )


def downgrade() -> None:
    """Only the latest home is known again; whoever has none is forgotten, and so are merges."""
    op.drop_table("known_unmerges")
    op.drop_table("known_aliases")
    op.drop_table("known_belongings")
    op.execute("DELETE FROM known_teachers WHERE school_id IS NULL")
    with op.batch_alter_table("known_teachers") as batch:
        batch.drop_column("version")
        batch.alter_column("school_id", nullable=False, existing_type=sa.Uuid())
    with op.batch_alter_table("known_schools") as batch:
        batch.drop_column("version")
        batch.drop_column("closed_on")
