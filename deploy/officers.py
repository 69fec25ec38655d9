"""`yanxun officer`: the county office's first account, which opens everything else."""

from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from deploy.loops import utc_now
from deploy.wsgi import running
from services.directory.commands import Handed, create_county_officer, make_initial, reset_county_officer
from services.directory.service import SERVICE
from shared import db
from shared.settings import BadSettings
from shared.trail import WATCH, Watch, by_operator
from shared.values import Refused


class NotEntered(Exception):
    """The account was not made; the message says why and what to do."""


def enter(*, name: str, username: str, password: str) -> None:
    """Make the account in the county's directory, which the environment names."""
    try:
        engine = running("directory").engine
        enter_into(engine, name=name, username=username, password=password, now=utc_now())
    except Refused as refused:
        raise NotEntered(refused.text) from refused
    except BadSettings as error:
        raise NotEntered(f"请在 directory 的环境里运行 / run it where the directory runs: {error}") from error


def reset(*, username: str) -> Handed:
    """A new initial password for somebody of the county office whom nobody else can help."""
    try:
        engine = running("directory").engine
        initial, now = make_initial(), utc_now()
        with db.transaction(engine, **_watched("reset_county_officer", now=now)) as session:
            return reset_county_officer(session, username=username, initial=initial, now=now)
    except Refused as refused:
        raise NotEntered(refused.text) from refused
    except BadSettings as error:
        raise NotEntered(f"请在 directory 的环境里运行 / run it where the directory runs: {error}") from error


def enter_into(engine: Engine, *, name: str, username: str, password: str, now: datetime) -> None:
    """Make the account in this directory's database."""
    with db.transaction(engine, **_watched("create_county_officer", now=now)) as session:
        create_county_officer(session, name=name, username=username, password=password, now=now)


def _watched(verb: str, *, now: datetime) -> dict[str, Any]:
    """The audit log sees what is done here too."""
    deed = by_operator(verb, at=now)
    return {WATCH: Watch(deed=deed, metadata=SERVICE.metadata, telling=SERVICE.telling)}
