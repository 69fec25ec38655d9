"""A person's page: who somebody is on a day, as it is or was known, and everything that was changed of it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.directory.domain.acts import MAY, Act
from services.directory.models import Absence, Membership, Person, PersonAlias, PersonRecord, Post
from services.directory.queries.pages import holds, known
from services.directory.queries.people import alias_of, home_of, merged_away
from services.directory.queries.transfers import names_of_schools
from shared import tenancy
from shared.auth import Actor
from shared.values import GONE, Forbidden, Missing
from shared.vocabulary import MembershipKind

HISTORY_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that was recorded of somebody, or withdrawn because something better was known."""

    at: datetime
    is_withdrawn: bool
    what: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAsOf:
    """Who somebody is on a day, and as far as the asking school may know, where they belong and belonged."""

    person_id: UUID
    staff_no: str | None
    on: date
    record: PersonRecord | None
    subject: str | None
    second_subjects: str | None
    memberships: Sequence[Any]
    posts: Sequence[Any]
    absences: Sequence[Absence]
    merged: Sequence[PersonAlias]
    history: Sequence[Change]
    is_whole: bool
    """False for a school where they belonged on that day and do not any more: it sees its own part."""

    @property
    def years_of_service(self) -> int | None:
        """Full years since the first post as a teacher."""
        since = self.record.serves_since if self.record else None
        return None if since is None else max(0, self.on.year - since)


def person(
    session: Session,
    *,
    actor: Actor,
    person_id: UUID,
    on: date,
    today: date,
    known_at: datetime | None = None,
) -> PersonAsOf:
    """The page of one person; an entry that was merged into another answers with that one."""
    kept = alias_of(session, person_id) or person_id
    is_whole = check_may_see(session, actor=actor, person_id=kept, on=on, today=today)
    with tenancy.whole_county(session):  # her history is hers, wherever she was; what is shown follows above
        return _person(session, actor, kept, on=on, today=today, known_at=known_at, is_whole=is_whole)


def _person(
    session: Session,
    actor: Actor,
    kept: UUID,
    *,
    on: date,
    today: date,
    known_at: datetime | None,
    is_whole: bool,
) -> PersonAsOf:
    row = session.get_one(Person, kept)
    merged = list(
        session.scalars(
            select(PersonAlias).where(PersonAlias.person_id == kept, PersonAlias.undone_at.is_(None))
        )
    )
    ids = [kept, *(one.alias_id for one in merged)]
    memberships = _facts(session, Membership, ids, known_at=known_at)
    posts = [post for post in _facts(session, Post, ids, known_at=known_at) if _covers(post, on)]
    posts.sort(key=lambda post: (post.starts_on, post.role, post.id))
    if not is_whole:
        memberships = [one for one in memberships if one.school_id == actor.school_id and one.starts_on <= on]
        posts = [post for post in posts if post.school_id == actor.school_id]
    names = names_of_schools(
        session,
        [one.school_id for one in (*memberships, *posts) if one.school_id],
        on=today,
        known_at=known_at,
    )
    home = next((one for one in memberships if one.kind is MembershipKind.HOME and _covers(one, on)), None)
    records = _facts(session, PersonRecord, [kept], known_at=known_at)
    return PersonAsOf(
        person_id=kept,
        staff_no=row.staff_no,
        on=on,
        record=next((one for one in records if _covers(one, on)), None),
        subject=home.subject if home else None,
        second_subjects=home.second_subjects if home else None,
        memberships=[{"fact": one, "school": names.get(one.school_id, "")} for one in memberships],
        posts=[{"fact": one, "school": names.get(one.school_id)} for one in posts],
        absences=_facts(session, Absence, ids, known_at=known_at) if is_whole else [],
        merged=merged,
        history=_history(session, ids, known_at=known_at) if is_whole else [],
        is_whole=is_whole,
    )


def check_may_see(session: Session, *, actor: Actor, person_id: UUID, on: date, today: date) -> bool:
    """Whether all may be seen, or only what concerns a school left since; Missing for everybody else.

    Whole for herself, the county, and whoever keeps the register of the school where she is at home today.
    """
    if actor.is_county or actor.person_id == person_id:
        if session.get(Person, person_id) is None:
            raise Missing(GONE, what="这位教师")
        return True
    there = select(Membership.id).where(
        Membership.person_id == person_id, known(Membership), actor.charge(Membership.school_id)
    )
    if session.scalar(there.where(holds(Membership, min(on, today))).limit(1)) is None:
        raise Missing(GONE, what="这位教师")
    if not actor.has(*MAY[Act.KEEP_REGISTER]):
        raise Forbidden("只有教导处、校长和县级管理员可以查看教师档案")
    return home_of(session, person_id, on=today) == actor.school_id


