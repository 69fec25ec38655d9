"""The one table of what runs in a county: compose, systemd units and the native run are made from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePath, PurePosixPath

DEFAULT_DEPLOYMENT = "county"
WEB_SERVICE = "YANXUN_WEB_SERVICE"
"""Whose door a web process opens; `yanxun web` tells its server, which loads that one before it forks."""


class Kind(StrEnum):
    """How a process lives: it answers HTTP, it works on events, or it runs once and ends."""

    WEB = "web"
    WORKER = "worker"
    ONCE = "migrate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What a county runs of one service."""

    name: str
    port: int
    """Of its web process; natively on the loopback address, in a container on its own."""
    has_worker: bool = True
    web_memory_mb: int = 384
    worker_memory_mb: int = 256


DOMAIN = (
    Deployed(name="directory", port=8101, web_memory_mb=640),  # a password check takes 64 MB
    Deployed(name="plans", port=8102),
    Deployed(name="activities", port=8103),
    Deployed(name="credits", port=8104),
    Deployed(name="notify", port=8105),
)
CONSOLE = Deployed(name="console", port=8100, has_worker=False)
DEPLOYED = (*DOMAIN, CONSOLE)
PORTS: Mapping[str, int] = {deployed.name: deployed.port for deployed in DEPLOYED}

MIGRATE_MEMORY_MB = 384


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One row: a process of ours, what starts it and what it is told."""

    name: str
    kind: Kind
    service: str | None
    """None for the one that serves all of them."""
    arguments: tuple[str, ...]
    """What follows `yanxun` on the command line."""
    secrets: Mapping[str, str]
    """Variable (it ends in _FILE) to the name of the secret's file."""
    memory_mb: int
    needs_broker: bool = False

    @property
    def port(self) -> int | None:
        """Where it answers HTTP."""
        return PORTS[self.service] if self.kind is Kind.WEB and self.service else None


def processes() -> tuple[Process, ...]:
    """Every process of a county, in the order in which they start."""
    webs = (_web(deployed) for deployed in DEPLOYED)
    workers = (_worker(deployed) for deployed in DEPLOYED if deployed.has_worker)
    return (_migrate(), *webs, *workers)


def long_running() -> tuple[Process, ...]:
    """Those that stay."""
    return tuple(process for process in processes() if process.kind is not Kind.ONCE)


def _migrate() -> Process:
    """Creates databases and roles where they are missing and brings every schema up to date, once."""
    secrets = {"YANXUN_ADMIN_DATABASE_URL_FILE": "admin_database_url"}
    for deployed in DEPLOYED:
        secrets[app_url_variable(deployed.name)] = f"{deployed.name}_database_url"
        secrets[owner_url_variable(deployed.name)] = f"{deployed.name}_owner_database_url"
    return Process(
        name="migrate",
        kind=Kind.ONCE,
        service=None,
        arguments=("migrate",),
        secrets=secrets,
        memory_mb=MIGRATE_MEMORY_MB,
    )


def app_url_variable(service: str) -> str:
    """Where `migrate` learns which role and database to create for the service's processes."""
    return f"YANXUN_APP_DATABASE_URL_{service.upper()}_FILE"


def owner_url_variable(service: str) -> str:
    """Where `migrate` learns how to sign in as the owner of the service's tables."""
    return f"YANXUN_MIGRATION_DATABASE_URL_{service.upper()}_FILE"


def _web(deployed: Deployed) -> Process:
    own = {}
    if deployed.name == "directory":
        own["YANXUN_SIGNING_KEY_FILE"] = "signing_key"  # it alone issues tokens
        own["YANXUN_OIDC_CLIENT_SECRET_FILE"] = "oidc_client_secret"  # noqa: S105  a name
    if deployed is CONSOLE:
        own["YANXUN_CONSOLE_SECRET_FILE"] = "console_secret"  # noqa: S105  a name
    return Process(
        name=f"{deployed.name}-web",
        kind=Kind.WEB,
        service=deployed.name,
        arguments=("web", deployed.name),
        secrets=_secrets_of(deployed) | own,
        memory_mb=deployed.web_memory_mb,
    )


def _worker(deployed: Deployed) -> Process:
    return Process(
        name=f"{deployed.name}-worker",
        kind=Kind.WORKER,
        service=deployed.name,
        arguments=("worker", deployed.name),
        secrets=_secrets_of(deployed) | {"YANXUN_BROKER_URL_FILE": f"{deployed.name}_broker_url"},
        memory_mb=deployed.worker_memory_mb,
        needs_broker=True,
    )


def _secrets_of(deployed: Deployed) -> dict[str, str]:
    return {
        "YANXUN_JWKS_FILE": "jwks",
        "YANXUN_DATABASE_URL_FILE": f"{deployed.name}_database_url",
    }


PROVIDER = ("YANXUN_OIDC_ISSUER", "YANXUN_OIDC_CLIENT_ID", "YANXUN_OIDC_REDIRECT_URI", "YANXUN_OIDC_NAME")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where processes run: how they find their secrets and one another."""

    secrets: PurePath
    listen: str
    """The address web processes listen on."""
    ports: Mapping[str, int]
    named: bool
    """Whether a process is reached under its own name, as containers are."""
    deployment: str = DEFAULT_DEPLOYMENT
    provider: Mapping[str, str] = field(default_factory=dict)
    """What the directory is told of the county's own sign-in, where no file of settings does."""

    def address(self, service: str) -> str:
        """Host and port of a service's web process."""
        host = f"{service}-web" if self.named else "127.0.0.1"
        return f"{host}:{self.ports[service]}"


CONTAINERS = Place(
    secrets=PurePosixPath("/run/secrets"),
    listen="0.0.0.0",  # noqa: S104  inside a container's own network; only the proxy is published
    ports=PORTS,
    named=True,
    deployment=f"${{YANXUN_DEPLOYMENT:-{DEFAULT_DEPLOYMENT}}}",  # compose fills it in
    provider={name: f"${{{name}:-}}" for name in PROVIDER},
)


def this_machine(secrets: Path, *, ports: Mapping[str, int] = PORTS) -> Place:
    """All processes side by side, each on a port of its own of the loopback address."""
    return Place(secrets=secrets, listen="127.0.0.1", ports=ports, named=False)


def environment(process: Process, place: Place) -> dict[str, str]:
    """All that a process is told."""
    told = {"YANXUN_MODE": "county", "YANXUN_DEPLOYMENT": place.deployment}
    if process.kind is Kind.WEB and process.service:
        told["YANXUN_BIND"] = f"{place.listen}:{place.ports[process.service]}"
        told["YANXUN_TRUSTED_PROXIES"] = "1"  # nginx; the console says to the directory what nginx said to it
        if process.service == "directory":
            told |= place.provider
    if process.service == CONSOLE.name:
        told |= {
            f"YANXUN_API_URL_{each.name.upper()}": f"http://{place.address(each.name)}" for each in DOMAIN
        }
    return told | {variable: str(place.secrets / name) for variable, name in process.secrets.items()}
