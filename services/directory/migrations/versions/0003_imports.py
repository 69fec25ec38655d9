"""Imported files and what became of them. Locks nothing: the table is new."""

import sqlalchemy as sa
from alembic import op

from shared.db import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = "kind IN ('schools', 'teachers', 'groups', 'absences', 'transfers', 'liaisons')"


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "import_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("file_name", sa.String(128), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("extent", sa.String(40), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("changes_digest", sa.String(64), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("applied_by", sa.Uuid(), nullable=True),
        sa.Column("applied_at", Moment(), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.Column("undone_in", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_import_batches"),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_import_batches_school_id"),
        sa.CheckConstraint(KINDS, name="ck_import_batches_importkind"),
        sa.CheckConstraint("extent IN ('whole', 'part')", name="ck_import_batches_importextent"),
        sa.CheckConstraint(
            "state IN ('previewed', 'applied', 'undone')", name="ck_import_batches_importstate"
        ),
    )
    op.create_index("ix_import_batches_school_id", "import_batches", ["school_id", "id"])
    op.create_index("ix_import_batches_digest", "import_batches", ["digest"])


def downgrade() -> None:
    """What was imported stays; that it was is forgotten."""
    op.drop_table("import_batches")
