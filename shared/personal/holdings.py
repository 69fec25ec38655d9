"""Everything a service holds about a person (个人信息导出): every row that names her by her id."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, MetaData, Table, Uuid, func, or_, select
from sqlalchemy.orm import Session

from shared import tenancy
from shared.auth import Actor
from shared.kernel_tables import audit_entries, looks
from shared.rights import MAY, Act
from shared.trail import Telling, Way
from shared.values import Forbidden, plain

ROWS_MAX = 5_000
"""Of one table; a teacher's working life stays below."""
KERNEL: Sequence[tuple[Table, str]] = ((audit_entries, "actor_id"), (looks, "subject_id"))
"""Where the kernel keeps what she did, and who looked at her file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The rows of one table that are about her."""

    table: str
    rows: Sequence[Mapping[str, Any]]
    left_out: int


def holdings(
    session: Session, *, actor: Actor, person_id: UUID, metadata: MetaData, telling: Telling
) -> Sequence[Holding]:
    """All of it but what is secret, for herself or the county office; tables without any are left out."""
    if actor.seen_by is not None:
        raise Forbidden("以他人身份查看时不能导出个人信息")
    if actor.person_id != person_id:
        actor.require(*MAY[Act.EXPORT_OTHERS])
    with tenancy.whole_county(session):  # what is about her is hers, in whichever school it was written
        found = [
            _held(session, table, keys, person_id=person_id, telling=telling)
            for table, keys in _tables(metadata)
        ]
    return [one for one in found if one.rows]


def _tables(metadata: MetaData) -> Iterator[tuple[Table, Sequence[Column[Any]]]]:
    """Every table with the columns that may hold her id; who entered a row is not whom it is about."""
    for table in metadata.sorted_tables:
        keys = [one for one in table.columns if isinstance(one.type, Uuid) and not one.name.endswith("_by")]
        if keys:
            yield table, keys
    for table, key in KERNEL:
        yield table, [table.columns[key]]


def _held(
    session: Session, table: Table, keys: Sequence[Column[Any]], *, person_id: UUID, telling: Telling
) -> Holding:
    hers = or_(*(key == person_id for key in keys))
    shown = [column for column in table.columns if telling.way_of(column) is not Way.SECRET]
    asked = select(*shown).where(hers).order_by(*table.primary_key.columns).limit(ROWS_MAX)
    rows = [{name: _written(value) for name, value in row._mapping.items()} for row in session.execute(asked)]
    count = len(rows)
    if count == ROWS_MAX:
        count = session.scalar(select(func.count()).select_from(table).where(hers)) or count
    return Holding(table=table.name, rows=rows, left_out=count - len(rows))


def _written(value: Any) -> Any:
    return None if isinstance(value, bytes) else plain(value)
