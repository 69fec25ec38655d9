"""People: who belongs where on a day, what they may, who they are when they sign in."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from services.directory.domain.acts import MAY, Act
from services.directory.domain.pairings import Member
from services.directory.domain.people import chosen_school
from services.directory.domain.posts import EVERYWHERE, SOME_SCHOOLS
from services.directory.models import (
    Liaison,
    Membership,
    Person,
    PersonAlias,
    PersonRecord,
    Post,
    SchoolRecord,
)
from services.directory.queries.pages import Page, after, holds, known, lasting, page
from services.directory.queries.schools import check_school
from shared import tenancy
from shared.auth import SCHOOLS_BEYOND_MAX, Actor
from shared.rights import acts_of
from shared.values import GONE, Missing, Refused
from shared.vocabulary import MembershipKind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """A member of a school with what they teach and which posts they hold on a day."""

    person_id: UUID
    name: str
    subject: str
    joined_on: date
    roles: Sequence[Role]


def teachers(
    session: Session,
    *,
    actor: Actor,
    school_id: UUID,
    on: date,
    known_at: datetime | None = None,
    cursor: UUID | None,
    limit: int,
) -> Page:
    """Who belongs to a school on a day, in whichever way."""
    check_school(session, actor=actor, school_id=school_id)
    asked = (
        select(Membership, PersonRecord.name)
        .join(PersonRecord, named(Membership.person_id, on=on, known_at=known_at))
        .where(
            Membership.school_id == school_id,
            known(Membership, known_at),
            holds(Membership, on),
            after(Membership.person_id, cursor),
            ~merged_away(Membership.person_id),
        )
        .order_by(Membership.person_id)
        .limit(limit + 1)
    )
    rows = session.execute(asked).all()
    people = [membership.person_id for membership, _ in rows]
    roles = roles_of(session, people, on=on, known_at=known_at)
    found = [
        Teacher(
            person_id=membership.person_id,
            name=name,
            subject=membership.subject,
            joined_on=membership.starts_on,
            roles=roles.get(membership.person_id, []),
        )
        for membership, name in rows
    ]
    return page(found, limit, key="person_id")


def by_staff_numbers(session: Session, *, actor: Actor, numbers: Collection[str]) -> Sequence[Any]:
    """Who has these staff numbers, of those who belong or belonged to a school in one's charge.

    `staff_no` and `person_id`, in the order of the numbers; of a merged entry, the one that is kept.
    """
    if not actor.is_system:
        actor.require(*MAY[Act.KEEP_REGISTER])
    belongs = select(Membership.id).where(
        Membership.person_id == Person.id, known(Membership), actor.charge(Membership.school_id)
    )
    merged = and_(PersonAlias.alias_id == Person.id, PersonAlias.undone_at.is_(None))
    asked = (
        select(Person.staff_no, func.coalesce(PersonAlias.person_id, Person.id).label("person_id"))
        .outerjoin(PersonAlias, merged)
        .where(Person.staff_no.in_(numbers), belongs.exists())
    )
    return session.execute(asked.order_by(Person.staff_no)).all()


def merged_away(column: Any) -> ColumnElement[bool]:
    """Whether that entry of the register is another's now (人员合并)."""
    standing = select(PersonAlias.id).where(PersonAlias.alias_id == column, PersonAlias.undone_at.is_(None))
    return standing.exists()


def alias_of(session: Session, person_id: UUID) -> UUID | None:
    """The entry that is kept of somebody whose own is another's now; None when it stands by itself."""
    asked = select(PersonAlias.person_id).where(
        PersonAlias.alias_id == person_id, PersonAlias.undone_at.is_(None)
    )
    return session.scalar(asked)


def merged_into(session: Session, person_id: UUID) -> Sequence[UUID]:
    """The entries that are this one's now."""
    asked = select(PersonAlias.alias_id).where(
        PersonAlias.person_id == person_id, PersonAlias.undone_at.is_(None)
    )
    return session.scalars(asked.order_by(PersonAlias.alias_id)).all()


