"""Notify: who is told what of hours, exactly once."""

from services.notify.api import blueprint
from services.notify.handlers import HANDLERS
from services.notify.models import TELLING, Base
from shared.service import Service

SERVICE = Service(
    name="notify",
    title="通知",
    metadata=Base.metadata,
    migrations="services.notify.migrations",
    blueprint=blueprint,
    handlers=HANDLERS,
    telling=TELLING,
)
