"""What a process is told from outside: read once at its start, everything wrong named at once."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from environs import EnvError, FileAwareEnv

SECRET_CHARACTERS_MIN = 32
SECRET_VARIETY_MIN = 8
PASSWORD_CHARACTERS_MIN = 12
EXAMPLES = ("changeme", "change-me", "change_me", "example", "password", "secret", "yanxun", "default")
"""What stands in manuals; a secret is made by deploy.secrets."""
SERVERS = {"postgresql", "postgresql+psycopg", "amqp", "amqps"}
PROXIES = (0, 1)
OIDC = ("issuer", "client_id", "client_secret", "redirect_uri", "name")


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


def load(service: str, *, services: tuple[str, ...]) -> Settings:
    """The settings of a county process, from YANXUN_ variables; one that ends in _FILE names a file."""
    env = FileAwareEnv(eager=False, prefix="YANXUN_")
    database_url = env.str("DATABASE_URL")
    broker_url = env.str("BROKER_URL", "")
    deployment = env.str("DEPLOYMENT")
    secure = env.bool("SECURE_COOKIES", True)
    trusted_proxies = env.int("TRUSTED_PROXIES", 0)
    bind = env.str("BIND", "")
    console_secret = env.str("CONSOLE_SECRET", "")
    api_urls = {name: env.str(f"API_URL_{name.upper()}", "") for name in services}
    oidc = {name: env.str(f"OIDC_{name.upper()}", "") for name in OIDC}
    files = FileAwareEnv(prefix="YANXUN_")
    try:
        env.seal()
        jwks_file, jwks = _json_file(files, "JWKS_FILE")
        signing_key_file, signing_key = _json_file(files, "SIGNING_KEY_FILE")
    except (EnvError, OSError, ValueError) as error:
        raise BadSettings(f"{service}: {error}") from error
    if jwks is None:
        raise BadSettings(f"{service}: YANXUN_JWKS_FILE is not set")
    loaded = Settings(
        mode=Mode.COUNTY,
        deployment=deployment.strip(),
        database_url=database_url.strip(),  # a secret file ends with a newline
        broker_url=broker_url.strip(),
        jwks=jwks,
        jwks_file=jwks_file,
        signing_key=signing_key,
        signing_key_file=signing_key_file,
        console_secret=console_secret.strip() or None,
        api_urls={name: url.strip() for name, url in api_urls.items() if url},
        secure_cookies=secure,
        trusted_proxies=trusted_proxies,
        provider=_provider(oidc),
    )
    if faults := [*_faults(loaded, bind=bind), *_provider_faults(oidc)]:
        raise BadSettings(f"{service}: {'; '.join(faults)}")
    return loaded


def _json_file(env: FileAwareEnv, name: str) -> tuple[Path | None, Mapping[str, Any] | None]:
    path = env.path(name, None)
    return path, json.loads(path.read_text(encoding="utf-8")) if path else None


# --- what a county must not start with


def _faults(settings: Settings, *, bind: str) -> Iterator[str]:
    """Everything that would let strangers in; all of it is named at once."""
    if os.environ.get("FLASK_DEBUG", "0") not in {"", "0"}:
        yield "FLASK_DEBUG is on, and shows strangers what a process holds"
    if not settings.secure_cookies and not _stays_here(bind):
        yield "YANXUN_SECURE_COOKIES=false lets cookies travel in the clear; only on 127.0.0.1 (YANXUN_BIND)"
    if settings.console_secret is not None and _is_weak(settings.console_secret):
        yield "YANXUN_CONSOLE_SECRET_FILE is short or an example; delete the file and run deploy.secrets"
    yield from _url_faults("YANXUN_DATABASE_URL_FILE", settings.database_url)
    yield from _url_faults("YANXUN_BROKER_URL_FILE", settings.broker_url)
    if settings.trusted_proxies not in PROXIES:
        yield f"YANXUN_TRUSTED_PROXIES should be one of {PROXIES}"
    if settings.signing_key is not None and not _fits(settings.signing_key, settings.jwks):
        yield "YANXUN_SIGNING_KEY_FILE is not among YANXUN_JWKS_FILE: its tokens would count nowhere"


def _stays_here(bind: str) -> bool:
    """Whether a web process listens on this machine alone; a process that does not listen has no cookies."""
    return not bind or bind.rsplit(":", 1)[0] in {"127.0.0.1", "[::1]", "localhost"}


def _is_weak(secret: str) -> bool:
    """Too short, an example somebody copied, or hardly more than one letter."""
    plain = secret.casefold()
    example = any(word in plain for word in EXAMPLES)
    return len(secret) < SECRET_CHARACTERS_MIN or example or len(set(secret)) < SECRET_VARIETY_MIN


def _url_faults(variable: str, url: str) -> Iterator[str]:
    """A server asks for a password, and a default one is as good as none."""
    parts = urlsplit(url)
    if parts.scheme not in SERVERS:
        return
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user == "guest":
        yield f"{variable} signs in as guest, whom every installation knows"
    if len(password) < PASSWORD_CHARACTERS_MIN or password.casefold() in {user.casefold(), *EXAMPLES}:
        yield f"{variable} holds no password, a short one or an example; delete it and run deploy.secrets"


def _fits(signing_key: Mapping[str, Any], jwks: Mapping[str, Any]) -> bool:
    return any(key.get("x") == signing_key.get("x") for key in jwks.get("keys", ()))


def _provider(oidc: Mapping[str, str]) -> Provider | None:
    given = {name: value.strip() for name, value in oidc.items()}
    if not given["issuer"]:
        return None
    return Provider(**{**given, "name": given["name"] or "统一身份认证"})


def _provider_faults(oidc: Mapping[str, str]) -> Iterator[str]:
    """All of it, or nothing."""
    if not oidc["issuer"].strip():
        return
    for name in ("client_id", "client_secret", "redirect_uri"):
        if not oidc[name].strip():
            yield f"YANXUN_OIDC_{name.upper()} is not set, though YANXUN_OIDC_ISSUER is"
    for name in ("issuer", "redirect_uri"):
        parts = urlsplit(oidc[name].strip())
        if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost"}:
            yield f"YANXUN_OIDC_{name.upper()} should begin with https://"
