"""On PostgreSQL neither the service nor the owner of its tables rewrites or empties what is append-only."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.credits.service import SERVICE
from shared import db
from tests.credits.facts import NOW, confirmed, everybody_is_known, hear, ledger, publish, revoked
from tests.fixtures_databases import Databases, OwnDatabase
from tests.signed_in import CHEN, ZHAO, Door, opened_at, said_in

STATEMENTS = [
    "UPDATE {table} SET {column} = {column}",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "TRUNCATE {table} CASCADE",
    "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) DO UPDATE SET {column} = 0",
]
TABLES = [
    ("ledger_entries", "minutes", "id"),
    ("rule_packs", "minutes_per_hour", "id"),
    ("known_revocations", "round_no", "activity_id, teacher_id, round_no"),
]


@pytest.fixture
def own(databases: Databases) -> OwnDatabase:
    """The database as both of its roles see it."""
    return databases("credits")


@pytest.fixture
def door(own: OwnDatabase) -> Iterator[Door]:
    """The service with an hour earned and taken back."""
    with opened_at(own.app_url, SERVICE, now=NOW) as door:
        publish(door)
        hear(door, confirmed(), revoked())
        yield door


@pytest.mark.parametrize("role", ["app_url", "owner_url"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_nobody_changes_or_removes_a_fact(door: Door, own: OwnDatabase, *, role: str, statement: str) -> None:
    before = ledger(door)
    engine = db.make_engine(getattr(own, role))

    for table, column, key in TABLES:
        refused = text(statement.format(table=table, column=column, key=key))
        with (
            pytest.raises(DBAPIError, match=r"append-only|permission denied"),
            db.transaction(engine) as session,
        ):
            session.execute(refused)

    engine.dispose()
    assert ledger(door) == before


@pytest.mark.parametrize("role", ["app_url", "owner_url"])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = {column}", *STATEMENTS[1:3]])
def test_nobody_changes_or_empties_the_audit_log(
    door: Door, own: OwnDatabase, *, role: str, statement: str
) -> None:
    """PR26."""
    everybody_is_known(door)
    said_in(door.as_(ZHAO).get(f"/teachers/{CHEN.person_id}/statement"))
    engine = db.make_engine(getattr(own, role))

    refused = r"append-only|dated facts|permission denied"
    for table, column in (("audit_entries", "verb"), ("audit_objects", "object_id"), ("looks", "part")):
        with pytest.raises(DBAPIError, match=refused), db.transaction(engine) as session:
            session.execute(text(statement.format(table=table, column=column)))

    engine.dispose()
