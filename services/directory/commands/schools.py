"""Schools: opened, amended, closed, opened again, and said to everybody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import facts
from services.directory.commands.accounts import end_access
from services.directory.commands.groups import end_groups_of
from services.directory.domain.acts import MAY, Act
from services.directory.domain.names import name_key
from services.directory.domain.people import FIRST_DAY, check_day
from services.directory.domain.periods import Period
from services.directory.domain.schools import (
    check_closing,
    check_no_ring,
    check_nobody_left,
    district_kind_of,
)
from services.directory.models import (
    Dated,
    District,
    DistrictRecord,
    GroupMembership,
    GroupRecord,
    Liaison,
    Membership,
    Post,
    School,
    SchoolAlias,
    SchoolRecord,
    value_columns,
)
from services.directory.queries import SchoolAsOf
from shared import outbox
from shared.auth import Actor
from shared.events.directory import SchoolChanged, SchoolOpened
from shared.inserts import insert_new
from shared.values import Refused, check_version, county_day, new_id
from shared.vocabulary import LineageKind, SchoolCategory, SchoolStage

CLOSED_TABLES: tuple[type[Dated], ...] = (
    SchoolRecord,
    Membership,
    Post,
    Liaison,
    GroupRecord,
    GroupMembership,
)
"""What ends, or moves, with a school."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchool:
    """A school as it is entered."""

    name: str
    stage: SchoolStage
    township: str
    opened_on: date
    category: SchoolCategory = SchoolCategory.OTHER
    short_name: str | None = None
    code: str | None = None


def open_school(session: Session, *, actor: Actor, school: NewSchool, now: datetime) -> SchoolAsOf:
    """Enter a school, and its township when it is the first there; the county office does."""
    actor.require(*MAY[Act.RUN_SCHOOLS])
    check_day(school.opened_on, today=county_day(now))
    district_id = enter_district(session, name=school.township, now=now)
    lasting = Period(starts_on=school.opened_on, ends_on=None)
    check_school_name(session, school.name, period=lasting)
    school_id = new_id(now)
    row = {"id": school_id, "code": school.code, "version": 0, "entered_at": now}
    if not insert_new(session, School, [row]):
        raise Refused("school_code_taken", "学校代码“{code}”已有学校使用，请核对代码", code=school.code)
    values = {
        "school_id": school_id,
        "name": school.name,
        "name_key": name_key(school.name),
        "short_name": school.short_name,
        "stage": school.stage,
        "category": school.category,
        "district_id": district_id,
    }
    facts.add(session, SchoolRecord, [(lasting, values)], now=now)
    said = SchoolOpened(
        school_id=school_id,
        name=school.name,
        stage=school.stage,
        township=school.township,
        opened_on=school.opened_on,
    )
    outbox.add(session, said, now=now)
    return queries.school(session, actor=actor, school_id=school_id, on=school.opened_on)


def enter_district(session: Session, *, name: str, now: datetime) -> UUID:
    """The district of that name; entered now when nobody has named it before."""
    key = name_key(name)
    row = {
        "id": new_id(now),
        "name": name,
        "name_key": key,
        "kind": district_kind_of(name),
        "entered_at": now,
    }
    for entered in insert_new(session, District, [row]):
        always = Period(starts_on=FIRST_DAY, ends_on=None)
        called = {"district_id": entered.id, "name": name}
        facts.add(session, DistrictRecord, [(always, called)], now=now)
    return session.scalars(select(District.id).where(District.name_key == key)).one()


def check_school_name(session: Session, name: str, *, period: Period, but: UUID | None = None) -> None:
    """Refuse a name that another school has on some of these days."""
    if queries.name_is_taken(session, name_key=name_key(name), period=period, but=but):
        raise Refused("school_name_taken", "县里已有名为“{name}”的学校，请换一个名称", name=name)


def amend_school(
    session: Session,
    *,
    actor: Actor,
    school_id: UUID,
    period: Period,
    changes: Mapping[str, Any],
    seen: int | None = None,
    now: datetime,
) -> SchoolAsOf:
    """Let a school be something else within a period: renamed, moved, of another stage or category.

    `changes` holds columns of its record, and may hold the name of a `township` instead of its id. Days
    outside the period keep what they held, and so does whatever was reported of them.
    """
    central_id = changes.get("central_school_id")
    both = {school_id} | ({central_id} if central_id is not None else set())
    school = queries.schools_for_update(session, actor=actor, school_ids=both)[school_id]
    actor.require(*MAY[Act.RUN_SCHOOLS])
    check_version(school.version, seen=seen)
    check_day(period.starts_on, today=county_day(now))
    if central_id is not None:
        looked_after = queries.looked_after(session, period=period)
        check_no_ring(school_id, central_id, looked_after=looked_after)
    columns = _columns(session, school_id, changes, period=period, now=now)
    if not facts.rewrite(
        session, SchoolRecord, of={"school_id": school_id}, period=period, changes=columns, now=now
    ):
        raise Refused("school_not_open", "学校在这段时间没有开办，请核对日期")
    say_schools(session, [school_id], now=now)
    return queries.school(session, actor=actor, school_id=school_id, on=period.starts_on)


def _columns(
    session: Session, school_id: UUID, changes: Mapping[str, Any], *, period: Period, now: datetime
) -> dict[str, Any]:
    columns = dict(changes)
    if "name" in columns:
        check_school_name(session, columns["name"], period=period, but=school_id)
        columns["name_key"] = name_key(columns["name"])
    if "township" in columns:
        columns["district_id"] = enter_district(session, name=columns.pop("township"), now=now)
    return columns


