"""What mentor and apprentice do for each other (履约): entered by one, confirmed or declined by the other."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.domain import pairings
from services.directory.domain.agreements import ONE_DAY
from services.directory.models import DutyEntry, Pairing
from shared.auth import Actor
from shared.values import Forbidden, Refused, county_day, new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Something done towards a duty."""

    duty_code: str
    amount: int
    done_on: date
    note: str | None = None


def enter_duty(session: Session, *, actor: Actor, pairing_id: UUID, done: Done, now: datetime) -> UUID:
    """Enter what was done; it counts once the other side has confirmed it."""
    pairing = _own(session, actor, pairing_id)
    pairings.check_in_force(pairing.state, ends_on=pairing.ends_on)
    duties = queries.duties_of(session, pairing_id=pairing_id, version_no=pairing.in_force_no or 0)
    if done.duty_code not in {duty.code for duty in duties}:
        raise Refused("duty_unknown", "合同里没有这一项履约要求，请从列表中选择")
    last = county_day(now)
    if pairing.term_ends_on is not None:
        last = min(last, pairing.term_ends_on - ONE_DAY)
    if not pairing.starts_on <= done.done_on <= last:
        raise Refused(
            "duty_out_of_term",
            "完成日期应在{first}到{last}之间",
            first=pairing.starts_on,
            last=last,
        )
    entry = DutyEntry(
        id=new_id(now),
        pairing_id=pairing_id,
        duty_code=done.duty_code,
        amount=done.amount,
        done_on=done.done_on,
        note=done.note,
        entered_by=actor.person_id,
        entered_at=now,
    )
    session.add(entry)
    return entry.id


def answer_duty(
    session: Session, *, actor: Actor, pairing_id: UUID, entry_id: UUID, confirms: bool, now: datetime
) -> None:
    """The other side confirms, or does not; the first answer is the one that counts."""
    _own(session, actor, pairing_id)
    entry = queries.entry_for_update(session, pairing_id=pairing_id, entry_id=entry_id)
    if entry.entered_by == actor.person_id:
        raise Forbidden("自己填写的要由对方确认，请对方登录后确认")
    if entry.answered_by is not None:
        return
    entry.answered_by = actor.person_id
    if confirms:
        entry.confirmed_at = now
    else:
        entry.declined_at = now


def _own(session: Session, actor: Actor, pairing_id: UUID) -> Pairing:
    pairing = queries.pairing_for_update(session, actor=actor, pairing_id=pairing_id)
    if queries.party_of(actor, pairing) is None:
        raise Forbidden("履约记录由师父和徒弟本人填写和确认，请他们登录后办理")
    return pairing
