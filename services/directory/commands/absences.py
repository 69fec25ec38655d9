"""Absences (不在岗): entered, corrected, ended early; retirement and its kin end what somebody is and may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import facts
from services.directory.commands.accounts import close_account, end_access, open_account_again
from services.directory.commands.pairings import answer_questions, question_pairings
from services.directory.commands.people import say_teachers
from services.directory.domain import absences as decisions
from services.directory.domain.absences import FOR_GOOD
from services.directory.domain.acts import MAY, Act
from services.directory.domain.people import check_day, check_may_manage
from services.directory.domain.periods import Period
from services.directory.domain.posts import TEACHERS_OWN, check_not_oneself
from services.directory.models import Absence, Dated, GroupMembership, Liaison, Membership, Post
from shared import tenancy
from shared.auth import Actor
from shared.values import GONE, Missing, county_day, new_id
from shared.vocabulary import AbsenceKind, Role

ENDED_FOR_GOOD: tuple[type[Dated], ...] = (Membership, Post, GroupMembership, Liaison)
"""What somebody has of these ends when she leaves for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAbsence:
    """An absence as it is entered."""

    kind: AbsenceKind
    period: Period
    document: str | None


def enter_absence(
    session: Session, *, actor: Actor, person_id: UUID, absence: NewAbsence, now: datetime
) -> UUID:
    """Enter why somebody is not at work; for good, their memberships and posts end and the account closes."""
    school_id = _lock_person(session, actor, person_id, on=absence.period.starts_on)
    actor.require(*MAY[Act.KEEP_REGISTER])
    check_day(absence.period.starts_on, today=county_day(now))
    decisions.check_absence(absence.kind, absence.period)
    own = {"person_id": person_id}
    known = facts.standing(session, Absence, of=own, columns=["kind"])
    _ask_about_pairings(session, person_id, absence, now=now)
    if absence.kind not in FOR_GOOD:
        decisions.check_free(absence.period, [(one.value["kind"], one.period) for one in known])
        _record(session, person_id, absence, batch=None, now=now)
        return _id_of(session, person_id, absence.period.starts_on)
    decisions.check_free(
        absence.period, [(one.value["kind"], one.period) for one in known if one.value["kind"] in FOR_GOOD]
    )
    check_not_oneself(actor.person_id, person_id)
    check_may_manage(actor.roles, _roles_left(session, person_id, on=absence.period.starts_on))
    batch = new_id(now)
    _record(session, person_id, absence, batch=batch, now=now)
    _leave_for_good(
        session, person_id, school_id=school_id, on=absence.period.starts_on, batch=batch, now=now
    )
    return _id_of(session, person_id, absence.period.starts_on)


def _ask_about_pairings(session: Session, person_id: UUID, absence: NewAbsence, *, now: datetime) -> None:
    if why := decisions.concern_of(absence.kind, absence.period):
        question_pairings(session, {person_id}, why=why, now=now)


def _lock_person(session: Session, actor: Actor, person_id: UUID, *, on: date) -> UUID | None:
    """The home school on that day or last before it, with the person locked; Missing out of reach."""
    found = queries.people_for_update(session, [person_id])
    home = queries.last_home(session, actor=actor, person_id=person_id, on=on)
    if not found or (home is None and not actor.is_county):
        raise Missing(GONE, what="这位教师")
    return home.school_id if home is not None else None


def _lock_absence(session: Session, actor: Actor, absence_id: UUID) -> tuple[Absence, UUID | None]:
    """An absence with its person locked, and her school; another school's looks as if it were not there."""
    absence = queries.absence_of(session, absence_id=absence_id)
    try:
        return absence, _lock_person(session, actor, absence.person_id, on=absence.starts_on)
    except Missing:
        raise Missing(GONE, what=queries.AN_ABSENCE) from None


def _roles_left(session: Session, person_id: UUID, *, on: date) -> list[Role]:
    return [post.role for post in facts.holding(session, Post, Post.person_id == person_id, on=on)]


def _record(
    session: Session, person_id: UUID, absence: NewAbsence, *, batch: UUID | None, now: datetime
) -> None:
    said = {"kind": absence.kind, "document": absence.document}
    facts.record(
        session,
        Absence,
        of={"person_id": person_id},
        period=absence.period,
        become=lambda _: said,
        now=now,
        batch=batch,
    )


def _id_of(session: Session, person_id: UUID, day: date) -> UUID:
    known = facts.standing(session, Absence, of={"person_id": person_id}, columns=[])
    return next(one.id for one in known if one.period.covers(day))


