"""A connection that died while it rested is not handed to anybody, and a transaction begins whole."""

import time
from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from deploy.servers import PrivatePostgres
from shared import db
from shared.tenancy import Scope
from tests.fixtures_databases import Databases

SCHOOL, PERSON = UUID(int=1), UUID(int=2)
REACHED = text("SELECT current_setting('yanxun.schools', true), current_setting('yanxun.people', true)")


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    """With one connection, so that the same is handed out again."""
    made = db.make_engine(databases("activities").app_url, pool_size=1)
    yield made
    made.dispose()


def end_connection_of(engine: Engine, server: PrivatePostgres) -> None:
    """As a restart of the database would."""
    with db.transaction(engine, write=False) as session:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with psycopg.connect(server.url) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def one(engine: Engine) -> int:
    with db.transaction(engine, write=False) as session:
        return int(session.execute(text("SELECT 1")).scalar_one())


def test_a_connection_that_died_while_it_rested_is_replaced(
    engine: Engine, postgres_server: PrivatePostgres
) -> None:
    end_connection_of(engine, postgres_server)
    time.sleep(db.RESTED_SECONDS + 0.1)

    assert one(engine) == 1


def test_one_that_died_a_moment_ago_fails_once(engine: Engine, postgres_server: PrivatePostgres) -> None:
    end_connection_of(engine, postgres_server)

    with pytest.raises(OperationalError):
        one(engine)
    assert one(engine) == 1


def test_the_beginning_says_what_is_reached_in_the_same_trip(engine: Engine) -> None:
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *facts: sent.append(facts[2]))
    scope = Scope(schools=frozenset({SCHOOL}), people=frozenset({PERSON}))

    with db.transaction(engine, write=False, scope=scope) as session:
        reached = tuple(session.execute(REACHED).one())

    assert reached == (str(SCHOOL), str(PERSON))
    assert len(sent) == 2
    assert sent[0].startswith("BEGIN; SET LOCAL")


def test_nothing_of_it_is_left_for_the_next_transaction(engine: Engine) -> None:
    with db.transaction(engine, write=False):
        pass
    with db.transaction(engine, write=False, scope=Scope(schools=frozenset({SCHOOL}))) as session:
        session.execute(REACHED).one()

    with engine.begin() as connection:
        assert tuple(connection.execute(REACHED).one()) in {("", ""), (None, None)}