def name_of(session: Session, person_id: UUID, *, on: date) -> str:
    """What somebody is called on a day; after the last that is known of them, what they were called then."""
    asked = (
        select(PersonRecord.name)
        .where(PersonRecord.person_id == person_id, known(PersonRecord), PersonRecord.starts_on <= on)
        .order_by(PersonRecord.starts_on.desc())
    )
    return session.scalar(asked.limit(1)) or ""


def named(column: Any, *, on: date, known_at: datetime | None = None, record: Any = PersonRecord) -> Any:
    """The join to what somebody is called on a day."""
    return and_(record.person_id == column, known(record, known_at), holds(record, on))


def roles_of(
    session: Session, people: Sequence[UUID], *, on: date, known_at: datetime | None = None
) -> dict[UUID, list[Role]]:
    """The roles of each person's posts on a day."""
    found: dict[UUID, list[Role]] = {}
    asked = select(Post.person_id, Post.role).where(
        Post.person_id.in_(people), known(Post, known_at), holds(Post, on)
    )
    for person_id, role in session.execute(asked.order_by(Post.id)):
        found.setdefault(person_id, []).append(role)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Me(Actor):
    """The actor with the posts she holds."""

    posts: Sequence[Any]

    @property
    def may(self) -> Sequence[str]:
        """What she may do in the directory."""
        return acts_of(self, MAY)


def me(session: Session, *, actor: Actor, on: date) -> Me:
    """Who one is signed in as, with one's posts on a day and the school of each."""
    asked = (
        select(
            Post.role, Post.school_id, SchoolRecord.name.label("school_name"), Post.starts_on, Post.ends_on
        )
        .outerjoin(SchoolRecord, lasting(SchoolRecord, SchoolRecord.school_id, of=Post.school_id))
        .where(Post.person_id == actor.person_id, known(Post), holds(Post, on))
    )
    posts = session.execute(asked.order_by(Post.id)).all()
    same = {field.name: getattr(actor, field.name) for field in fields(actor)}
    return Me(**same, posts=posts)


def members(
    session: Session, *, actor: Actor, people: Sequence[UUID], on: date
) -> dict[UUID, tuple[UUID, Member]]:
    """Who has not left by a day, with their school; Missing when one of them is not within reach."""
    return _members(session, people, actor.charge(Membership.school_id), on=on)


def members_anywhere(
    session: Session, *, people: Sequence[UUID], on: date
) -> dict[UUID, tuple[UUID, Member]]:
    """The same of the whole county, for whoever has checked the reach."""
    with tenancy.whole_county(session):
        return _members(session, people, true(), on=on)


def _members(
    session: Session, people: Sequence[UUID], within: ColumnElement[bool], *, on: date
) -> dict[UUID, tuple[UUID, Member]]:
    asked = (
        select(
            Membership.person_id,
            PersonRecord.name,
            Membership.school_id,
            SchoolRecord.name.label("school"),
            Membership.starts_on,
        )
        .join(PersonRecord, and_(PersonRecord.person_id == Membership.person_id, known(PersonRecord)))
        .join(SchoolRecord, and_(SchoolRecord.school_id == Membership.school_id, known(SchoolRecord)))
        .where(
            Membership.person_id.in_(people),
            Membership.kind == MembershipKind.HOME,
            known(Membership),
            within,
            or_(Membership.ends_on.is_(None), Membership.ends_on > on),
        )
        # Of several, the earliest that holds is kept, under the names of the first days that count.
        .order_by(Membership.starts_on.desc(), PersonRecord.starts_on.desc(), SchoolRecord.starts_on.desc())
    )
    found = {
        row.person_id: (row.school_id, Member(name=row.name, school=row.school, since=row.starts_on))
        for row in session.execute(asked)
    }
    if len(found) < len(set(people)):
        raise Missing(GONE, what="这位教师")
    return found


def people_for_update(session: Session, people: Iterable[UUID]) -> dict[UUID, Person]:
    """These people's rows, locked in the order of their ids: their history is rewritten by one at a time."""
    asked = select(Person).where(Person.id.in_(people)).order_by(Person.id).with_for_update()
    return {person.id: person for person in session.scalars(asked)}