def close_school(
    session: Session,
    *,
    actor: Actor,
    school_id: UUID,
    closed_on: date,
    seen: int | None = None,
    now: datetime,
) -> SchoolAsOf:
    """Close a school to which nobody belongs any more; `closed_on` is the first day without it."""
    school = queries.school_for_update(session, actor=actor, school_id=school_id)
    actor.require(*MAY[Act.RUN_SCHOOLS])
    check_version(school.version, seen=seen)
    check_day(closed_on, today=county_day(now))
    members = queries.members_from(session, school_id=school_id, on=closed_on)
    check_nobody_left(list({one.person_id: one.name for one in members}.values()), closed_on=closed_on)
    batch = new_id(now)
    end_school(session, school_id, on=closed_on, batch=batch, now=now)
    say_schools(session, [school_id], now=now)
    return queries.school(session, actor=actor, school_id=school_id, on=closed_on)


def end_school(session: Session, school_id: UUID, *, on: date, batch: UUID, now: datetime) -> None:
    """End a school with its posts, groups and liaisons; transfers that wait have to be settled before."""
    opened = facts.standing(session, SchoolRecord, of={"school_id": school_id}, columns=[])
    check_closing(first_day=opened[0].period.starts_on, closed_on=on)
    if queries.open_transfers(session, school_id=school_id):
        raise Refused("transfers_open", "还有待确认的调动涉及这所学校，请先办结或撤回")
    ended = facts.cut(session, SchoolRecord, SchoolRecord.school_id == school_id, on=on, now=now, batch=batch)
    if not ended:
        raise Refused("school_not_open", "学校在这一天已不存在，请核对日期")
    end_groups_of(session, school_id, on=on, batch=batch, now=now)
    posts = facts.cut(session, Post, Post.school_id == school_id, on=on, now=now, batch=batch)
    facts.cut(session, Liaison, Liaison.school_id == school_id, on=on, now=now, batch=batch)
    end_access(session, {post.person_id for post in posts}, school_id=school_id, on=on, now=now)


def reopen_school(
    session: Session,
    *,
    actor: Actor,
    school_id: UUID,
    reopened_on: date,
    seen: int | None = None,
    now: datetime,
) -> SchoolAsOf:
    """Open a closed school again; from the very day on which it closed, as if it had not."""
    school = queries.school_for_update(session, actor=actor, school_id=school_id)
    actor.require(*MAY[Act.RUN_SCHOOLS])
    check_version(school.version, seen=seen)
    check_day(reopened_on, today=county_day(now))
    last = session.scalars(
        select(SchoolRecord)
        .where(SchoolRecord.school_id == school_id, SchoolRecord.withdrawn_at.is_(None))
        .order_by(SchoolRecord.starts_on.desc())
        .limit(1)
    ).one()
    if last.ends_on is None or reopened_on < last.ends_on:
        raise Refused("school_is_open", "学校在这一天仍在开办，无须恢复")
    merged = queries.standing_lineage(session, from_school_id=school_id)
    if merged is not None and merged.kind is LineageKind.MERGED:
        raise Refused("school_was_merged", "学校已并入其他学校，请改用“撤销并入”")
    lasting = Period(starts_on=reopened_on, ends_on=None)
    check_school_name(session, last.name, period=lasting, but=school_id)
    if reopened_on == last.ends_on and last.recorded_in is not None:
        facts.undo(session, CLOSED_TABLES, batch=last.recorded_in, now=now)
    else:
        values = {name: getattr(last, name) for name in value_columns(SchoolRecord)}
        facts.add(session, SchoolRecord, [(lasting, values)], now=now)
    say_schools(session, [school_id], now=now)
    return queries.school(session, actor=actor, school_id=school_id, on=reopened_on)


def add_alias(session: Session, *, actor: Actor, school_id: UUID, alias: str, now: datetime) -> None:
    """Let a school go by another name too; others may share it. Saying it twice changes nothing."""
    queries.school_for_update(session, actor=actor, school_id=school_id)
    actor.require(*MAY[Act.RUN_SCHOOLS])
    row = {
        "id": new_id(now),
        "school_id": school_id,
        "alias": alias,
        "alias_key": name_key(alias),
        "entered_at": now,
    }
    insert_new(session, SchoolAlias, [row])


def remove_alias(session: Session, *, actor: Actor, school_id: UUID, alias: str, now: datetime) -> None:
    """Let a school go by a name no longer; saying it twice changes nothing."""
    queries.school_for_update(session, actor=actor, school_id=school_id)
    actor.require(*MAY[Act.RUN_SCHOOLS])
    session.execute(
        update(SchoolAlias)
        .where(
            SchoolAlias.school_id == school_id,
            SchoolAlias.alias_key == name_key(alias),
            SchoolAlias.removed_at.is_(None),
        )
        .values(removed_at=now)
    )


def say_schools(session: Session, school_ids: Sequence[UUID], *, now: datetime) -> None:
    """Tell the others what these schools are now; of two tellings they keep the later."""
    one_more = update(School).where(School.id.in_(school_ids)).values(version=School.version + 1)
    versions = dict(session.execute(one_more.returning(School.id, School.version)).all())
    for record, township in queries.last_records(session, school_ids):
        said = SchoolChanged(
            school_id=record.school_id,
            version=versions[record.school_id],
            name=record.name,
            stage=record.stage,
            township=township,
            closed_on=record.ends_on,
        )
        outbox.add(session, said, now=now)
