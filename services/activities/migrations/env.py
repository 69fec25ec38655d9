"""Alembic's entry: migrates the tables of activities."""

from services.activities.models import WALLS, Base
from shared import migrations

migrations.run(Base.metadata, walls=WALLS)
