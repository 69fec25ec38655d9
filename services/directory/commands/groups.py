"""Groups (教研组等): opened, renamed, ended; members let in and out; leaders appointed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import facts
from services.directory.commands.accounts import end_access
from services.directory.domain import groups as decisions
from services.directory.domain.acts import MAY, Act
from services.directory.domain.people import check_belongs, check_day, check_may_manage
from services.directory.domain.periods import Period
from services.directory.models import Group, GroupMembership, GroupRecord, Post, SchoolRecord
from shared.auth import Actor
from shared.values import GONE, Missing, Refused, check_version, county_day, new_id
from shared.vocabulary import GroupKind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroup:
    """A group as it is entered."""

    kind: GroupKind
    name: str
    opened_on: date
    school_id: UUID | None = None
    district_id: UUID | None = None
    subject: str | None = None
    within_id: UUID | None = None


def open_group(session: Session, *, actor: Actor, group: NewGroup, now: datetime) -> UUID:
    """Open a group in a school, or a joint one over the small schools of a district."""
    _lock_home(session, actor, school_id=group.school_id, district_id=group.district_id)
    decisions.check_home(group.kind, in_district=group.district_id is not None)
    check_day(group.opened_on, today=county_day(now))
    lasting = Period(starts_on=group.opened_on, ends_on=None)
    if group.school_id is not None:
        _check_school_open(session, group.school_id, lasting)
    _check_name(session, group.name, group, period=lasting)
    if group.within_id is not None:
        _check_within(session, actor, group, period=lasting)
    group_id = new_id(now)
    row = {
        "id": group_id,
        "school_id": group.school_id,
        "district_id": group.district_id,
        "kind": group.kind,
        "version": 0,
        "entered_at": now,
    }
    session.execute(insert(Group), [row])
    called = {
        "group_id": group_id,
        "name": group.name,
        "subject": group.subject,
        "within_id": group.within_id,
    }
    facts.add(session, GroupRecord, [(lasting, called)], now=now)
    return group_id


def _lock_home(session: Session, actor: Actor, *, school_id: UUID | None, district_id: UUID | None) -> None:
    """Those who keep a school's register change its groups, one at a time; a district's, the county."""
    if school_id is not None:
        queries.school_for_update(session, actor=actor, school_id=school_id)
        actor.require(*MAY[Act.KEEP_REGISTER])
        return
    actor.require(*MAY[Act.RUN_SCHOOLS])
    if district_id is None:
        raise Refused("group_needs_a_home", "请选择学校，或联片组所在的乡镇、学区")
    queries.district_for_update(session, district_id=district_id)


def _check_school_open(session: Session, school_id: UUID, period: Period) -> None:
    open_days = facts.periods(session, SchoolRecord, of={"school_id": school_id})
    if not any(days.within(period) == period for days in open_days):
        raise Refused("school_not_open", "学校在这段时间没有开办，请核对日期")


def _check_name(
    session: Session, name: str, home: Group | NewGroup, *, period: Period, but: UUID | None = None
) -> None:
    others = queries.group_names(
        session, school_id=home.school_id, district_id=home.district_id, period=period, but=but
    )
    decisions.check_name_free(name, others=others)


def _check_within(session: Session, actor: Actor, group: NewGroup, *, period: Period) -> None:
    if group.within_id is None:
        return
    larger = queries.group_for_update(session, actor=actor, group_id=group.within_id)
    seen = decisions.Larger(
        kind=larger.kind, same_home=larger.school_id == group.school_id, periods=_meets(session, larger.id)
    )
    decisions.check_within(group.kind, seen, period=period)


def _meets(session: Session, group_id: UUID) -> list[Period]:
    return facts.periods(session, GroupRecord, of={"group_id": group_id})


def _locked(session: Session, actor: Actor, group_id: UUID, *, seen: int | None) -> Group:
    """The home is locked before the group, as when a school closes with all of its groups."""
    home = queries.check_group(session, actor=actor, group_id=group_id)
    _lock_home(session, actor, school_id=home.school_id, district_id=home.district_id)
    group = queries.group_for_update(session, actor=actor, group_id=group_id)
    check_version(group.version, seen=seen)
    group.version += 1
    return group


def rename_group(
    session: Session,
    *,
    actor: Actor,
    group_id: UUID,
    period: Period,
    changes: Mapping[str, Any],
    seen: int | None = None,
    now: datetime,
) -> None:
    """Let a group be called something else within a period, or have another subject; it stays the same."""
    group = _locked(session, actor, group_id, seen=seen)
    check_day(period.starts_on, today=county_day(now))
    if "name" in changes:
        _check_name(session, changes["name"], group, period=period, but=group_id)
    if not facts.rewrite(
        session, GroupRecord, of={"group_id": group_id}, period=period, changes=changes, now=now
    ):
        raise Refused("group_not_there", "这个组在这段时间并不存在，请核对日期")


def end_group(
    session: Session, *, actor: Actor, group_id: UUID, ended_on: date, seen: int | None = None, now: datetime
) -> None:
    """End a group with its memberships and its leader's post; `ended_on` is the first day without it."""
    _locked(session, actor, group_id, seen=seen)
    check_day(ended_on, today=county_day(now))
    parts = facts.holding(session, GroupRecord, GroupRecord.within_id == group_id, on=ended_on)
    if parts:
        raise Refused("group_has_parts", "还有备课组归入这个教研组，请先停用备课组")
    _end_groups(session, [group_id], on=ended_on, batch=new_id(now), now=now)


