"""What a process is told from outside: read once at its start, everything wrong named at once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from environs import EnvError, FileAwareEnv


class Mode(StrEnum):
    """Embedded: one process, SQLite, in-process transport. County: processes, PostgreSQL, RabbitMQ."""

    EMBEDDED = "embedded"
    COUNTY = "county"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A county's own sign-in (统一身份认证), spoken to by OpenID Connect."""

    name: str
    """What its button is called."""
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    """The console's address to which the provider sends people back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one service's process. Secrets do not show in `repr`."""

    mode: Mode
    deployment: str
    """The county's id: messages and tokens of another deployment are refused."""
    database_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    jwks: Mapping[str, Any]
    """Public keys that verify bearer tokens, as a JWK Set."""
    jwks_file: Path | None = None
    """Where they were read, to be read again when it changes."""
    signing_key: Mapping[str, Any] | None = field(default=None, repr=False)
    """The directory's private Ed25519 key as a JWK; nobody else has one."""
    signing_key_file: Path | None = None
    """Where it was read, to be read again when it changes."""
    console_secret: str | None = field(default=None, repr=False)
    api_urls: Mapping[str, str] = field(default_factory=dict)
    """Where the console finds each service."""
    lock_dir: Path | None = None
    """Where embedded processes keep the lock files of their leases."""
    secure_cookies: bool = True
    trusted_proxies: int = 0
    """How many proxies of ours stand in front: 1 behind the county's nginx, none in embedded mode."""
    provider: Provider | None = None
    """Where else people may sign in."""


class BadSettings(Exception):
    """The process must not start; the message names every setting at fault."""


def _json_file(env: FileAwareEnv, name: str) -> Mapping[str, Any] | None:
    path = env.path(name, None)
    return json.loads(path.read_text(encoding="utf-8")) if path else None


def load(service: str, *, services: tuple[str, ...]) -> Settings:
    """The settings of a county process, from YANXUN_ variables; one that ends in _FILE names a file."""
    env = FileAwareEnv(eager=False, prefix="YANXUN_")
    database_url = env.str("DATABASE_URL")
    broker_url = env.str("BROKER_URL", "")
    deployment = env.str("DEPLOYMENT")
    secure = env.bool("SECURE_COOKIES", True)
    console_secret = env.str("CONSOLE_SECRET", "")
    api_urls = {name: env.str(f"API_URL_{name.upper()}", "") for name in services}
    files = FileAwareEnv(prefix="YANXUN_")
    try:
        env.seal()
        jwks = _json_file(files, "JWKS_FILE")
        signing_key = _json_file(files, "SIGNING_KEY_FILE")
    except (EnvError, OSError, ValueError) as error:
        raise BadSettings(f"{service}: {error}") from error
    if jwks is None:
        raise BadSettings(f"{service}: YANXUN_JWKS_FILE is not set")
    return Settings(
        mode=Mode.COUNTY,
        deployment=deployment.strip(),
        database_url=database_url.strip(),  # a secret file ends with a newline
        broker_url=broker_url.strip(),
        jwks=jwks,
        signing_key=signing_key,
        console_secret=console_secret.strip() or None,
        api_urls={name: url.strip() for name, url in api_urls.items() if url},
        secure_cookies=secure,
    )
