"""The contents page of plans."""

from services.plans.api import blueprint
from services.plans.domain import MAY
from services.plans.handlers import HANDLERS
from services.plans.models import TELLING, Base
from shared.service import Service

SERVICE = Service(
    name="plans",
    title="计划",
    metadata=Base.metadata,
    migrations="services.plans.migrations",
    blueprint=blueprint,
    handlers=HANDLERS,
    telling=TELLING,
    may=MAY,
)
