"""People's names with the version heard of.

Adds a column with a default: no lock for longer than a moment.
"""

import sqlalchemy as sa
from alembic import op

from shared.kernel_migrations import BIG

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Version 0 is what was told first."""
    with op.batch_alter_table("known_people") as batch:
        batch.add_column(sa.Column("version", BIG, nullable=False, server_default="0"))
    with op.batch_alter_table("known_people") as batch:
        batch.alter_column("version", server_default=None, existing_type=BIG, existing_nullable=False)


def downgrade() -> None:
    """Names stay, versions are lost."""
    with op.batch_alter_table("known_people") as batch:
        batch.drop_column("version")
