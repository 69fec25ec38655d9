"""The HTTP door of the directory."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from math import ceil
from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue

from services.directory import commands, queries
from services.directory.commands import Declined, Newcomer
from services.directory.models import School
from services.directory.queries import Page, PairingFilter, Teacher
from services.directory.schemas import (
    AddedTeachersOut,
    AddTeachersIn,
    EndPairingIn,
    KeysOut,
    OpenSchoolIn,
    PairingOut,
    PairingsQuery,
    PersonOut,
    SchoolOut,
    SignedInOut,
    SignInIn,
    StartPairingIn,
    TeacherOut,
)
from shared import auth, web
from shared.auth import Actor
from shared.values import county_day
from shared.vocabulary import SchoolStage

blueprint = web.Blueprint("directory", description="学校、人员、任职、师徒结对、账号与登录")

DECLINED = {
    "too_many_tries": (HTTPStatus.TOO_MANY_REQUESTS, "尝试次数过多，请{minutes}分钟后再试"),
    "wrong_credentials": (HTTPStatus.UNAUTHORIZED, "用户名或密码不对"),
    "no_post": (HTTPStatus.FORBIDDEN, "您目前没有任职，请联系学校教导处"),
}


# --- schools and people


@blueprint.route("/schools", methods=["POST"])
@blueprint.arguments(OpenSchoolIn, as_kwargs=True)
@blueprint.response(201, SchoolOut)
def open_school(*, name: str, stage: SchoolStage, township: str, opened_on: date) -> School:
    """Enter a school; the county office does."""
    return commands.open_school(
        web.session(),
        actor=web.actor(),
        name=name,
        stage=stage,
        township=township,
        opened_on=opened_on,
        now=web.now(),
    )


@blueprint.route("/schools")
@blueprint.arguments(web.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(SchoolOut))
def list_schools(*, cursor: UUID | None, limit: int) -> Page:
    """Schools within reach."""
    return queries.schools(web.session(), actor=web.actor(), cursor=cursor, limit=limit)


@blueprint.route("/schools/<uuid:school_id>")
@blueprint.response(200, SchoolOut)
def show_school(school_id: UUID) -> School:
    """One school."""
    return queries.school(web.session(), actor=web.actor(), school_id=school_id)


@blueprint.route("/schools/<uuid:school_id>/teachers", methods=["POST"])
@blueprint.arguments(AddTeachersIn, as_kwargs=True)
@blueprint.response(201, AddedTeachersOut)
def add_teachers(*, school_id: UUID, teachers: list[Newcomer]) -> Mapping[str, list[Teacher]]:
    """Enter people in a school's register, all of them or none."""
    added = commands.add_teachers(
        web.session(), actor=web.actor(), school_id=school_id, newcomers=teachers, now=web.now()
    )
    return {"teachers": added}


@blueprint.route("/schools/<uuid:school_id>/teachers")
@blueprint.arguments(web.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(TeacherOut))
def list_teachers(*, school_id: UUID, cursor: UUID | None, limit: int) -> Page:
    """Who belongs to a school today."""
    return queries.teachers(
        web.session(),
        actor=web.actor(),
        school_id=school_id,
        on=county_day(web.now()),
        cursor=cursor,
        limit=limit,
    )


# --- pairings


@blueprint.route("/pairings", methods=["POST"])
@blueprint.arguments(StartPairingIn, as_kwargs=True)
@blueprint.response(201, PairingOut)
def start_pairing(*, mentor_id: UUID, apprentice_id: UUID, started_on: date) -> Any:
    """Pair a mentor with an apprentice of the same school."""
    pairing_id = commands.start_pairing(
        web.session(),
        actor=web.actor(),
        mentor_id=mentor_id,
        apprentice_id=apprentice_id,
        started_on=started_on,
        now=web.now(),
    )
    return queries.pairing(web.session(), actor=web.actor(), pairing_id=pairing_id)


