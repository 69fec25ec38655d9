"""Alembic's entry: migrates the tables of notify."""

from services.notify.models import WALLS, Base
from shared import migrations

migrations.run(Base.metadata, walls=WALLS)