def end_groups_of(session: Session, school_id: UUID, *, on: date, batch: UUID, now: datetime) -> None:
    """End all groups of a school."""
    ids = session.scalars(select(Group.id).where(Group.school_id == school_id).order_by(Group.id)).all()
    _end_groups(session, ids, on=on, batch=batch, now=now)
    session.execute(update(Group).where(Group.id.in_(ids)).values(version=Group.version + 1))


def _end_groups(session: Session, ids: Sequence[UUID], *, on: date, batch: UUID, now: datetime) -> None:
    for table in (GroupRecord, GroupMembership):
        facts.cut(session, table, table.group_id.in_(ids), on=on, now=now, batch=batch)
    posts = facts.cut(session, Post, Post.group_id.in_(ids), on=on, now=now, batch=batch)
    for post in posts:
        end_access(session, [post.person_id], school_id=post.school_id, on=on, now=now)


def let_in(
    session: Session,
    *,
    actor: Actor,
    group_id: UUID,
    duties: Mapping[UUID, str | None],
    period: Period,
    now: datetime,
) -> None:
    """Let people be in a group for a period, in a leading group with their duties; it may be said again."""
    group = _locked(session, actor, group_id, seen=None)
    check_day(period.starts_on, today=county_day(now))
    decisions.check_meets(_meets(session, group_id), period=period)
    _check_people(session, group, list(duties), period=period)
    for person_id, duty in duties.items():
        decisions.check_duty(group.kind, duty)
        facts.record(
            session,
            GroupMembership,
            of={"group_id": group_id, "person_id": person_id},
            period=period,
            become=lambda _, said=duty: {"duty": said},  # type: ignore[misc]  # bound now, for this person
            now=now,
        )


def _check_people(session: Session, group: Group, people: Sequence[UUID], *, period: Period) -> None:
    belonging = queries.belonging_to(
        session, people, school_id=group.school_id, district_id=group.district_id
    )
    for name, periods in belonging.values():
        check_belongs(name, periods, period=period)


def let_out(
    session: Session, *, actor: Actor, group_id: UUID, person_id: UUID, left_on: date, now: datetime
) -> None:
    """Let somebody be in a group no longer; `left_on` is the first day without them."""
    _locked(session, actor, group_id, seen=None)
    check_day(left_on, today=county_day(now))
    ever = facts.periods(session, GroupMembership, of={"group_id": group_id, "person_id": person_id})
    if not ever:
        raise Missing(GONE, what="这位组员")
    own = (GroupMembership.group_id == group_id, GroupMembership.person_id == person_id)
    facts.cut(session, GroupMembership, *own, on=left_on, now=now)
    _end_lead(session, group_id, Post.person_id == person_id, on=left_on, now=now)


def appoint_leader(
    session: Session,
    *,
    actor: Actor,
    group_id: UUID,
    person_id: UUID,
    period: Period,
    beside: bool = False,
    now: datetime,
) -> None:
    """Let somebody lead a group instead of who did so before, or beside them; a leader is a member too."""
    group = _locked(session, actor, group_id, seen=None)
    check_may_manage(actor.roles, [Role.GROUP_LEADER])
    check_day(period.starts_on, today=county_day(now))
    decisions.check_has_leader(group.kind)
    decisions.check_meets(_meets(session, group_id), period=period)
    _check_people(session, group, [person_id], period=period)
    queries.people_for_update(session, [person_id])
    if not beside:
        _end_lead(session, group_id, Post.person_id != person_id, on=period.starts_on, now=now)
    school_id = group.school_id or _home_on(session, person_id, period.starts_on)
    post = {
        "person_id": person_id,
        "role": Role.GROUP_LEADER,
        "school_id": school_id,
        "district_id": None,
        "group_id": group_id,
    }
    facts.record(session, Post, of=post, period=period, become=lambda _: {}, now=now)
    facts.record(
        session,
        GroupMembership,
        of={"group_id": group_id, "person_id": person_id},
        period=period,
        become=lambda held: held or {"duty": None},
        now=now,
    )


def _home_on(session: Session, person_id: UUID, day: date) -> UUID:
    """A joint group's leader leads it from her own school."""
    homes = queries.homes_of(session, [person_id]).get(person_id, [])
    found = next((school_id for school_id, period in homes if period.covers(day)), None)
    if found is None:
        raise Refused("no_home_school", "联片组组长应有所在学校，请先核对其人事关系")
    return found


def end_lead(
    session: Session, *, actor: Actor, group_id: UUID, person_id: UUID, ended_on: date, now: datetime
) -> None:
    """Let somebody lead a group no longer; saying it twice changes nothing."""
    _locked(session, actor, group_id, seen=None)
    check_may_manage(actor.roles, [Role.GROUP_LEADER])
    check_day(ended_on, today=county_day(now))
    _end_lead(session, group_id, Post.person_id == person_id, on=ended_on, now=now)


def _end_lead(session: Session, group_id: UUID, who: Any, *, on: date, now: datetime) -> None:
    own = (Post.group_id == group_id, Post.role == Role.GROUP_LEADER, who)
    for post in facts.cut(session, Post, *own, on=on, now=now):
        end_access(session, [post.person_id], school_id=post.school_id, on=on, now=now)
