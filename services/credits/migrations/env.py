"""Alembic's entry: migrates the tables of credits."""

from services.credits.models import WALLS, Base
from shared import migrations

migrations.run(Base.metadata, walls=WALLS)
