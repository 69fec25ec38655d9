"""Alembic's entry: migrates the table of the console."""

from services.console.models import Base
from shared import migrations

migrations.run(Base.metadata)
