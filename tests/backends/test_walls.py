"""PR18: on PostgreSQL a school neither sees, changes nor adds a row of another, whatever the WHERE says."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, Engine, Integer, LargeBinary, Table, Uuid, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from deploy.services import SERVICES
from services.activities.models import WALLS as ACTIVITIES
from services.credits.models import WALLS as CREDITS
from services.directory.models import WALLS as DIRECTORY
from services.notify.models import WALLS as NOTIFY
from services.plans.models import WALLS as PLANS
from services.plans.service import SERVICE as PLANS_SERVICE
from shared import db, migrations, tenancy
from shared.db import Moment
from shared.kernel_tables import WALLS as KERNELS
from shared.service import Service
from shared.tenancy import COUNTY, NOBODY, OPEN, OWN_WORK, Scope, Walls
from tests.fixtures_databases import Databases
from tests.signed_in import OTHER_SCHOOL, SCHOOL

WALLS: Mapping[str, Walls] = {
    "activities": {**KERNELS, **ACTIVITIES},
    "credits": {**KERNELS, **CREDITS},
    "directory": {**KERNELS, **DIRECTORY},
    "notify": {**KERNELS, **NOTIFY},
    "plans": {**KERNELS, **PLANS},
}
SCHOOLS = {"school_id", "mentor_school_id", "from_school_id", "to_school_id", "central_school_id"}
NUMBERS = {SCHOOL: 1, OTHER_SCHOOL: 2}
VALUES: tuple[tuple[type[Any], Any], ...] = (
    (Moment, datetime(2026, 10, 14, 6, 0, tzinfo=UTC)),
    (Boolean, True),
    (JSON, {}),
    (LargeBinary, b"x"),
)
ONE_SHAPE = (
    "SELECT format('ALTER TABLE %I DROP CONSTRAINT %I', rel.relname, con.conname) FROM pg_constraint AS con"
    " JOIN pg_class AS rel ON rel.oid = con.conrelid WHERE con.contype IN ('c', 'f')"
    " AND rel.relnamespace = 'public'::regnamespace"
)
"""What rows say of one another is the domain's business; here each stands for a school, and no more."""


def theirs(school_id: UUID) -> UUID:
    """Whatever of a school has an id of its own: its person, its activity, its plan."""
    return uuid5(school_id, "theirs")


def row_of(table: Table, school_id: UUID) -> dict[str, Any]:
    """A row that belongs to a school in every way in which it can."""
    return {column.name: _value(table, column, school_id) for column in table.columns}


def _value(table: Table, column: Column[Any], school_id: UUID) -> Any:
    if isinstance(column.type, Uuid):
        is_school = column.name in SCHOOLS or (table.name, column.name) == ("schools", "id")
        return None if column.name == "withdrawn_in" else school_id if is_school else theirs(school_id)
    if column.name in {"withdrawn_at", "undone_at"}:
        return None
    if (enum := getattr(column.type, "enum_class", None)) is not None:
        return next(iter(enum))
    if isinstance(column.type, Integer):
        return NUMBERS[school_id]
    if isinstance(column.type, Date):
        return date(2026, 10, NUMBERS[school_id])
    found = [value for kind, value in VALUES if isinstance(column.type, kind)]
    return found[0] if found else str(theirs(school_id))[: getattr(column.type, "length", None) or 8]


SCOPE = Scope(schools=frozenset((SCHOOL,)), people=frozenset((theirs(SCHOOL),)))


@pytest.fixture(params=SERVICES, ids=lambda service: service.name)
def service(request: pytest.FixtureRequest) -> Service:
    """Each of the five."""
    found: Service = request.param
    return found


@pytest.fixture
def engine(databases: Databases, service: Service) -> Iterator[Engine]:
    """Its database as its own lesser role, with a row of two schools in every table."""
    own = databases(service.name)
    owner, engine = db.make_engine(own.owner_url), db.make_engine(own.app_url)
    with owner.begin() as connection:
        for (drop,) in connection.execute(text(ONE_SHAPE)).all():
            connection.execute(text(drop))
    owner.dispose()
    with db.transaction(engine) as session:
        for table in walled(service):
            session.execute(table.insert(), [row_of(table, school) for school in (SCHOOL, OTHER_SCHOOL)])
    yield engine
    engine.dispose()


def walled(service: Service) -> Iterator[Table]:
    """Every table that has a wall."""
    tables = {**db.kernel.tables, **service.metadata.tables}
    for name, wall in WALLS[service.name].items():
        if wall is not None:
            yield tables[name]


def seen(engine: Engine, table: Table, scope: Scope) -> int:
    """How many rows there are, to somebody."""
    with db.transaction(engine, write=False, scope=scope) as session:
        return len(session.execute(table.select()).all())


def test_of_every_table_a_school_sees_its_own_and_nobody_sees_any(engine: Engine, service: Service) -> None:
    walls = WALLS[service.name]
    expected = {name: 0 if wall == OWN_WORK else 2 if _is_open(wall) else 1 for name, wall in walls.items()}

    to_a_school = {table.name: seen(engine, table, SCOPE) for table in walled(service)}
    to_nobody = {table.name: seen(engine, table, NOBODY) for table in walled(service)}

    assert to_a_school == {table.name: expected[table.name] for table in walled(service)}
    assert set(to_nobody.values()) == {0}


def _is_open(wall: Any) -> bool:
    return wall is not None and OPEN.sees in wall.sees


