"""What a county process refuses to start with (PR27), each fault by its name, and all of them at once."""

import json
import secrets as random
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import registry, secrets
from shared.settings import BadSettings, load

NAMES = tuple(one.name for one in registry.DOMAIN)

Tell = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    secrets.create(tmp_path / "secrets", follows=dict.fromkeys(NAMES, ()))
    return tmp_path / "secrets"


@pytest.fixture
def tell(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Tell:
    """The environment of a process of the registry, but for what is given."""

    def told(name: str, **other: str) -> None:
        (row,) = [one for one in registry.processes() if one.name == name]
        environment = registry.environment(row, registry.this_machine(folder))
        for variable, value in {**environment, **other}.items():
            monkeypatch.setenv(variable, value)

    return told


def fault(service: str) -> str:
    with pytest.raises(BadSettings) as refused:
        load(service, services=NAMES)
    return str(refused.value)


@pytest.mark.parametrize("name", [one.name for one in registry.long_running()])
def test_what_deploy_makes_is_good_enough(tell: Tell, name: str) -> None:
    tell(name)

    settings = load(name.rsplit("-", 1)[0], services=NAMES)

    assert settings.secure_cookies
    assert settings.provider is None
    assert settings.trusted_proxies == (1 if name.endswith("-web") else 0)


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("short", "short"),
        ("change-me-change-me-change-me-change-me", "an example"),
        ("this is the example secret of the manual", "an example"),
        ("abababababababababababababababababab", "hardly any chance in it"),
    ],
)
def test_a_secret_somebody_made_up_is_refused(tell: Tell, folder: Path, secret: str, why: str) -> None:
    """ATK23."""
    (folder / "console_secret").write_text(secret)
    tell("console-web")

    assert "YANXUN_CONSOLE_SECRET_FILE" in fault("console"), why


def test_a_key_that_fits_nothing_is_refused(tell: Tell, folder: Path, tmp_path: Path) -> None:
    """ATK23: a key of another deployment."""
    secrets.create_embedded(tmp_path / "other")
    (folder / "signing_key").write_text((tmp_path / "other" / "signing_key").read_text())
    tell("directory-web")

    assert "YANXUN_SIGNING_KEY_FILE" in fault("directory")


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("amqp://guest:guest@rabbitmq:5672/yanxun", "guest"),
        ("amqp://guest:a-long-password-1@rabbitmq:5672/yanxun", "guest"),
        ("amqp://credits:credits@rabbitmq:5672/yanxun", "YANXUN_BROKER_URL_FILE"),
        ("amqp://credits@rabbitmq:5672/yanxun", "YANXUN_BROKER_URL_FILE"),
    ],
)
def test_a_default_user_of_the_broker_is_refused(tell: Tell, folder: Path, url: str, word: str) -> None:
    """ATK60."""
    (folder / "credits_broker_url").write_text(url)
    tell("credits-worker")

    assert word in fault("credits")


def test_a_database_without_a_password_worth_the_name_is_refused(tell: Tell, folder: Path) -> None:
    (folder / "plans_database_url").write_text("postgresql://plans:plans@postgres:5432/plans")
    tell("plans-web")

    assert "YANXUN_DATABASE_URL_FILE" in fault("plans")


@pytest.mark.parametrize(("bind", "refused"), [("0.0.0.0:8100", True), ("127.0.0.1:8100", False)])
def test_a_cookie_in_the_clear_stays_on_this_machine(tell: Tell, bind: str, refused: bool) -> None:  # noqa: FBT001  a column of the table
    """ATK31."""
    tell("console-web", YANXUN_SECURE_COOKIES="false", YANXUN_BIND=bind)

    if refused:
        assert "YANXUN_SECURE_COOKIES" in fault("console")
    else:
        assert not load("console", services=NAMES).secure_cookies


def test_a_debugger_is_refused(tell: Tell) -> None:
    tell("plans-web", FLASK_DEBUG="1")

    assert "FLASK_DEBUG" in fault("plans")


def test_a_provider_is_told_whole_or_not_at_all(tell: Tell) -> None:
    tell("directory-web", YANXUN_OIDC_ISSUER="http://id.example", YANXUN_OIDC_CLIENT_ID="yanxun")

    said = fault("directory")

    for name in ("CLIENT_SECRET", "REDIRECT_URI", "ISSUER should begin with https"):
        assert name in said
    assert "CLIENT_ID is not set" not in said


def test_a_provider_that_is_told_whole_is_known(tell: Tell, folder: Path) -> None:
    (folder / "oidc_client_secret").write_text(random.token_urlsafe(24))
    tell(
        "directory-web",
        YANXUN_OIDC_ISSUER="https://id.example",
        YANXUN_OIDC_CLIENT_ID="yanxun",
        YANXUN_OIDC_REDIRECT_URI="https://county.example/sign-in/provider/back",
    )

    settings = load("directory", services=NAMES)

    assert settings.provider is not None
    assert settings.provider.name == "统一身份认证"
    assert settings.provider.client_secret not in repr(settings)


def test_every_fault_is_named_at_once(tell: Tell, folder: Path) -> None:
    (folder / "console_secret").write_text("x")
    tell("console-web", FLASK_DEBUG="1", YANXUN_SECURE_COOKIES="false", YANXUN_BIND="0.0.0.0:1")

    said = fault("console")

    assert all(word in said for word in ("CONSOLE_SECRET", "FLASK_DEBUG", "SECURE_COOKIES"))


def test_the_list_of_keys_names_its_file(tell: Tell, folder: Path) -> None:
    tell("directory-web")

    settings = load("directory", services=NAMES)

    assert settings.jwks_file == folder / "jwks"
    assert settings.signing_key_file == folder / "signing_key"
    assert json.loads((folder / "jwks").read_text()) == settings.jwks
