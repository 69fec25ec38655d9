"""The first table of the console. Locks nothing: everything is new."""

import sqlalchemy as sa
from alembic import op

from shared.db import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From nothing."""
    op.create_table(
        "console_sessions",
        sa.Column("id_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name="pk_console_sessions"),
        sa.CheckConstraint("opened_at <= seen_at", name="ck_console_sessions_seen_after_opened"),
        sa.CheckConstraint("opened_at < ends_at", name="ck_console_sessions_ends_after_opened"),
    )
    op.create_index("ix_console_sessions_ends_at", "console_sessions", ["ends_at"])


def downgrade() -> None:
    """Back to nothing; everybody has to sign in again."""
    op.drop_table("console_sessions")
