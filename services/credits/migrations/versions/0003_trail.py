"""The audit log (审计日志), and who looked at whose file. New tables only, no lock on anything."""

from alembic import op

from shared.kernel_migrations import create_trail, drop_trail

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add."""
    create_trail(op)


def downgrade() -> None:
    """What was logged is lost."""
    drop_trail(op)
