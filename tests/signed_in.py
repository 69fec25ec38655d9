"""A service's HTTP door on SQLite, and the people of the test cast who come to it signed in."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from joserfc.jwk import KeySet, OKPKey
from sqlalchemy import Engine, select
from werkzeug.test import Client, TestResponse

from shared import db, migrations
from shared.auth import Actor, issue_token
from shared.events.catalogue import CATALOGUE
from shared.events.codec import Event, data_of
from shared.events.schemas import schema_for
from shared.kernel_tables import outbox
from shared.service import Arrival, Running, Service, SetWise
from shared.settings import Mode, Provider, Settings
from shared.vocabulary import Role
from shared.web.app import open_door, with_routes_of

DEPLOYMENT = "test-county"
KEY = OKPKey.generate_key("Ed25519", auto_kid=True)

SCHOOL = UUID(int=0x51)
OTHER_SCHOOL = UUID(int=0x52)


def _actor(number: int, name: str, school_id: UUID | None, *roles: Role) -> Actor:
    return Actor(person_id=UUID(int=number), name=name, school_id=school_id, roles=frozenset(roles))


LIN = _actor(0xC1, "林老师", SCHOOL, Role.TEACHER)
CHEN = _actor(0xC2, "陈老师", SCHOOL, Role.TEACHER)
WU = _actor(0xC3, "吴老师", SCHOOL, Role.TEACHER, Role.GROUP_LEADER)
ZHAO = _actor(0xC4, "赵校长", SCHOOL, Role.PRINCIPAL)
QIAN = _actor(0xC5, "钱科长", None, Role.COUNTY_OFFICER)
HU = _actor(0xC6, "胡老师", OTHER_SCHOOL, Role.TEACHER, Role.GROUP_LEADER, Role.PRINCIPAL)
"""Hu leads another school: a role too few is never why she sees nothing."""
SUN = replace(_actor(0xC7, "孙主任", None, Role.TOWNSHIP_OFFICE), beyond=frozenset((SCHOOL,)))
"""Sun is of the district's office: she reads Qingshi's school and touches nothing."""


@dataclass(slots=True, kw_only=True)
class Door:
    """A service as people and events meet it; `now` is what its clock shows."""

    running: Running
    client: Client
    now: datetime

    @property
    def service(self) -> Service:
        """Whose door it is."""
        return self.running.service

    @property
    def engine(self) -> Engine:
        """Its database."""
        return self.running.engine

    def as_(self, actor: Actor) -> "Person":
        """Somebody who signs in now; her token is renewed for each request."""
        signed_in_at = self.now

        def token() -> str:
            text, _ = issue_token(
                actor,
                signing_key=KEY.as_dict(private=True),
                deployment=DEPLOYMENT,
                signed_in_at=signed_in_at,
                now=self.now,
            )
            return text

        return Person(door=self, token=token)

    def anonymous(self) -> "Person":
        """Somebody who did not sign in."""
        return Person(door=self, token=lambda: None)

    def hear(self, event: Event, *, extra: Mapping[str, Any] | None = None) -> None:
        """Handle an event that came over the wire; `extra` is what a newer producer adds to it."""
        read: Event = schema_for(type(event)).load({**json.loads(data_of(event)), **(extra or {})})
        with db.transaction(self.engine) as session:
            self.service.handlers[type(event)](session, read, now=self.now)

    def hear_together(self, *events: Event, traces: Sequence[str | None] | None = None) -> None:
        """Handle all of them at once, as the worker would: they are of one type."""
        (handler,) = {self.service.handlers[type(event)] for event in events}
        assert isinstance(handler, SetWise)
        arrivals = [Arrival(*one) for one in zip(events, traces or [None] * len(events), strict=True)]
        with db.transaction(self.engine) as session:
            handler.together(session, arrivals, now=self.now)

    def said(self) -> list[Event]:
        """Every event in the outbox, in the order in which it was said."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(outbox.c.type, outbox.c.data).order_by(outbox.c.position)).all()
        return [schema_for(CATALOGUE[row.type]).load(json.loads(row.data)) for row in rows]

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """What stands in a table, in no order of its own."""
        with db.transaction(self.engine, write=False) as session:
            found = session.execute(select(self.service.metadata.tables[table])).all()
        return sorted((tuple(row) for row in found), key=repr)

    def later(self, **by: int) -> None:
        """Time goes by."""
        self.now += timedelta(**by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody at the door; every POST carries a new key unless one is given."""

    door: Door
    token: Callable[[], str | None]

    def get(self, path: str) -> TestResponse:
        """Ask."""
        return self.door.client.get(self._at(path), headers=self._headers())

    def post(
        self, path: str, body: object = None, *, key: str | None = None, seen: object = None
    ) -> TestResponse:
        """Do; `seen` is the version that was looked at before."""
        headers = {**self._headers(), "Idempotency-Key": key or str(uuid4())}
        if seen is not None:
            headers["If-Match"] = f'"{seen}"'
        return self.door.client.post(self._at(path), json=body, headers=headers)

    def post_without_key(self, path: str, body: object) -> TestResponse:
        """Do, as a program would that does not know better."""
        return self.door.client.post(self._at(path), json=body, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        token = self.token()
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _at(self, path: str) -> str:
        return f"/api/{self.door.service.name}/v1{path}"


def said_in(answer: TestResponse) -> Any:
    """The body of an answer that is what was asked for."""
    assert answer.status_code in {200, 201}, answer.text
    return answer.json


def wrong_fields(answer: TestResponse) -> dict[str, str]:
    """Which fields an answer complains of, with the code of a complaint; none is made twice."""
    assert answer.status_code == 422, answer.text
    assert answer.json is not None
    errors = [tuple(error.values()) for error in answer.json["errors"]]
    assert len(set(errors)) == len(errors), answer.text
    return {error["field"]: error["code"] for error in answer.json["errors"]}


def code_of(answer: TestResponse) -> tuple[int, str]:
    """Status and code of a problem."""
    assert answer.json is not None
    return answer.status_code, answer.json["code"]


def migrated_file(folder: Path, service: Service) -> Path:
    """An empty database of the service at the newest revision, to be copied for each test."""
    path = folder / f"{service.name}.sqlite"
    engine = db.make_engine(f"sqlite:///{path}")
    migrations.upgrade(engine, service.migrations)
    engine.dispose()  # the last connection to close folds the write-ahead log into the file
    return path


@contextmanager
def opened_door(path: Path, service: Service, *, now: datetime) -> Iterator[Door]:
    """The door of a service over the SQLite file at `path`."""
    with opened_at(f"sqlite:///{path}", service, now=now) as door:
        yield door


_resting: dict[int, list[Flask]] = {}
"""Apps that nobody uses just now, by service: the directory's routes take longer to know than most tests."""


@contextmanager
def opened_at(
    url: str,
    service: Service,
    *,
    now: datetime,
    mode: Mode = Mode.EMBEDDED,
    provider: Provider | None = None,
) -> Iterator[Door]:
    """The door of a service over any database."""
    engine = db.make_engine(url)
    settings = Settings(
        mode=mode,
        deployment=DEPLOYMENT,
        database_url=url,
        broker_url="memory://",
        jwks=KeySet([KEY]).as_dict(private=False),
        signing_key=KEY.as_dict(private=True),
        provider=provider,
    )
    running = Running(service=service, engine=engine, settings=settings)
    resting = _resting.setdefault(id(service), [])
    app = resting.pop() if resting else with_routes_of(service)
    open_door(app, running, clock=lambda: door.now)
    door = Door(running=running, client=app.test_client(), now=now.astimezone(UTC))
    yield door
    engine.dispose()
    resting.append(app)
