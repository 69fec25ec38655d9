"""Tenancy (学校隔离): which rows a transaction reaches, and the walls PostgreSQL keeps beside our WHERE."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

WHOLE_COUNTY = "*"
SCOPE = "scope"

_TOLD_SCHOOLS = "current_setting('yanxun.schools', true)"
_TOLD_PEOPLE = "current_setting('yanxun.people', true)"
_IS_COUNTY = f"(SELECT coalesce(({_TOLD_SCHOOLS} = '{WHOLE_COUNTY}')::text, 'false')) <> 'false'"
_LISTED = "ANY ((SELECT string_to_array(nullif({told}, '" + WHOLE_COUNTY + "'), ',')::uuid[])::uuid[])"
_SCHOOLS = _LISTED.format(told=_TOLD_SCHOOLS)
_PEOPLE = _LISTED.format(told=_TOLD_PEOPLE)
_IS_SOMEBODY = f"(SELECT {_TOLD_PEOPLE}) <> ''"
"""Each is a subselect of its own: PostgreSQL evaluates it once a statement, not once a row.

The county's is no plain `=`: of a `<>` the planner expects that nearly every row passes, and plans for all of
them instead of for a handful.
"""


# --- who reaches what -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a transaction reaches: rows of these schools, and rows about these entries of the register."""

    schools: frozenset[UUID] | None
    """None is the whole county."""
    people: frozenset[UUID] = frozenset()
    """Who acts; of a merged entry, the others of the same person too."""


COUNTY = Scope(schools=None)
"""The county office, and a service's own work: workers, relay, the command line."""
NOBODY = Scope(schools=frozenset())
"""Before anybody is signed in."""


def entering(scope: Scope) -> str:
    """What a transaction of PostgreSQL says to reach just this, until its end."""
    schools = WHOLE_COUNTY if scope.schools is None else _joined(scope.schools)
    return f"SET LOCAL yanxun.schools = '{schools}'; SET LOCAL yanxun.people = '{_joined(scope.people)}'"


def enter(session: Session, scope: Scope) -> None:
    """From here to the end of the transaction; SQLite has no walls, there the WHERE stands alone."""
    session.info[SCOPE] = scope
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql(entering(scope))


def _joined(ids: Collection[UUID]) -> str:
    return ",".join(sorted(str(one) for one in ids))


def widen(session: Session, *, schools: Collection[UUID] = (), people: Collection[UUID] = ()) -> None:
    """Reach these too, for the rest of the transaction; for whoever has found out that the actor may."""
    scope: Scope = session.info[SCOPE]
    if scope.schools is not None and not (scope.schools.issuperset(schools) and scope.people >= set(people)):
        enter(session, Scope(schools=scope.schools.union(schools), people=scope.people.union(people)))


@contextmanager
def whole_county(session: Session) -> Iterator[None]:
    """A deliberate look, or step, across schools; whatever stands inside has its own reason and check.

    What was written before it is held against the narrow scope, what is written inside against none.
    """
    scope: Scope = session.info[SCOPE]
    if scope.schools is None:
        yield
        return
    session.flush()
    enter(session, COUNTY)
    try:
        yield
        session.flush()
    except BaseException:
        with suppress(SQLAlchemyError):  # a transaction that failed reaches nothing any more
            enter(session, scope)
        raise
    enter(session, scope)


# --- the walls --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wall:
    """Whose the rows of a table are: what a school sees of them, what it may write, and what else add."""

    sees: str
    writes: str
    adds: str = "false"

    def __or__(self, other: "Wall") -> "Wall":
        """Rows that belong in the one way or in the other."""
        return Wall(f"{self.sees} OR {other.sees}", f"{self.writes} OR {other.writes}")

    def to_read(self) -> "Wall":
        """The same, for reading only."""
        return Wall(self.sees, "false")

    def to_log(self) -> "Wall":
        """The same, for reading, and for adding whatever happened; what was added is not written again."""
        return Wall(self.sees, "false", adds="true")


Walls = Mapping[str, Wall | None]
"""By table; None has no wall, and a comment beside it says why."""

OPEN = Wall(_IS_SOMEBODY, "false")
"""Whoever acts reads it, such as names of schools and rules of the county; the county alone writes it."""
OWN_WORK = Wall("false", "false")
"""Only the service's own work, and the county office, come to it."""


def of_school(*columns: str) -> Wall:
    """Rows of the school that one of these columns names."""
    return _either(f"{{table}}.{column} = {_SCHOOLS}" for column in columns)


def of_person(*columns: str) -> Wall:
    """Rows about whoever acts."""
    return _either(f"{{table}}.{column} = {_PEOPLE}" for column in columns)


def through(column: str, parent: str, key: str, *, where: str = "true") -> Wall:
    """Rows whose parent is in reach, as the parent's own wall has it."""
    there = f"one.{key} = {{table}}.{column} AND {where}"
    return _either([f"EXISTS (SELECT 1 FROM {parent} AS one WHERE {there})"])  # noqa: S608  names of ours


def through_own(column: str, parent: str, key: str, *, person: str) -> Wall:
    """Rows that a row about whoever acts refers to."""
    return through(column, parent, key, where=f"one.{person} = {_PEOPLE}")


def _either(conditions: Collection[str] | Iterator[str]) -> Wall:
    joined = " OR ".join(conditions)
    return Wall(joined, joined)


def build(connection: Connection, walls: Walls) -> None:
    """Put up whatever does not stand as `walls` says; what does is not touched, nor locked."""
    standing = _standing(connection)
    for table, wall in walls.items():
        if wall is not None and standing.get(table) != _digest(table, wall):
            _pull_down(connection, table)
            for statement in _statements(table, wall):
                connection.exec_driver_sql(statement)


def clear(connection: Connection, walls: Walls) -> None:
    """Take down whatever does not stand as `walls` says: a migration may have to change what it names."""
    for table, digest in _standing(connection).items():
        wall = walls.get(table)
        if wall is None or digest != _digest(table, wall):
            _pull_down(connection, table)


def _standing(connection: Connection) -> Mapping[str, str]:
    """The digest of each wall, by table; it is kept as the policy's comment."""
    asked = text(
        "SELECT pg_class.relname, obj_description(pg_policy.oid, 'pg_policy')"
        " FROM pg_policy JOIN pg_class ON pg_class.oid = pg_policy.polrelid"
        " WHERE pg_policy.polname = 'wall' AND pg_class.relforcerowsecurity"
    )
    return {table: digest or "" for table, digest in connection.execute(asked)}


def _pull_down(connection: Connection, table: str) -> None:
    for name in ("wall", "wall_sees", "wall_adds"):
        connection.exec_driver_sql(f"DROP POLICY IF EXISTS {name} ON {table}")
    connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")


def _statements(table: str, wall: Wall) -> list[str]:
    sees, writes = (
        f"{_IS_COUNTY} OR {condition.format(table=table)}" for condition in (wall.sees, wall.writes)
    )
    made = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY wall ON {table} USING ({writes}) WITH CHECK ({writes})",
        f"COMMENT ON POLICY wall ON {table} IS '{_digest(table, wall)}'",
    ]
    if sees != writes:
        made.append(f"CREATE POLICY wall_sees ON {table} FOR SELECT USING ({sees})")
    if wall.adds != "false":
        made.append(f"CREATE POLICY wall_adds ON {table} FOR INSERT WITH CHECK ({wall.adds})")
    return made


def _digest(table: str, wall: Wall) -> str:
    said = f"{_IS_COUNTY}\n{wall.sees}\n{wall.writes}\n{wall.adds}".format(table=table)
    return sha256(said.encode()).hexdigest()
