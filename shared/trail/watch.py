"""What the audit log notes of one request: the rows it changed, and the entry made of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, MetaData, Row, Table, insert
from sqlalchemy.orm import Session

from shared.auth import Actor
from shared.inserts import insert_unread
from shared.kernel_tables import audit_entries, audit_objects
from shared.trail.telling import Telling, Way
from shared.values import new_id, plain

ROWS_MAX = 20
"""Of one request, so many rows are told; the others are counted, and say themselves what they are."""
OBJECTS_MAX = 100
TEXT_MAX = 200
COMMAND_LINE, BY_ITSELF = "CLI", "SELF"
"""The method of what nobody asks for at a door."""
UNTOLD = "…"
"""What stands for a value that the log does not repeat."""

ENTRY = insert(audit_entries)

Values = Mapping[str, Any]


class Change(NamedTuple):
    """A row before and after; nothing before it was added, nothing after it was removed."""

    before: Values
    after: Values

    @property
    def whole(self) -> Values:
        """Every column that is known, as it is last."""
        return {**self.before, **self.after}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A request as the log tells of it."""

    at: datetime
    actor: Actor | None
    verb: str
    method: str
    route: str
    path: str
    address: str
    trace: str | None
    objects: tuple[UUID, ...] = ()
    """The ids in its path."""


def by_operator(verb: str, *, at: datetime) -> Deed:
    """What an operator does on the command line, where nobody is signed in."""
    return _unasked(verb, method=COMMAND_LINE, at=at)


def by_itself(verb: str, *, at: datetime) -> Deed:
    """What a service does without being asked, such as a duty of the morning."""
    return _unasked(verb, method=BY_ITSELF, at=at)


def _unasked(verb: str, *, method: str, at: datetime) -> Deed:
    return Deed(at=at, actor=None, verb=verb, method=method, route="", path="", address="", trace=None)


@dataclass(slots=True, kw_only=True)
class Watch:
    """One transaction of a request, and the rows it has changed so far."""

    deed: Deed
    actor: Actor | None = None
    metadata: MetaData
    telling: Telling
    rows: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    objects: dict[UUID, None] = field(default_factory=dict)
    schools: set[UUID] = field(default_factory=set)

    def table(self, name: str) -> Table | None:
        """A table of the service whose changes are told; None for any other."""
        return None if name in self.telling.unwatched else self.metadata.tables.get(name)

    @property
    def room(self) -> int:
        """How many more rows are told."""
        return ROWS_MAX - len(self.rows)

    def note(self, verb: str, table: Table, changes: Sequence[Change], *, count: int) -> None:
        """So many rows of a table were added, changed or removed; of the first what they said, and say."""
        if not count:
            return
        of_table = self.counts.setdefault(table.name, {})
        of_table[verb] = of_table.get(verb, 0) + count
        for change in changes:
            self._note_ids(change.whole)
            if self.room > 0:
                self.rows.append({"table": table.name, "verb": verb, **self._told(table, change)})

    def inserted(
        self, table: Table, rows: Sequence[Values], *, written: int, read: Sequence[Row[Any]] = ()
    ) -> None:
        """See `db.Watching`. Where not all were written and none read back, nobody knows which it was."""
        if self.table(table.name) is None:
            return
        told = rows if written == len(rows) else [values_of(table, row) for row in read[:OBJECTS_MAX]]
        self.note("added", table, [Change({}, one) for one in told[:OBJECTS_MAX]], count=written)

    def _note_ids(self, whole: Values) -> None:
        """Whom and what a row is about; who wrote it stands in the entry already."""
        ids = {name: value for name, value in whole.items() if isinstance(value, UUID)}
        self.objects |= dict.fromkeys(value for name, value in ids.items() if not name.endswith("_by"))
        if "school_id" in ids:
            self.schools.add(ids["school_id"])

    def _told(self, table: Table, change: Change) -> dict[str, Any]:
        """Its key, and the columns that differ."""
        whole = change.whole
        names = [name for name in whole if change.before.get(name) != change.after.get(name)]
        before, after = (
            {name: self._value(table.columns[name], row[name]) for name in names if name in row}
            for row in change
        )
        key = {one.name: _plain(whole.get(one.name)) for one in table.primary_key.columns}
        return {"key": key, "before": before, "after": after}

    def _value(self, column: Column[Any], value: Any) -> Any:
        if value is None or self.telling.way_of(column) is Way.TOLD:
            return _plain(value)
        return UNTOLD

    def entry(self) -> dict[str, Any]:
        """The row of the log."""
        actor = self.actor
        (school,) = self.schools if len(self.schools) == 1 else (actor.school_id if actor else None,)
        return {
            **row_of(self.deed, actor=actor),
            "school_id": school,
            "changes": self.rows,
            "counts": self.counts,
        }


def row_of(deed: Deed, *, actor: Actor | None) -> dict[str, Any]:
    """What every entry of the log says."""
    real = actor.seen_by if actor else None
    return {
        "id": new_id(deed.at),
        "at": deed.at,
        "school_id": actor and actor.school_id,
        "actor_id": actor and actor.person_id,
        "actor_name": actor and actor.name[:64],
        "actor_kind": actor and actor.kind.value,
        "actor_roles": " ".join(sorted(role.value for role in actor.roles)) if actor else "",
        "real_id": real and real.person_id,
        "real_name": real and real.name[:64],
        "verb": deed.verb[:64],
        "method": deed.method,
        "route": deed.route[:200],
        "path": deed.path[:400],
        "address": deed.address,
        "trace": deed.trace,
        "status": None,
        "code": None,
        "changes": [],
        "counts": {},
    }


def write(session: Session, row: Mapping[str, Any], *, objects: Iterable[UUID]) -> None:
    """One entry, and what it is about."""
    session.execute(ENTRY, [row])
    about = list(dict.fromkeys(objects))[:OBJECTS_MAX]
    insert_unread(session, audit_objects, [{"object_id": one, "entry_id": row["id"]} for one in about])


def values_of(table: Table, row: Row[Any]) -> dict[str, Any]:
    """What a row holds of the columns of a table."""
    return {name: value for name, value in row._mapping.items() if name in table.columns}


def _plain(value: Any) -> Any:
    match plain(value):
        case str() as written:
            return written[:TEXT_MAX]
        case bytes():
            return UNTOLD
        case other:
            return other
