"""Alembic's entry: migrates the tables of plans."""

from services.plans.models import WALLS, Base
from shared import migrations

migrations.run(Base.metadata, walls=WALLS)
