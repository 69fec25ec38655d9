"""Credits: what attendance earns, kept in an append-only ledger, and why."""

from services.credits.api import blueprint
from services.credits.domain import MAY
from services.credits.handlers import HANDLERS
from services.credits.models import TELLING, Base
from shared.service import Service

SERVICE = Service(
    name="credits",
    title="学时",
    metadata=Base.metadata,
    migrations="services.credits.migrations",
    blueprint=blueprint,
    handlers=HANDLERS,
    telling=TELLING,
    may=MAY,
)
