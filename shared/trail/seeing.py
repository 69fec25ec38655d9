"""Sees which rows a request changes, whichever way, and logs them in the transaction that changes them."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Row, Table, event, inspect, select, tuple_
from sqlalchemy.orm import ORMExecuteState, Session

from shared.inserts import WATCH
from shared.trail.watch import ROWS_MAX, Change, Values, Watch, values_of, write

Rows = Sequence[Row[Any]]


# --- through objects ---------------------------------------------------------------------------------------


@event.listens_for(Session, "after_flush")
def _see_objects(session: Session, _context: object) -> None:
    watch: Watch | None = session.info.get(WATCH)
    if watch is None:
        return
    for one in session.new:
        _see(watch, "added", one)
    for one in session.dirty:
        if session.is_modified(one):
            _see(watch, "changed", one)
    for one in session.deleted:
        _see(watch, "removed", one)


def _see(watch: Watch, verb: str, one: object) -> None:
    state: Any = inspect(one)
    table = watch.table(state.mapper.local_table.name)
    if table is None:
        return
    now = {column.name: state.dict[column.name] for column in table.columns if column.name in state.dict}
    before = {"added": {}, "changed": {**now, **_overwritten(state, now)}, "removed": now}[verb]
    watch.note(verb, table, [Change(before, {} if verb == "removed" else now)], count=1)


def _overwritten(state: Any, now: Values) -> Values:
    """What the changed attributes held before."""
    histories = {name: state.attrs[name].history for name in now}
    return {
        name: history.deleted[0] if history.deleted else None
        for name, history in histories.items()
        if history.has_changes()
    }


# --- through statements ------------------------------------------------------------------------------------


@event.listens_for(Session, "do_orm_execute")
def _see_statement(state: ORMExecuteState) -> Any:
    watch: Watch | None = state.session.info.get(WATCH)
    if watch is None or not (state.is_insert or state.is_update or state.is_delete):
        return None
    table = watch.table(cast("Any", state.statement).table.name)
    if table is None:
        return None
    return _see_insert(state, watch, table) if state.is_insert else _see_change(state, watch, table)


def _see_insert(state: ORMExecuteState, watch: Watch, table: Table) -> Any:
    """What it was given; where not all of that was written, what came back of it."""
    result: Any = state.invoke_statement()
    given: Any = state.parameters if isinstance(state.parameters, list) else [state.parameters or {}]
    if not _returns(state):
        watch.inserted(table, given, written=len(given))
        return result
    kept = result.freeze()
    rows = kept().all()
    watch.inserted(table, given, written=len(rows), read=rows)
    return kept()


def _see_change(state: ORMExecuteState, watch: Watch, table: Table) -> Any:
    """Read what it will touch, and, where it changes rows, what they are then."""
    state.session.flush()
    before = _touched(state, table, most=watch.room)
    result: Any = state.invoke_statement()
    kept = result.freeze() if _returns(state) else lambda: result
    count = _count_of(state, kept())
    if state.is_delete:
        watch.note("removed", table, [Change(values_of(table, row), {}) for row in before], count=count)
        return kept()
    after = _again(state.session, table, before)
    changed = [Change(values_of(table, row), after.get(_key(table, row), {})) for row in before]
    watch.note("changed", table, changed, count=count)
    return kept()


def _returns(state: ORMExecuteState) -> bool:
    return bool(cast("Any", state.statement).exported_columns)


def _touched(state: ORMExecuteState, table: Table, *, most: int) -> Rows:
    """The rows a statement is about: those of its WHERE, or those whose keys it was given."""
    if most <= 0:
        return []
    keys = list(table.primary_key.columns)
    asked = select(table).order_by(*keys).limit(most)
    connection = state.session.connection()
    if isinstance(state.parameters, list):
        given = [tuple(one[key.name] for key in keys) for one in state.parameters[:ROWS_MAX]]
        return connection.execute(asked.where(tuple_(*keys).in_(given))).all()
    asked = asked.where(cast("Any", state.statement).whereclause)
    return connection.execute(asked, state.parameters or {}).all()


def _count_of(state: ORMExecuteState, result: Any) -> int:
    """How many rows; a statement run for many keys at once does not say."""
    if isinstance(state.parameters, list):
        return len(state.parameters)
    return len(result.all()) if _returns(state) else max(0, int(result.rowcount))


def _again(session: Session, table: Table, rows: Rows) -> Mapping[tuple[Any, ...], Values]:
    """What the same rows hold now."""
    if not rows:
        return {}
    these = tuple_(*table.primary_key.columns).in_([_key(table, row) for row in rows])
    found = session.connection().execute(select(table).where(these))
    return {_key(table, row): values_of(table, row) for row in found}


def _key(table: Table, row: Row[Any]) -> tuple[Any, ...]:
    return tuple(row._mapping[key.name] for key in table.primary_key.columns)


# --- the end of the transaction ----------------------------------------------------------------------------


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    """One entry for all of it, written with it; the end of a savepoint is too early."""
    watch: Watch | None = session.info.get(WATCH)
    if watch is None or session.in_nested_transaction():
        return
    session.flush()
    if watch.counts:
        write(session, watch.entry(), objects=[*watch.deed.objects, *watch.objects])
        watch.counts.clear()