def person_for_update(session: Session, *, actor: Actor, person_id: UUID) -> Person:
    """The row of somebody who belongs or belonged to a school within reach, locked."""
    belongs = select(Membership.id).where(
        Membership.person_id == person_id, known(Membership), actor.charge(Membership.school_id)
    )
    found = session.scalar(select(Person).where(Person.id == person_id, belongs.exists()).with_for_update())
    if found is None:
        raise Missing(GONE, what="这位教师")
    return found


def latest_names(session: Session, people: Sequence[UUID]) -> dict[UUID, str]:
    """What each is called since last, whether that is known to hold or was only thought so."""
    record = PersonRecord
    asked = (
        select(record.person_id, record.name)
        .where(record.person_id.in_(people))
        .order_by(record.withdrawn_at.is_(None), record.starts_on, record.recorded_at)
    )
    return dict(session.execute(asked).all())


def standing_memberships(session: Session, people: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """Where each belongs, as far as is known, in order."""
    member = Membership
    asked = (
        select(
            member.person_id, member.school_id, member.kind, member.subject, member.starts_on, member.ends_on
        )
        .where(member.person_id.in_(people), known(member))
        .order_by(member.starts_on, member.id)
    )
    found: dict[UUID, list[Any]] = {person_id: [] for person_id in people}
    for row in session.execute(asked):
        found[row.person_id].append(row)
    return found


def actor_of(session: Session, *, person_id: UUID, on: date) -> Actor | None:
    """Who somebody is on a day: their name, school and roles; None without a post."""
    asked = (
        select(PersonRecord.name, Post.school_id, Post.role)
        .join(Post, Post.person_id == PersonRecord.person_id)
        .where(
            PersonRecord.person_id == person_id,
            known(PersonRecord),
            holds(PersonRecord, on),
            known(Post),
            holds(Post, on),
            Post.school_id.is_not(None) | Post.role.in_(EVERYWHERE | SOME_SCHOOLS),
        )
        .order_by(Post.starts_on, Post.id)
    )
    rows = session.execute(asked).all()
    if not rows:
        return None
    some = [row for row in rows if row.school_id is None and row.role in SOME_SCHOOLS]
    places = [row.school_id for row in rows if row not in some]
    school_id = chosen_school(places, home=home_of(session, person_id, on=on)) if places else None
    here = [row.role for row in rows if row not in some and row.school_id == school_id]
    in_county = bool(places) and school_id is None  # who sees every school needs no list of some
    return Actor(
        person_id=person_id,
        name=rows[0].name,
        school_id=school_id,
        roles=frozenset(here + [row.role for row in some]),
        beyond=schools_within(session, person_id=person_id, on=on) if some and not in_county else None,
    )


def schools_within(session: Session, *, person_id: UUID, on: date) -> frozenset[UUID]:
    """The schools where somebody's posts of a district, or as a trainer, count on a day."""
    own = (Post.person_id == person_id, known(Post), holds(Post, on))
    districts = select(Post.district_id).where(*own, Post.district_id.is_not(None))
    in_districts = select(SchoolRecord.school_id).where(
        SchoolRecord.district_id.in_(districts), known(SchoolRecord), holds(SchoolRecord, on)
    )
    is_trainer = select(Post.id).where(*own, Post.role == Role.COUNTY_TRAINER)
    linked = select(Liaison.school_id).where(
        Liaison.person_id == person_id, known(Liaison), holds(Liaison, on), is_trainer.exists()
    )
    found = frozenset(session.scalars(in_districts.union(linked)))
    if len(found) > SCHOOLS_BEYOND_MAX:
        raise Refused(
            "too_many_schools", "您的职务涉及的学校超过{most}所，请联系县级管理员", most=SCHOOLS_BEYOND_MAX
        )
    return found


def home_of(session: Session, person_id: UUID, *, on: date) -> UUID | None:
    """In which school somebody is at home on a day."""
    asked = select(Membership.school_id).where(
        Membership.person_id == person_id,
        Membership.kind == MembershipKind.HOME,
        known(Membership),
        holds(Membership, on),
    )
    return session.scalar(asked)
