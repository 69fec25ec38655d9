"""A notice is known by the ledger entry it tells of: one key where there were two, and no id of its own.

Rebuilds the key of every notice: PostgreSQL locks the table for about a second a million rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ONCE = ["recipient_id", "about_id", "activity_id", "round_no", "kind"]


def upgrade() -> None:
    """An entry was told to each recipient once, so that both of them name one notice."""
    with op.batch_alter_table("notices") as batch:
        batch.drop_constraint("uq_notices_once", type_="unique")
        batch.drop_constraint("pk_notices", type_="primary")
        batch.create_primary_key("pk_notices", ["recipient_id", "entry_id"])
        batch.drop_column("id")


def downgrade() -> None:
    """Its entry's id serves as the notice's own."""
    op.add_column("notices", sa.Column("id", sa.Uuid(), nullable=True))
    op.execute("UPDATE notices SET id = entry_id")
    with op.batch_alter_table("notices") as batch:
        batch.alter_column("id", nullable=False, existing_type=sa.Uuid())
        batch.drop_constraint("pk_notices", type_="primary")
        batch.create_primary_key("pk_notices", ["recipient_id", "id"])
        batch.create_unique_constraint("uq_notices_once", ONCE)
