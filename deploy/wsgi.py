"""What gunicorn makes in each of its workers, after the fork: one service's HTTP door, or the console."""

from wsgiref.types import WSGIApplication

from deploy.registry import CONSOLE, DOMAIN
from deploy.services import SERVICES
from services.console import service as console
from shared import log, settings
from shared.client import Client
from shared.db import make_engine
from shared.service import Running
from shared.web import create_app

POOL_SIZE = 4
"""A connection for each thread of a gunicorn worker."""

NAMES = tuple(deployed.name for deployed in DOMAIN)


def running(name: str) -> Running:
    """A service with its engine, as its environment tells."""
    service = next(service for service in SERVICES if service.name == name)
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
    return console.create_app(engine=engine, settings=own, clients=clients)
