"""The services that make up the platform, as values: what the registry lists by name, with their rooms."""

from services.activities.service import SERVICE as ACTIVITIES
from services.credits.service import SERVICE as CREDITS
from services.directory.service import SERVICE as DIRECTORY
from services.notify.service import SERVICE as NOTIFY
from services.plans.service import SERVICE as PLANS
from shared.service import Service

SERVICES: tuple[Service, ...] = (DIRECTORY, PLANS, ACTIVITIES, CREDITS, NOTIFY)
"""In the order of the registry; a producer stands before those who follow it most."""


def follows() -> dict[str, tuple[str, ...]]:
    """Whose streams each service receives: what the broker's bindings are made of."""
    return {service.name: service.follows for service in SERVICES}
