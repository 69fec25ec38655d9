"""More kinds of files, marks for what of a batch can be undone by itself, how far a batch has come.

Rebuilds `import_batches` on SQLite; on PostgreSQL its new check reads the few rows there are.
"""

import sqlalchemy as sa
from alembic import op

from shared.db import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FIRST = "kind IN ('schools', 'teachers', 'groups', 'absences', 'transfers', 'liaisons')"
NOW = (
    "kind IN ('schools', 'teachers', 'groups', 'pairings', 'absences', 'transfers', 'liaisons', 'oneroster')"
)


def upgrade() -> None:
    """Widen one list, add two tables."""
    _allow(NOW)
    op.create_table(
        "import_marks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_marks"),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batches.id"], name="fk_import_marks_batch_id"),
    )
    op.create_index("ix_import_marks_batch_id", "import_marks", ["batch_id"])
    op.create_table(
        "import_progress",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("done", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("trouble", sa.String(400), nullable=True),
        sa.Column("told_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", name="pk_import_progress"),
    )


def downgrade() -> None:
    """What came with files of the new kinds stays; that it was a file is forgotten."""
    op.drop_table("import_progress")
    op.drop_table("import_marks")
    op.execute("DELETE FROM import_batches WHERE kind IN ('pairings', 'oneroster')")
    _allow(FIRST)


def _allow(kinds: str) -> None:
    with op.batch_alter_table("import_batches") as batch:
        batch.drop_constraint("ck_import_batches_importkind", type_="check")
        batch.create_check_constraint("ck_import_batches_importkind", kinds)
