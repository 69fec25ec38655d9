"""Who waits for a mentor, who has room, who would suit; the county's pairing policies."""

from datetime import date
from typing import Any
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint
from services.directory.domain import matching
from services.directory.domain.acts import MAY, Act
from services.directory.domain.matching import Colleague
from services.directory.domain.policies import Policy
from services.directory.schemas.matching import (
    CandidatesOut,
    CandidatesQuery,
    FlagApprenticeIn,
    MatchingQuery,
    MentorsOut,
    MentorsQuery,
    PoliciesOut,
    PolicyOut,
    PublishPolicyIn,
    ShortageOut,
    UnmatchedOut,
)
from shared import web
from shared.values import county_day
from shared.vocabulary import MentoringNeed

LISTED_MAX = 500
CANDIDATES_MAX = 20


@blueprint.route("/pairings/unmatched")
@blueprint.arguments(MatchingQuery, location="query", as_kwargs=True)
@blueprint.response(200, UnmatchedOut)
def list_unmatched(*, on: date | None, school_id: UUID | None) -> Any:
    """Who should have a mentor and has none, with the days she has waited."""
    day, policy, colleagues = _everybody(on, school_id)
    waiting = matching.waiting(colleagues, policy=policy, on=day)
    return {
        "on": day,
        "days_max": policy.match_days_max,
        "total": len(waiting),
        "late": sum(one.is_late for one in waiting),
        "waiting": waiting[:LISTED_MAX],
    }


@blueprint.route("/pairings/mentors")
@blueprint.arguments(MentorsQuery, location="query", as_kwargs=True)
@blueprint.response(200, MentorsOut)
def list_mentors(*, on: date | None, school_id: UUID | None, which: str) -> Any:
    """Mentors with room, or with more apprentices than they may have."""
    day, policy, colleagues = _everybody(on, school_id)
    chosen = matching.overloaded if which == "overloaded" else matching.with_room
    mentors = chosen(colleagues, policy=policy)
    return {
        "on": day,
        "apprentices_max": policy.apprentices_max,
        "total": len(mentors),
        "mentors": mentors[:LISTED_MAX],
    }


@blueprint.route("/pairings/shortage")
@blueprint.arguments(MatchingQuery, location="query", as_kwargs=True)
@blueprint.response(200, ShortageOut)
def list_shortage(*, on: date | None, school_id: UUID | None) -> Any:
    """By school and subject: how many wait, and how many places there are."""
    day, policy, colleagues = _everybody(on, school_id)
    return {"on": day, "rows": matching.shortage(colleagues, policy=policy, on=day)}


@blueprint.route("/pairings/candidates")
@blueprint.arguments(CandidatesQuery, location="query", as_kwargs=True)
@blueprint.response(200, CandidatesOut)
def list_candidates(*, apprentice_id: UUID, focus: str | None, on: date | None) -> Any:
    """Who would suit somebody as a mentor, best first, with the reasons; beyond a school for the county."""
    day, policy, colleagues = _everybody(on, None)
    apprentice = queries.colleague(web.session(), actor=web.actor(), person_id=apprentice_id, on=day)
    ranked = matching.ranked(
        apprentice,
        colleagues,
        policy=policy,
        focus=policy.focus(focus) if focus else policy.focuses[0],
        paired=queries.mentors_of(web.session(), person_id=apprentice_id, on=day),
    )
    return {"apprentice": apprentice, "candidates": ranked[:CANDIDATES_MAX]}


def _everybody(on: date | None, school_id: UUID | None) -> tuple[date, Policy, list[Colleague]]:
    """The day, its policy and the teachers within reach; offices ask, teachers do not look at each other."""
    day = on or county_day(web.now())
    web.actor().require(*MAY[Act.KEEP_REGISTER])
    policy = queries.policy_on(web.session(), on=day)
    return day, policy, queries.colleagues(web.session(), actor=web.actor(), on=day, school_id=school_id)


@blueprint.route("/pairings/needs", methods=["POST"])
@blueprint.arguments(FlagApprenticeIn, as_kwargs=True)
@blueprint.response(204)
def flag_apprentice(*, person_id: UUID, reason: MentoringNeed, since_on: date) -> None:
    """Say that somebody needs a mentor whatever her years of service."""
    commands.flag_apprentice(
        web.session(),
        actor=web.actor(),
        person_id=person_id,
        reason=reason,
        since_on=since_on,
        now=web.now(),
    )


@blueprint.route("/pairings/needs/<uuid:person_id>/close", methods=["POST"], keyless=True)
@blueprint.response(204)
def unflag_apprentice(person_id: UUID) -> None:
    """Say that she needs none any more."""
    commands.unflag_apprentice(web.session(), actor=web.actor(), person_id=person_id, now=web.now())


@blueprint.route("/pairing-policies")
@blueprint.response(200, PoliciesOut)
def list_policies() -> Any:
    """What the county asks of pairings, and since when."""
    return {
        "today": queries.policy_on(web.session(), on=county_day(web.now())),
        "policies": queries.policies(web.session()),
    }


@blueprint.route("/pairing-policies", methods=["POST"])
@blueprint.arguments(PublishPolicyIn, as_kwargs=True)
@blueprint.response(201, PolicyOut)
def publish_policy(*, valid_from: date, policy: Policy) -> Any:
    """Let a policy hold from a day on; the county office does."""
    return commands.publish_pairing_policy(
        web.session(), actor=web.actor(), valid_from=valid_from, policy=policy, now=web.now()
    )
