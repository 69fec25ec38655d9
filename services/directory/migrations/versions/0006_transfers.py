"""Transfers may say why they come late, and may be undone.

Rebuilds `transfers` on SQLite; on PostgreSQL adds empty columns. Nobody could propose one before.
"""

import sqlalchemy as sa
from alembic import op

from shared.db import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FIRST = "state IN ('proposed', 'agreed', 'refused', 'called_off')"
NOW = "state IN ('proposed', 'agreed', 'refused', 'called_off', 'undone')"


def upgrade() -> None:
    """Add."""
    with op.batch_alter_table("transfers") as batch:
        batch.drop_constraint("ck_transfers_transferstate", type_="check")
        batch.add_column(sa.Column("because", sa.String(200), nullable=True))
        batch.add_column(sa.Column("undone_by", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("undone_at", Moment(), nullable=True))
        batch.create_check_constraint("ck_transfers_transferstate", NOW)


def downgrade() -> None:
    """Transfers that were undone are forgotten; what came of them stays in the history of the people."""
    op.execute("DELETE FROM transfers WHERE state = 'undone'")
    with op.batch_alter_table("transfers") as batch:
        batch.drop_constraint("ck_transfers_transferstate", type_="check")
        for column in ("because", "undone_by", "undone_at"):
            batch.drop_column(column)
        batch.create_check_constraint("ck_transfers_transferstate", FIRST)
