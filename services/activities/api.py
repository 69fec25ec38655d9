"""The HTTP door of activities."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.activities import commands, queries
from services.activities.commands import Entered
from services.activities.domain import Announcement, Entry, PastSession, Presence, Report, WrongFields
from services.activities.queries import SessionFilter, SessionPage, WholeSession
from services.activities.schemas import (
    AnnounceSessionIn,
    CheckedInOut,
    CheckInIn,
    CheckInManyIn,
    CheckInOut,
    ConfirmAttendanceIn,
    ConfirmedOut,
    EnteredSessionsOut,
    EnterPastSessionsIn,
    FileRecordIn,
    RevokeAttendanceIn,
    RevokedOut,
    SessionOut,
    SessionsQuery,
    WholeSessionOut,
)
from shared import web
from shared.values import county_day
from shared.vocabulary import ApiScope

blueprint = web.Blueprint("activities", description="研训活动：发布、签到、举行、记录、确认出勤")


@blueprint.route("/sessions", scope=ApiScope.READ_SESSIONS)
@blueprint.arguments(SessionsQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(SessionOut))
def list_sessions(*, wanted: SessionFilter, cursor: UUID | None, limit: int) -> SessionPage:
    """Sessions within reach, those that start last first."""
    return queries.sessions(
        web.session(),
        actor=web.actor(),
        today=county_day(web.now()),
        wanted=wanted,
        cursor=cursor,
        limit=limit,
    )


@blueprint.route("/sessions", methods=["POST"])
@blueprint.arguments(AnnounceSessionIn)
@blueprint.response(201, WholeSessionOut)
def announce_session(announcement: Announcement) -> WholeSession:
    """Announce a session of one's own school."""
    with _wrong_fields_named():
        activity_id = commands.announce_session(
            web.session(), actor=web.actor(), announcement=announcement, now=web.now()
        )
    return _whole(activity_id)


@blueprint.route("/sessions/<uuid:activity_id>", scope=ApiScope.READ_SESSIONS)
@blueprint.response(200, WholeSessionOut)
def show_session(activity_id: UUID) -> WholeSession:
    """One session with its check-ins, its record and its attendance."""
    return _whole(activity_id)


@blueprint.route("/sessions/<uuid:activity_id>/check-ins", methods=["POST"], keyless=True)
@blueprint.arguments(CheckInIn, as_kwargs=True)
@blueprint.response(200, CheckInOut)
def check_in(*, activity_id: UUID, teacher_id: UUID | None) -> Row[*tuple[Any, ...]]:
    """Check oneself in, or as a group leader somebody else; a second time changes nothing."""
    actor = web.actor()
    teacher_id = teacher_id or actor.person_id
    with _wrong_fields_named():
        activity = commands.check_in(
            web.session(), actor=actor, activity_id=activity_id, teacher_id=teacher_id, now=web.now()
        )
    return queries.check_in(web.session(), activity=activity, teacher_id=teacher_id)


@blueprint.route("/check-ins", methods=["POST"])
@blueprint.arguments(CheckInManyIn, as_kwargs=True)
@blueprint.response(201, CheckedInOut)
def check_in_many(*, check_ins: Sequence[tuple[UUID, UUID | None]]) -> Mapping[str, int]:
    """Check in up to 500, to one session or several, all of them or nobody; who is there already stays."""
    actor = web.actor()
    entries = [Entry(activity_id, teacher_id or actor.person_id) for activity_id, teacher_id in check_ins]
    with _wrong_fields_named():
        entered = commands.check_in_many(web.session(), actor=actor, entries=entries, now=web.now())
    return {"entered": entered, "known": len(entries) - entered}


@blueprint.route("/past-sessions", methods=["POST"])
@blueprint.arguments(EnterPastSessionsIn, as_kwargs=True)
@blueprint.response(201, EnteredSessionsOut)
def enter_past_sessions(*, sessions: Sequence[PastSession]) -> Mapping[str, Sequence[Entered]]:
    """Enter sessions that took place, each with its record and its attendance, all of them or none.

    A school enters its own of the last 400 days, the county office those of any school and day. The answer
    keeps the order of the request.
    """
    with _wrong_fields_named():
        entered = commands.enter_past_sessions(web.session(), actor=web.actor(), past=sessions, now=web.now())
    return {"sessions": entered}


@blueprint.route("/sessions/<uuid:activity_id>/hold", methods=["POST"], keyless=True)
@blueprint.response(200, WholeSessionOut)
def hold_session(activity_id: UUID) -> WholeSession:
    """Note that a session took place."""
    commands.hold_session(web.session(), actor=web.actor(), activity_id=activity_id, now=web.now())
    return _whole(activity_id)


@blueprint.route("/sessions/<uuid:activity_id>/cancel", methods=["POST"], keyless=True)
@blueprint.response(200, WholeSessionOut)
def cancel_session(activity_id: UUID) -> WholeSession:
    """Call a session off."""
    commands.cancel_session(web.session(), actor=web.actor(), activity_id=activity_id, now=web.now())
    return _whole(activity_id)


@blueprint.route("/sessions/<uuid:activity_id>/record", methods=["POST"])
@blueprint.arguments(FileRecordIn)
@blueprint.response(201, WholeSessionOut)
def file_record(report: Report, *, activity_id: UUID) -> WholeSession:
    """File the record of a held session."""
    commands.file_record(
        web.session(), actor=web.actor(), activity_id=activity_id, report=report, now=web.now()
    )
    return _whole(activity_id)


@blueprint.route("/sessions/<uuid:activity_id>/attendance", methods=["POST"])
@blueprint.arguments(ConfirmAttendanceIn, as_kwargs=True)
@blueprint.response(201, ConfirmedOut)
def confirm_attendance(*, activity_id: UUID, attendees: Sequence[Presence]) -> Mapping[str, int]:
    """Confirm who was there; who is confirmed alike already stays as she is."""
    with _wrong_fields_named():
        confirmed = commands.confirm_attendance(
            web.session(),
            actor=web.actor(),
            activity_id=activity_id,
            presences=attendees,
            now=web.now(),
        )
    return {"confirmed": confirmed}


@blueprint.route("/sessions/<uuid:activity_id>/attendance/revocations", methods=["POST"])
@blueprint.arguments(RevokeAttendanceIn, as_kwargs=True)
@blueprint.response(201, RevokedOut)
def revoke_attendance(*, activity_id: UUID, teacher_ids: Sequence[UUID], reason: str) -> Mapping[str, int]:
    """Take confirmed attendance back, all of these or none."""
    revoked = commands.revoke_attendance(
        web.session(),
        actor=web.actor(),
        activity_id=activity_id,
        teacher_ids=teacher_ids,
        reason=reason,
        now=web.now(),
    )
    return {"revoked": revoked}


def _whole(activity_id: UUID) -> WholeSession:
    return queries.whole_session(
        web.session(), actor=web.actor(), activity_id=activity_id, today=county_day(web.now())
    )


@contextmanager
def _wrong_fields_named() -> Iterator[None]:
    """Answer fields that contradict what is known here as a schema's complaints are answered."""
    try:
        yield
    except WrongFields as refused:
        errors = [asdict(complaint) for complaint in refused.complaints]
        raise web.Problem(422, refused.code, refused.text, errors=errors) from refused
