"""`yanxun officer`: the first account of a county's office, from the command line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from deploy import secrets
from deploy.cli import main
from services.directory.service import SERVICE
from shared import migrations
from shared.client import Client, Problem
from shared.db import make_engine
from shared.kernel_tables import audit_entries
from shared.service import Running
from shared.settings import Mode, Settings
from shared.web import create_app
from tests.cast import PASSWORD, QIAN


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A directory whose environment the command reads, and its door."""
    secrets.create_embedded(tmp_path / "secrets")
    url = f"sqlite:///{tmp_path}/directory.sqlite3"
    for name, value in {
        "DATABASE_URL": url,
        "DEPLOYMENT": "test",
        "JWKS_FILE": str(tmp_path / "secrets" / "jwks"),
    }.items():
        monkeypatch.setenv(f"YANXUN_{name}", value)
    engine = make_engine(url)
    migrations.upgrade(engine, SERVICE.migrations)
    settings = Settings(
        mode=Mode.EMBEDDED,
        deployment="test",
        database_url=url,
        broker_url="",
        jwks=json.loads(secrets.read(tmp_path / "secrets", "jwks")),
        signing_key=json.loads(secrets.read(tmp_path / "secrets", "signing_key")),
    )
    yield Client.in_process(create_app(Running(service=SERVICE, engine=engine, settings=settings)).wsgi_app)
    engine.dispose()


def enter(password: str = PASSWORD) -> tuple[int, str]:
    arguments = ["officer", "--name", QIAN.name, "--username", QIAN.username, "--password", password]
    done = CliRunner().invoke(main, arguments)
    return done.exit_code, done.output


def sign_in(directory: Client) -> str:
    body = {"username": QIAN.username, "password": PASSWORD}
    return str(directory.post("/api/directory/v1/sign-in", body)["person"]["name"])


def test_the_officer_can_sign_in(directory: Client) -> None:
    code, _ = enter()

    assert (code, sign_in(directory)) == (0, QIAN.name)


def test_what_is_done_on_the_command_line_stands_in_the_audit_log(directory: Client, tmp_path: Path) -> None:
    enter()
    sign_in(directory)

    engine = make_engine(f"sqlite:///{tmp_path}/directory.sqlite3")
    with engine.connect() as connection:
        entered, signed_in = connection.execute(select(audit_entries).order_by(audit_entries.c.id)).all()
    engine.dispose()

    assert (entered.verb, entered.method, entered.actor_id) == ("create_county_officer", "CLI", None)
    assert entered.counts["accounts"] == {"added": 1}
    assert (signed_in.verb, signed_in.actor_name) == ("sign_in", QIAN.name)


def test_an_officer_nobody_can_help_gets_a_new_initial_password(directory: Client) -> None:
    enter()

    done = CliRunner().invoke(main, ["officer-reset", "--username", QIAN.username])
    unknown = CliRunner().invoke(main, ["officer-reset", "--username", "nobody"])

    said = done.output.strip().rsplit(" ", 1)[-1]
    body = {"username": QIAN.username, "password": said}
    assert directory.post("/api/directory/v1/sign-in", body)["person"]["name"] == QIAN.name
    assert unknown.exit_code == 1
    assert "nobody" in unknown.output


def test_a_taken_username_is_refused_in_one_line(directory: Client) -> None:
    enter()

    code, said = enter()

    assert code == 1
    assert said.strip() == f"Error: 这些用户名已有人使用，请换一个：{QIAN.username}"
    assert sign_in(directory) == QIAN.name


def test_a_password_anybody_would_guess_makes_no_account(directory: Client) -> None:
    code, _ = enter(password="12345678")

    assert code == 1
    with pytest.raises(Problem):
        sign_in(directory)
