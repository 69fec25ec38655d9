"""The contents page of activities."""

from services.activities.api import blueprint
from services.activities.domain import MAY
from services.activities.handlers import HANDLERS
from services.activities.models import TELLING, Base
from shared.service import Service

SERVICE = Service(
    name="activities",
    title="研训活动",
    metadata=Base.metadata,
    migrations="services.activities.migrations",
    blueprint=blueprint,
    handlers=HANDLERS,
    telling=TELLING,
    may=MAY,
)
