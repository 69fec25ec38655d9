"""Merges (人员合并): two entries of the register are one person; reversible, for nothing is rewritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.accounts import end_sign_ins_of
from services.directory.domain.acts import MAY, Act
from services.directory.domain.periods import Period
from services.directory.models import Account, Membership, Pairing, Person, PersonAlias, PersonRecord
from shared import outbox
from shared.auth import Actor
from shared.events.directory import PersonMerged, PersonUnmerged
from shared.values import GONE, Missing, Refused, county_day, new_id
from shared.vocabulary import MembershipKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Something in which the two entries differ; one that `stops` must be put right before."""

    code: str
    text: str
    stops: bool


def merge_people(session: Session, *, actor: Actor, person_id: UUID, alias_id: UUID, now: datetime) -> UUID:
    """Let `alias_id` be the same person as `person_id` from now on; both keep their history."""
    actor.require(*MAY[Act.MERGE_PEOPLE])
    _both_locked(session, person_id=person_id, alias_id=alias_id)
    for conflict in conflicts(session, person_id=person_id, alias_id=alias_id):
        if conflict.stops:
            raise Refused(conflict.code, conflict.text)
    merge_id = new_id(now)
    row = {"id": merge_id, "alias_id": alias_id, "person_id": person_id, "merged_at": now}
    session.execute(insert(PersonAlias), [{**row, "merged_by": actor.person_id}])
    school_id = queries.home_of(session, person_id, on=county_day(now))
    end_sign_ins_of(session, person_id=alias_id, school_id=school_id, now=now)
    said = PersonMerged(merge_id=merge_id, alias_id=alias_id, person_id=person_id, school_id=school_id)
    outbox.add(session, said, now=now)
    return merge_id


def unmerge_people(session: Session, *, actor: Actor, merge_id: UUID, now: datetime) -> None:
    """Both stand by themselves again, exactly as they were; saying it twice changes nothing."""
    actor.require(*MAY[Act.MERGE_PEOPLE])
    merge = session.scalar(select(PersonAlias).where(PersonAlias.id == merge_id).with_for_update())
    if merge is None:
        raise Missing(GONE, what="这次合并")
    if merge.undone_at is not None:
        return
    merge.undone_at, merge.undone_by = now, actor.person_id
    said = PersonUnmerged(
        merge_id=merge_id,
        alias_id=merge.alias_id,
        person_id=merge.person_id,
        school_id=queries.home_of(session, merge.person_id, on=county_day(now)),
    )
    outbox.add(session, said, now=now)


def preview_merge(session: Session, *, actor: Actor, person_id: UUID, alias_id: UUID) -> Sequence[Conflict]:
    """In what the two entries differ; nothing is written."""
    actor.require(*MAY[Act.MERGE_PEOPLE])
    _both_locked(session, person_id=person_id, alias_id=alias_id)
    return conflicts(session, person_id=person_id, alias_id=alias_id)


def _both_locked(session: Session, *, person_id: UUID, alias_id: UUID) -> None:
    if person_id == alias_id:
        raise Refused("merge_with_oneself", "请选择两条不同的记录")
    if len(queries.people_for_update(session, [person_id, alias_id])) < len({person_id, alias_id}):
        raise Missing(GONE, what="这位教师")


def conflicts(session: Session, *, person_id: UUID, alias_id: UUID) -> list[Conflict]:
    """What stands against it first, then what somebody should look at."""
    return [
        *_chains(session, person_id=person_id, alias_id=alias_id),
        *_accounts(session, person_id=person_id, alias_id=alias_id),
        *_homes(session, person_id=person_id, alias_id=alias_id),
        *_names(session, person_id=person_id, alias_id=alias_id),
        *_pairings(session, person_id=person_id, alias_id=alias_id),
    ]


def _chains(session: Session, *, person_id: UUID, alias_id: UUID) -> list[Conflict]:
    """An entry is another's, or others are its own; never both, so that one look resolves it."""
    touching = select(PersonAlias).where(
        PersonAlias.undone_at.is_(None),
        or_(
            PersonAlias.alias_id.in_([person_id, alias_id]),
            PersonAlias.person_id == alias_id,
        ),
    )
    if session.scalars(touching).first() is None:
        return []
    text = "两条记录中有一条已参与另一次合并，请先撤销那次合并"
    return [Conflict(code="merge_chain", text=text, stops=True)]


def _accounts(session: Session, *, person_id: UUID, alias_id: UUID) -> list[Conflict]:
    having = set(
        session.scalars(select(Account.person_id).where(Account.person_id.in_([person_id, alias_id])))
    )
    if having == {alias_id}:
        text = "只有被并入的记录有账号，请改为保留那一条"
        return [Conflict(code="merge_account", text=text, stops=True)]
    if len(having) > 1:
        text = "两条记录都有账号；合并后请用保留的记录的账号登录"
        return [Conflict(code="two_accounts", text=text, stops=False)]
    return []


def _homes(session: Session, *, person_id: UUID, alias_id: UUID) -> list[Conflict]:
    """Days on which the two are at home in different schools: the kept entry decides them."""
    kept, merged = (_homes_of(session, one) for one in (person_id, alias_id))
    for school_id, period in merged:
        if any(other != school_id and period.overlaps(days) for other, days in kept):
            text = "两条记录有一段时间在不同学校在编在岗；合并后这段时间以保留的记录为准"
            return [Conflict(code="two_homes", text=text, stops=False)]
    return []


def _homes_of(session: Session, person_id: UUID) -> list[tuple[UUID, Period]]:
    asked = select(Membership.school_id, Membership.starts_on, Membership.ends_on).where(
        Membership.person_id == person_id,
        Membership.kind == MembershipKind.HOME,
        Membership.withdrawn_at.is_(None),
    )
    return [
        (row.school_id, Period(starts_on=row.starts_on, ends_on=row.ends_on))
        for row in session.execute(asked)
    ]


def _names(session: Session, *, person_id: UUID, alias_id: UUID) -> list[Conflict]:
    asked = select(PersonRecord.name_key, PersonRecord.born_in, Person.staff_no).join(
        Person, Person.id == PersonRecord.person_id
    )
    lasting = (PersonRecord.withdrawn_at.is_(None), PersonRecord.ends_on.is_(None))
    rows = session.execute(asked.where(Person.id.in_([person_id, alias_id]), *lasting)).all()
    labels = {"name_key": "姓名", "born_in": "出生年份", "staff_no": "职工号"}
    differing = [
        label
        for key, label in labels.items()
        if len({getattr(row, key) for row in rows if getattr(row, key) is not None}) > 1
    ]
    if not differing:
        return []
    text = f"两条记录的{'、'.join(differing)}不同，请确认是同一个人"
    return [Conflict(code="records_differ", text=text, stops=False)]


def _pairings(session: Session, *, person_id: UUID, alias_id: UUID) -> list[Conflict]:
    both = [person_id, alias_id]
    paired = select(Pairing.id).where(Pairing.mentor_id.in_(both), Pairing.apprentice_id.in_(both))
    if session.scalars(paired).first() is None:
        return []
    text = "两条记录互为师徒，不会是同一个人，请重新选择"
    return [Conflict(code="paired_with_each_other", text=text, stops=True)]
