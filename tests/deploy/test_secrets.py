"""Secrets are random, private, made once, and fit together."""

import base64
import json
import os
import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from deploy import broker, certificate, registry, secrets

FOLLOWS = {deployed.name: ("directory",) for deployed in registry.DOMAIN}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    secrets.create(tmp_path / "secrets", follows=FOLLOWS)
    return tmp_path / "secrets"


def test_every_secret_the_registry_asks_for_is_there(folder: Path) -> None:
    asked = {name for process in registry.processes() for name in process.secrets.values()}
    of_the_servers = {"postgres_password", "rabbitmq_definitions", "tls_certificate", "tls_key"}

    assert {file.name for file in folder.iterdir()} == asked | of_the_servers


def test_only_the_owner_may_read_them(folder: Path) -> None:
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}

    assert modes.pop("rabbitmq_definitions") == 0o644  # hashes, read by the broker's own user
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_second_time_changes_nothing_but_the_broker_s_salt(folder: Path) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}

    secrets.create(folder, follows=FOLLOWS)

    after = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert {name for name in after if after[name] != before[name]} == {"rabbitmq_definitions"}


def test_what_was_lost_alone_is_made_again(folder: Path) -> None:
    (folder / "credits_broker_url").unlink()
    kept = (folder / "signing_key").read_bytes()

    secrets.create(folder, follows=FOLLOWS)

    assert (folder / "credits_broker_url").exists()
    assert (folder / "signing_key").read_bytes() == kept


def test_a_token_of_the_directory_is_verified_with_the_public_half(folder: Path) -> None:
    private = OKPKey.import_key(json.loads(secrets.read(folder, "signing_key")))
    public = json.loads(secrets.read(folder, "jwks"))

    token = jwt.encode(
        {"alg": "Ed25519", "kid": private.kid}, {"sub": "chen"}, private, algorithms=["Ed25519"]
    )

    assert jwt.decode(token, KeySet.import_key_set(public), algorithms=["Ed25519"]).claims == {"sub": "chen"}
    assert "d" not in public["keys"][0]


def test_passwords_differ_and_are_long(folder: Path) -> None:
    urls = [
        urlsplit(secrets.read(folder, file.name)) for file in folder.iterdir() if file.name.endswith("_url")
    ]

    passwords = [url.password for url in urls]
    assert len(set(passwords)) == len(passwords)
    assert all(password and len(password) >= 32 for password in passwords)


def test_the_broker_knows_the_hash_of_the_password_in_the_url(folder: Path) -> None:
    definitions = json.loads(secrets.read(folder, "rabbitmq_definitions"))
    [credits_user] = [user for user in definitions["users"] if user["name"] == "credits"]
    password = secrets.broker_passwords(folder)["credits"]

    salt = base64.b64decode(credits_user["password_hash"])[:4]
    assert broker.password_hash(password, salt=salt) == credits_user["password_hash"]


def test_the_first_certificate_is_its_own_authority() -> None:
    made = x509.load_pem_x509_certificate(certificate.self_signed(host="yanxun.example").certificate.encode())

    made.verify_directly_issued_by(made)
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["yanxun.example"]


@pytest.mark.parametrize("arguments", [[], ["one", "two"]])
def test_bad_use_is_one_line_and_exit_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert secrets.main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "server"), [([], "postgres:5432"), (["--on-host"], "127.0.0.1:5432")], ids=["image", "host"]
)
def test_the_files_name_the_servers_as_the_processes_see_them(
    options: list[str], server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "HOST_USER", os.getuid())

    assert secrets.main([str(tmp_path), *options]) == 0

    assert f"@{server}/credits" in secrets.read(tmp_path, "credits_database_url")
