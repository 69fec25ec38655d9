"""Directory: who there is, where they belong, what they may, and that it is really them."""

from services.directory.api import blueprint
from services.directory.commands import each_morning_end_expired_pairings
from services.directory.domain.acts import MAY
from services.directory.handlers import HANDLERS
from services.directory.models import TELLING, Base
from shared.service import Service

SERVICE = Service(
    name="directory",
    title="人员与学校",
    metadata=Base.metadata,
    migrations="services.directory.migrations",
    blueprint=blueprint,
    handlers=HANDLERS,
    mornings=(each_morning_end_expired_pairings,),
    telling=TELLING,
    may=MAY,
)