def test_where_nothing_is_set_nothing_is_seen(engine: Engine, service: Service) -> None:
    with engine.connect() as connection:
        found = {table.name: len(connection.execute(table.select()).all()) for table in walled(service)}

    assert set(found.values()) == {0}


def test_no_row_of_another_school_is_changed_or_removed(engine: Engine, service: Service) -> None:
    for table in walled(service):
        theirs_of = [column == row_of(table, OTHER_SCHOOL)[column.name] for column in table.primary_key]
        nothing = {table.columns[0].name: table.columns[0]}
        for statement in (table.update().where(*theirs_of).values(nothing), table.delete().where(*theirs_of)):
            with suppress(ProgrammingError), db.transaction(engine, scope=SCOPE) as session:
                changed: Any = session.execute(statement)
                assert changed.rowcount == 0, table.name

    assert {table.name: seen(engine, table, COUNTY) for table in walled(service)} == {
        table.name: 2 for table in walled(service)
    }


def test_no_row_of_another_school_is_added_but_one_of_ones_own_would_be(
    engine: Engine, service: Service
) -> None:
    for table in walled(service):
        wall = WALLS[service.name][table.name]
        if wall is None or wall.adds == "true":
            continue
        with (
            pytest.raises(DBAPIError, match="row-level security"),
            db.transaction(engine, scope=SCOPE) as session,
        ):
            session.execute(table.insert(), [row_of(table, OTHER_SCHOOL)])

        if wall.writes == "false":
            continue
        with pytest.raises(IntegrityError), db.transaction(engine, scope=SCOPE) as session:
            session.execute(table.insert(), [row_of(table, SCHOOL)])


def test_the_log_takes_what_happened_to_another_school_and_shows_it_to_that_one(engine: Engine) -> None:
    entries, objects = db.kernel.tables["audit_entries"], db.kernel.tables["audit_objects"]
    third = uuid5(SCHOOL, "third")
    entry = row_of(entries, OTHER_SCHOOL) | {"id": third}

    with db.transaction(engine, scope=SCOPE) as session:
        session.execute(entries.insert(), [entry])
        session.execute(objects.insert(), [{"object_id": theirs(SCHOOL), "entry_id": third}])

    to_it = Scope(schools=frozenset((OTHER_SCHOOL,)))
    assert [seen(engine, table, SCOPE) for table in (entries, objects)] == [1, 1]
    assert [seen(engine, table, to_it) for table in (entries, objects)] == [2, 2]


def test_the_walls_hold_against_both_roles_and_neither_can_pass_by(engine: Engine, service: Service) -> None:
    asked = text(
        "SELECT relname, relrowsecurity AND relforcerowsecurity AS forced, rolname = current_user AS mine"
        " FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    limits = text(
        "SELECT count(*) FROM pg_roles"
        " WHERE (rolname = current_user OR pg_has_role(current_user, oid, 'MEMBER'))"
        " AND (rolsuper OR rolbypassrls)"
    )
    with engine.connect() as connection:
        tables = {row.relname: row for row in connection.execute(asked)}
        above = connection.execute(limits).scalar_one()

    assert {table.name for table in walled(service)} == {name for name, row in tables.items() if row.forced}
    assert not any(row.mine for row in tables.values())
    assert above == 0


def plan_of(school_id: UUID) -> dict[str, Any]:
    """A row that the table's own rules allow."""
    return row_of(PLANS_SERVICE.metadata.tables["plans"], school_id) | {"school_year": 2026}


def test_a_look_across_schools_ends_with_its_block(databases: Databases) -> None:
    engine = db.make_engine(databases("plans").app_url)
    plans = PLANS_SERVICE.metadata.tables["plans"]
    with db.transaction(engine) as session:
        session.execute(plans.insert(), [plan_of(SCHOOL), plan_of(OTHER_SCHOOL)])

    with db.transaction(engine, scope=SCOPE) as session:

        def count() -> int:
            return len(session.execute(plans.select()).all())

        with tenancy.whole_county(session):
            assert count() == 2
        assert count() == 1
        with pytest.raises(LookupError), tenancy.whole_county(session), session.begin_nested():
            raise LookupError
        assert count() == 1
        tenancy.widen(session, schools={OTHER_SCHOOL})
        assert count() == 2
    engine.dispose()


def test_a_connection_that_is_used_again_reaches_nothing(databases: Databases) -> None:
    engine = db.make_engine(databases("plans").app_url, pool_size=1)
    plans = PLANS_SERVICE.metadata.tables["plans"]
    with db.transaction(engine) as session:
        session.execute(plans.insert(), [plan_of(SCHOOL)])

    with engine.connect() as connection:
        assert connection.execute(plans.select()).all() == []
    engine.dispose()


def test_a_migration_run_again_leaves_the_walls_and_one_back_takes_them_down(databases: Databases) -> None:
    engine = db.make_engine(databases("plans").owner_url)
    asked = text("SELECT oid FROM pg_policy ORDER BY oid")

    def standing() -> list[int]:
        with engine.connect() as connection:
            return list(connection.execute(asked).scalars())

    before = standing()
    migrations.upgrade(engine, PLANS_SERVICE.migrations)
    again = standing()
    migrations.downgrade(engine, PLANS_SERVICE.migrations, to="base")
    down = standing()
    engine.dispose()

    assert before == again != []
    assert down == []
