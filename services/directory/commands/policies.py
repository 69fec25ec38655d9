"""The county's pairing policies (师徒结对办法), published; and who needs a mentor beside the new ones."""

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.domain.acts import MAY, Act
from services.directory.domain.people import check_day
from services.directory.domain.policies import Policy, check_policy
from services.directory.models import ApprenticeNeed, PairingPolicy
from shared.auth import Actor
from shared.inserts import insert_new
from shared.values import GONE, Missing, Refused, county_day, new_id
from shared.vocabulary import MentoringNeed


def publish_pairing_policy(
    session: Session, *, actor: Actor, valid_from: date, policy: Policy, now: datetime
) -> Policy:
    """Let a policy hold from a day on; one that was published is never changed, only followed by another."""
    actor.require(*MAY[Act.SET_RULES])
    check_day(valid_from, today=county_day(now))
    check_policy(policy)
    last = session.scalar(select(PairingPolicy).order_by(PairingPolicy.template_no.desc()).limit(1))
    before = queries.policy_of(last) if last is not None else Policy()
    same = policy.template == before.template
    row = {
        **asdict(policy),
        "id": new_id(now),
        "valid_from": valid_from,
        "weights": {code: str(weight) for code, weight in policy.weights.items()},
        "focuses": [asdict(focus) for focus in policy.focuses],
        "duties": [{**asdict(duty), "party": str(duty.party)} for duty in policy.duties],
        "template_no": before.template_no + (not same),
        "published_by": actor.person_id,
        "published_at": now,
    }
    if not insert_new(session, PairingPolicy, [row]):
        raise Refused(
            "policy_day_taken", "自{valid_from}起的办法已经发布，请另选生效日期", valid_from=valid_from
        )
    return queries.policy_on(session, on=valid_from)


def flag_apprentice(
    session: Session, *, actor: Actor, person_id: UUID, reason: MentoringNeed, since_on: date, now: datetime
) -> None:
    """Say that somebody needs a mentor whatever her years of service; said twice, the first stands."""
    queries.members(session, actor=actor, people=[person_id], on=since_on)
    actor.require(*MAY[Act.KEEP_REGISTER])
    check_day(since_on, today=county_day(now))
    row = {
        "id": new_id(now),
        "person_id": person_id,
        "reason": reason,
        "since_on": since_on,
        "raised_by": actor.person_id,
        "raised_at": now,
    }
    insert_new(session, ApprenticeNeed, [row])


def unflag_apprentice(session: Session, *, actor: Actor, person_id: UUID, now: datetime) -> None:
    """Say that she needs none any more."""
    queries.members(session, actor=actor, people=[person_id], on=county_day(now))
    actor.require(*MAY[Act.KEEP_REGISTER])
    asked = select(ApprenticeNeed).where(
        ApprenticeNeed.person_id == person_id, ApprenticeNeed.closed_at.is_(None)
    )
    need = session.scalar(asked.with_for_update())
    if need is None:
        raise Missing(GONE, what="这条带教需要")
    need.closed_by, need.closed_at = actor.person_id, now
