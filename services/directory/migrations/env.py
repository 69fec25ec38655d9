"""Alembic's entry: migrates the tables of the directory."""

from services.directory.models import WALLS, Base
from shared import migrations

migrations.run(Base.metadata, walls=WALLS)
