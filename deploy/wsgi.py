"""What gunicorn makes in each of its workers, after the fork: one service's HTTP door, or the console."""

from importlib import import_module
from types import ModuleType
from wsgiref.types import WSGIApplication

from deploy.registry import CONSOLE, DOMAIN
from shared import log, settings
from shared.client import Client
from shared.db import make_engine
from shared.service import Running, Service
from shared.web import create_app

POOL_SIZE = 4
"""A connection for each thread of a gunicorn worker."""

NAMES = tuple(deployed.name for deployed in DOMAIN)


def load(name: str) -> ModuleType:
    """The rooms of one service, or the console's, and nothing of the others'.

    A process that loaded all of them took over a half longer to be there again after a death.
    """
    return import_module(f"services.{name}.service")


def running(name: str) -> Running:
    """A service with its engine, as its environment tells."""
    service: Service = load(name).SERVICE
    own = settings.load(name, services=NAMES)
    return Running(service=service, engine=make_engine(own.database_url, pool_size=POOL_SIZE), settings=own)


def create(name: str) -> WSGIApplication:
    """The application of one web process."""
    log.configure(service=name)
    if name != CONSOLE.name:
        return create_app(running(name))
    own = settings.load(name, services=NAMES)
    clients = {service: Client.over_http(url) for service, url in own.api_urls.items()}
    engine = make_engine(own.database_url, pool_size=POOL_SIZE)
    made: WSGIApplication = load(name).create_app(engine=engine, settings=own, clients=clients)
    return made