def _leave_for_good(
    session: Session, person_id: UUID, *, school_id: UUID | None, on: date, batch: UUID, now: datetime
) -> None:
    with tenancy.whole_county(session):  # wherever she was sent to, it ends too
        _end_everywhere(session, person_id, school_id=school_id, on=on, batch=batch, now=now)


def _end_everywhere(
    session: Session, person_id: UUID, *, school_id: UUID | None, on: date, batch: UUID, now: datetime
) -> None:
    for table in ENDED_FOR_GOOD:
        facts.cut(session, table, table.person_id == person_id, on=on, now=now, batch=batch)  # type: ignore[attr-defined]  # these four have it
    say_teachers(session, [person_id], now=now)
    close_access(session, person_id, school_id=school_id, on=on, now=now)


def close_access(
    session: Session, person_id: UUID, *, school_id: UUID | None, on: date, now: datetime
) -> None:
    """Let somebody who left for good in no more."""
    if on <= county_day(now):  # on a day to come the account has no post any more, and lets nobody in
        close_account(session, person_id, now=now)
    end_access(session, [person_id], school_id=school_id, on=on, now=now)


def correct_absence(
    session: Session, *, actor: Actor, absence_id: UUID, corrected: NewAbsence, now: datetime
) -> UUID:
    """Say better what an absence was: another kind, other days, another document."""
    absence, _ = _lock_absence(session, actor, absence_id)
    actor.require(*MAY[Act.KEEP_REGISTER])
    decisions.check_correctable(absence.kind, corrected.kind)
    check_day(corrected.period.starts_on, today=county_day(now))
    decisions.check_absence(corrected.kind, corrected.period)
    facts.withdraw(session, Absence, [absence_id], now=now)
    known = facts.standing(session, Absence, of={"person_id": absence.person_id}, columns=["kind"])
    decisions.check_free(corrected.period, [(one.value["kind"], one.period) for one in known])
    _record(session, absence.person_id, corrected, batch=None, now=now)
    _ask_about_pairings(session, absence.person_id, corrected, now=now)
    return _id_of(session, absence.person_id, corrected.period.starts_on)


def end_absence(
    session: Session, *, actor: Actor, absence_id: UUID, returned_on: date, now: datetime
) -> None:
    """Let somebody be at work again from a day on; on the first day of the absence, as if it had not been.

    Who comes back later, having left for good, belongs where she did and is a teacher there; the rest is
    given anew.
    """
    absence, school_id = _lock_absence(session, actor, absence_id)
    actor.require(*MAY[Act.KEEP_REGISTER])
    check_day(returned_on, today=county_day(now))
    period = Period(starts_on=absence.starts_on, ends_on=absence.ends_on)
    decisions.check_return(absence.kind, period, returned_on=returned_on)
    why = decisions.concern_of(absence.kind, period)
    if why is not None and returned_on == absence.starts_on:
        answer_questions(session, {absence.person_id}, why=why, now=now)
    if absence.kind in FOR_GOOD and absence.recorded_in is not None:
        check_not_oneself(actor.person_id, absence.person_id)
        batch = absence.recorded_in
        with tenancy.whole_county(session):  # wherever she was sent to, it begins again
            _come_back(session, actor, absence, batch=batch, returned_on=returned_on, now=now)
        end_access(session, [absence.person_id], school_id=school_id, on=returned_on, now=now)
        return
    _cut(session, absence.person_id, returned_on, now=now)


def _cut(session: Session, person_id: UUID, day: date, *, now: datetime) -> None:
    own = (Absence.person_id == person_id, Absence.starts_on <= day)
    facts.cut(session, Absence, *own, on=day, now=now)


def _come_back(
    session: Session, actor: Actor, absence: Absence, *, batch: UUID, returned_on: date, now: datetime
) -> None:
    had: Sequence[Post] = facts.withdrawn_in(session, Post, batch=batch)
    check_may_manage(actor.roles, [post.role for post in had])
    again = Period(starts_on=returned_on, ends_on=None)
    homes = queries.homes_of(session, [absence.person_id]).get(absence.person_id, [])
    decisions.check_at_home_nowhere([period for _, period in homes], again)
    if returned_on == absence.starts_on:
        facts.undo(session, (Absence, *ENDED_FOR_GOOD), batch=batch, now=now)
    else:
        _cut(session, absence.person_id, returned_on, now=now)
        belonged = facts.withdrawn_in(session, Membership, batch=batch)
        own = [post for post in had if post.role in TEACHERS_OWN]
        facts.put_back(session, Membership, belonged, since=returned_on, now=now)
        facts.put_back(session, Post, own, since=returned_on, now=now)
    open_account_again(session, absence.person_id, since=absence.recorded_at)
    say_teachers(session, [absence.person_id], now=now)
