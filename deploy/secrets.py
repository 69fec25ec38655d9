"""A county's secrets as files: random, readable by one user only, never made twice.

`python -m deploy.secrets FOLDER` writes those of a compose deployment, with `--on-host` of one under systemd.
"""

import json
import os
import secrets
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from joserfc.jwk import Key, KeySet, OKPKey

from deploy import broker, certificate
from deploy.registry import DEPLOYED, DOMAIN

IMAGE_USER_ID = 10001
"""The user inside the image, who must be able to read the files."""
PRIVATE = 0o600
HASHED = 0o644
"""The broker's definitions hold salted hashes only and are read by the broker's own user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Host and port of the two servers, as the processes see them."""

    postgres: str
    rabbit: str


CONTAINERS = Servers(postgres="postgres:5432", rabbit="rabbitmq:5672")
HOST = Servers(postgres="127.0.0.1:5432", rabbit="127.0.0.1:5672")
HOST_USER = "yanxun"
"""Whom the systemd units run as."""
USAGE = "用法 / usage: python -m deploy.secrets FOLDER [--on-host]\n"


def create(folder: Path, *, follows: Mapping[str, Sequence[str]], servers: Servers = CONTAINERS) -> None:
    """Write every secret that is not there yet; what is there stays, so that each upgrade may run this."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_signing_key(folder)
    _create_database_urls(folder, servers.postgres)
    for deployed in DOMAIN:
        keep(folder, f"{deployed.name}_broker_url", _broker_url(deployed.name, servers.rabbit))
    keep(folder, "console_secret", secrets.token_urlsafe(48))
    keep(folder, "oidc_client_secret", "")  # filled in by a county that has a sign-in of its own
    if not (folder / "tls_certificate").exists():
        made = certificate.self_signed()
        keep(folder, "tls_key", made.key)
        keep(folder, "tls_certificate", made.certificate)
    write_definitions(folder, follows=follows)


def create_embedded(folder: Path) -> None:
    """What the one process of the embedded mode needs: the signing key and the console's secret."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_signing_key(folder)
    keep(folder, "console_secret", secrets.token_urlsafe(48))


def create_signing_key(folder: Path) -> None:
    """The directory's Ed25519 key, and the public half that everybody verifies with."""
    if (folder / "signing_key").exists():
        return
    key = _new_key()
    keep(folder, "jwks", json.dumps(KeySet([key]).as_dict(private=False)))
    keep(folder, "signing_key", json.dumps(key.as_dict(private=True)))


def add_signing_key(folder: Path, *, keep_previous: bool) -> OKPKey:
    """A new key that everybody verifies with from now on, beside the one that signs; it signs nothing yet."""
    key = _new_key()
    previous = OKPKey.import_key(json.loads(read(folder, "signing_key")))
    counting: list[Key] = [key, previous] if keep_previous else [key]
    _write_over(folder / "jwks", json.dumps(KeySet(counting).as_dict(private=False)))
    return key


def sign_with(folder: Path, key: OKPKey) -> None:
    """From the next token on, the directory signs with this."""
    _write_over(folder / "signing_key", json.dumps(key.as_dict(private=True)))


def _new_key() -> OKPKey:
    return OKPKey.generate_key("Ed25519", parameters={"use": "sig", "alg": "Ed25519"}, auto_kid=True)


def _create_database_urls(folder: Path, postgres: str) -> None:
    admin_password = secrets.token_urlsafe(24)
    keep(folder, "postgres_password", admin_password)
    admin_password = read(folder, "postgres_password")
    keep(folder, "admin_database_url", f"postgresql://postgres:{quote(admin_password)}@{postgres}/postgres")
    for deployed in DEPLOYED:
        name = deployed.name
        keep(folder, f"{name}_database_url", _database_url(name, name, postgres))
        keep(folder, f"{name}_owner_database_url", _database_url(f"{name}_owner", name, postgres))


def _database_url(role: str, database: str, postgres: str) -> str:
    return f"postgresql://{role}:{secrets.token_urlsafe(24)}@{postgres}/{database}"


def _broker_url(user: str, rabbit: str) -> str:
    return f"amqp://{user}:{secrets.token_urlsafe(24)}@{rabbit}/{broker.VHOST}"


def write_definitions(folder: Path, *, follows: Mapping[str, Sequence[str]]) -> None:
    """The broker's definitions, made anew each time: a new version of the code may follow other streams."""
    file = folder / "rabbitmq_definitions"
    file.unlink(missing_ok=True)
    text = broker.definitions(follows=follows, passwords=broker_passwords(folder))
    _write(file, text, mode=HASHED)


def broker_passwords(folder: Path) -> dict[str, str]:
    """Each service's password at the broker, out of its URL."""
    urls = {deployed.name: urlsplit(read(folder, f"{deployed.name}_broker_url")) for deployed in DOMAIN}
    return {name: url.password or "" for name, url in urls.items()}


def read(folder: Path, name: str) -> str:
    """The secret, without the newline at the end of its file."""
    return (folder / name).read_text(encoding="utf-8").strip()


def keep(folder: Path, name: str, value: str) -> None:
    """Write it unless there is one."""
    if not (folder / name).exists():
        _write(folder / name, value.strip() + "\n", mode=PRIVATE)


def _write(file: Path, text: str, *, mode: int) -> None:
    """Never readable by others, not even for the moment between its creation and a chmod."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
    file.chmod(mode)


def _write_over(file: Path, text: str) -> None:
    """Into the same file: a container sees the file it was given, not another of that name."""
    with file.open("r+", encoding="utf-8") as handle:
        handle.write(text + "\n")
        handle.truncate()


def give(folder: Path, *, user: str | int) -> None:
    """To whom the processes run as: they read the files as they are, also inside containers."""
    for each in (folder, *folder.iterdir()):
        shutil.chown(each, user, user)


def main(arguments: Sequence[str]) -> int:
    """Exit code 2 and one line on bad use."""
    from deploy.services import follows  # noqa: PLC0415  loads every service, which nobody else here needs

    user: str | int
    match arguments:
        case [folder]:
            servers, user = CONTAINERS, IMAGE_USER_ID
        case [folder, "--on-host"]:
            servers, user = HOST, HOST_USER
        case _:
            sys.stderr.write(USAGE)
            return 2
    create(Path(folder), follows=follows(), servers=servers)
    if os.geteuid() == 0:
        give(Path(folder), user=user)
    sys.stdout.write(f"密钥文件已就绪 / the secret files are ready: {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