def _facts(session: Session, table: Any, ids: Sequence[UUID], *, known_at: datetime | None) -> list[Any]:
    asked = select(table).where(table.person_id.in_(ids), known(table, known_at))
    return list(session.scalars(asked.order_by(table.starts_on, table.id)))


def _covers(fact: Any, day: date) -> bool:
    return bool(fact.starts_on <= day and (fact.ends_on is None or day < fact.ends_on))


def _history(session: Session, ids: Sequence[UUID], *, known_at: datetime | None) -> list[Change]:
    """Newest first; what a correction withdrew stands beside what took its place."""
    changes = [
        change
        for table in (PersonRecord, Membership, Post, Absence)
        for change in _changes(session, table, ids)
        if known_at is None or change.at <= known_at
    ]
    return sorted(changes, key=lambda one: (one.at, not one.is_withdrawn), reverse=True)[:HISTORY_MAX]


def _changes(session: Session, table: Any, ids: Sequence[UUID]) -> Iterator[Change]:
    rows = list(session.scalars(select(table).where(table.person_id.in_(ids))))
    schools = [row.school_id for row in rows if getattr(row, "school_id", None)]
    names = names_of_schools(session, schools, on=date.max)
    for row in rows:
        what = _what(row, names)
        yield Change(
            at=row.recorded_at, is_withdrawn=False, what=what, starts_on=row.starts_on, ends_on=row.ends_on
        )
        if row.withdrawn_at is not None:
            yield Change(
                at=row.withdrawn_at,
                is_withdrawn=True,
                what=what,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
            )


def _what(row: Any, names: dict[UUID, str]) -> str:
    """A fact in words."""
    match row:
        case PersonRecord():
            title = f"，职称{row.title.label}" if row.title else ""
            return f"姓名{row.name}{title}"
        case Membership():
            return f"{names.get(row.school_id, '')}{row.kind.label}，任教{row.subject}"
        case Post():
            where = names.get(row.school_id, "") if row.school_id else ""
            return f"{where}任职{row.role.label}"
    return f"不在岗：{row.kind.label}"


# --- duplicates ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Entries of the register under one name that may be one person, and why one would think so."""

    name: str
    because: str
    people: Sequence[Any]


def duplicates(session: Session, *, actor: Actor, on: date) -> list[Likeness]:
    """Who may stand in the register twice: of one name, and of one school, birth year or staff number.

    A school sees those of its own people; the county all.
    """
    actor.require(*MAY[Act.KEEP_REGISTER])
    entries = session.execute(
        select(
            PersonRecord.name_key,
            PersonRecord.name,
            PersonRecord.born_in,
            Person.id.label("person_id"),
            Person.staff_no,
            Membership.school_id,
        )
        .join(Person, Person.id == PersonRecord.person_id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            known(PersonRecord),
            holds(PersonRecord, on),
            known(Membership),
            actor.charge(Membership.school_id),
            ~merged_away(Person.id),
            PersonRecord.name_key.in_(_names_of_several()),
        )
        .order_by(PersonRecord.name_key, Person.id, Membership.starts_on)
    ).all()
    names = names_of_schools(session, [row.school_id for row in entries], on=on)
    alike: defaultdict[str, dict[UUID, Any]] = defaultdict(dict)
    for row in entries:
        entry = {**row._mapping, "school": names.get(row.school_id, "")}
        alike[row.name_key].setdefault(row.person_id, []).append(entry)
    found = [_likeness(list(of_name.values())) for of_name in alike.values() if len(of_name) > 1]
    return [one for one in found if one is not None]


def _names_of_several() -> Any:
    record = PersonRecord
    several = select(record.name_key).where(known(record)).group_by(record.name_key)
    return several.having(func.count(record.person_id.distinct()) > 1)


def _likeness(people: Sequence[list[dict[str, Any]]]) -> Likeness | None:
    reasons = [
        label
        for label, key in (("同一学校", "school_id"), ("同一出生年份", "born_in"))
        if _shared(people, key)
    ]
    if not reasons:
        return None
    shown = [entries[-1] for entries in people]
    return Likeness(name=shown[0]["name"], because="、".join(reasons), people=shown)


def _shared(people: Sequence[list[dict[str, Any]]], key: str) -> bool:
    """Whether two of them have something in common there."""
    seen: set[Any] = set()
    for entries in people:
        values = {entry[key] for entry in entries if entry[key] is not None}
        if seen & values:
            return True
        seen |= values
    return False