@blueprint.route("/pairings")
@blueprint.arguments(PairingsQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(PairingOut))
def list_pairings(*, wanted: PairingFilter, cursor: UUID | None, limit: int) -> Page:
    """Pairings within reach."""
    return queries.pairings(web.session(), actor=web.actor(), wanted=wanted, cursor=cursor, limit=limit)


@blueprint.route("/pairings/<uuid:pairing_id>")
@blueprint.response(200, PairingOut)
def show_pairing(pairing_id: UUID) -> Any:
    """One pairing."""
    return queries.pairing(web.session(), actor=web.actor(), pairing_id=pairing_id)


@blueprint.route("/pairings/<uuid:pairing_id>/end", methods=["POST"], keyless=True)
@blueprint.arguments(EndPairingIn, as_kwargs=True)
@blueprint.response(200, PairingOut)
def end_pairing(*, pairing_id: UUID, ended_on: date) -> Any:
    """End a pairing; `ended_on` is the first day on which it no longer holds."""
    commands.end_pairing(
        web.session(), actor=web.actor(), pairing_id=pairing_id, ended_on=ended_on, now=web.now()
    )
    return queries.pairing(web.session(), actor=web.actor(), pairing_id=pairing_id)


# --- accounts


@blueprint.route("/sign-in", methods=["POST"], public=True)
@blueprint.arguments(SignInIn, as_kwargs=True)
@blueprint.response(200, SignedInOut)
def sign_in(*, username: str, password: str) -> ResponseReturnValue | Mapping[str, Any]:
    """A bearer token for a username and its password."""
    admitted = commands.sign_in(web.session(), username=username, password=password, now=web.now())
    if isinstance(admitted, Declined):
        return _declined(admitted).response()
    return _signed_in(admitted, since=web.now())


@blueprint.route("/renew-token", methods=["POST"], keyless=True, renews=True)
@blueprint.response(200, SignedInOut)
def renew_token() -> Mapping[str, Any]:
    """A new token for one that counts, or ran out a rest ago; until half a day after the password."""
    actor = commands.renew(web.session(), actor=web.actor(), now=web.now())
    return _signed_in(actor, since=web.signed_in_at())


@blueprint.route("/sign-out-everywhere", methods=["POST"], keyless=True)
@blueprint.response(204)
def sign_out_everywhere() -> None:
    """End all of one's own sign-ins."""
    commands.sign_out_everywhere(web.session(), actor=web.actor(), now=web.now())


@blueprint.route("/people/<uuid:person_id>/disable-account", methods=["POST"], keyless=True)
@blueprint.response(204)
def disable_account(person_id: UUID) -> None:
    """Close somebody's account and end all its sign-ins."""
    commands.disable_account(web.session(), actor=web.actor(), person_id=person_id, now=web.now())


@blueprint.route("/me")
@blueprint.response(200, PersonOut)
def show_me() -> Actor:
    """Who one is signed in as."""
    return web.actor()


@blueprint.route("/jwks", public=True)
@blueprint.response(200, KeysOut)
def show_keys() -> Mapping[str, Any]:
    """The public keys that verify the tokens."""
    return web.settings().jwks


def _signed_in(actor: Actor, *, since: Any) -> Mapping[str, Any]:
    settings = web.settings()
    if settings.signing_key is None:
        raise ValueError("the directory has no signing key")
    token, expires_at = auth.issue_token(
        actor,
        signing_key=settings.signing_key,
        deployment=settings.deployment,
        signed_in_at=since,
        now=web.now(),
    )
    return {"token": token, "expires_at": expires_at, "person": actor}


def _declined(declined: Declined) -> web.Problem:
    status, title = DECLINED[declined.why]
    seconds = ceil(declined.wait.total_seconds())
    headers = {"Retry-After": str(seconds)} if seconds else {}
    return web.Problem(status, declined.why, title.format(minutes=ceil(seconds / 60)), headers=headers)
