"""What tells one's sign-ins apart, and with whose eyes one looks. New columns, no row is rewritten."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.add_column("console_sessions", sa.Column("browser", sa.String(40), nullable=True))
    op.add_column("console_sessions", sa.Column("view_token", sa.Text(), nullable=True))
    op.create_index("ix_console_sessions_person_id", "console_sessions", ["person_id"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_console_sessions_person_id", "console_sessions")
    with op.batch_alter_table("console_sessions") as sessions:
        sessions.drop_column("view_token")
        sessions.drop_column("browser")
