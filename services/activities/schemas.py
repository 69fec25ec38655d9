"""What activities takes in and gives out over HTTP."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import marshmallow as ma

from services.activities import domain
from services.activities.domain import Announcement, PastSession, Presence, Report
from services.activities.queries import SessionFilter, SessionView
from shared import web
from shared.vocabulary import SessionRole, SessionState
from shared.web.schemas import check_plain

NOT_A_FORM = "应为活动形式的代码，如 topic_lecture"
FIXED_POINTS = "请填写地点或主讲人：三定须定时间、定内容、定地点或主讲人"
DAYS = ma.validate.Range(min=domain.FIRST_DAY, max=date(2100, 12, 31), error="日期应在2000年到2100年之间")
IDS_MAX = 50
LAST_BEFORE_FIRST = "开始日期不能晚于结束日期"


def _form_code() -> ma.fields.String:
    field = web.text(most=64)
    field.validators.append(ma.validate.Regexp(domain.FORM_PATTERN, error=NOT_A_FORM))
    return field


def _minutes() -> ma.fields.Integer:
    limits = ma.validate.Range(min=1, max=domain.LENGTH_MINUTES_MAX)
    return ma.fields.Integer(required=True, validate=limits)


class _Prose(ma.fields.String):
    """Text of several lines, without what a form or a word processor adds, trimmed before it is measured.

    A browser ends lines with CR LF; copied text brings byte order marks and zero-width spaces along.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        written = super()._deserialize(value, attr, data, **kwargs)
        for added, kept in (("\r\n", "\n"), ("\r", "\n"), ("\ufeff", ""), ("\u200b", "")):
            written = written.replace(added, kept)
        return unicodedata.normalize("NFC", written).strip()


def _prose(*, least: int, **options: Any) -> _Prose:
    length = ma.validate.Length(min=least, max=domain.RECORD_CHARACTERS_MAX)
    return _Prose(validate=[length, check_plain], **options)


class AnnounceSessionIn(web.In):
    """A session with its fixed points (三定)."""

    form = _form_code()
    topic = web.text(most=200)
    starts_at = ma.fields.AwareDateTime(required=True)
    length_minutes = _minutes()
    place = web.text(most=100, required=False, load_default=None, allow_none=True)
    speaker_id = ma.fields.UUID(load_default=None, allow_none=True)
    host_id = ma.fields.UUID(load_default=None, allow_none=True)
    plan_item_id = ma.fields.UUID(load_default=None, allow_none=True)

    @ma.validates_schema(skip_on_field_errors=False)
    def _check_fixed_points(self, data: Mapping[str, Any], **_: object) -> None:
        if domain.lacks_fixed_points(place=data.get("place"), speaker_id=data.get("speaker_id")):
            raise ma.ValidationError(FIXED_POINTS, field_name="place")

    @ma.post_load
    def _make(self, data: Mapping[str, Any], **_: object) -> Announcement:
        return Announcement(**data)


class CheckInIn(web.In):
    """Who came; without a name it is oneself."""

    teacher_id = ma.fields.UUID(load_default=None, allow_none=True)


class EntryIn(web.In):
    """Who came to which session; without a name it is oneself."""

    activity_id = ma.fields.UUID(required=True)
    teacher_id = ma.fields.UUID(load_default=None, allow_none=True)

    @ma.post_load
    def _make(self, data: Mapping[str, Any], **_: object) -> tuple[UUID, UUID | None]:
        return data["activity_id"], data["teacher_id"]


class CheckInManyIn(web.In):
    """Who came, to one session or to several."""

    check_ins = ma.fields.List(
        ma.fields.Nested(EntryIn),
        required=True,
        validate=ma.validate.Length(min=1, max=domain.ENTRIES_MAX),
    )


class FileRecordIn(web.In):
    """What was done, and what came of it."""

    content = _prose(required=True, least=domain.RECORD_CHARACTERS_MIN)
    result = _prose(least=1, load_default=None, allow_none=True)

    @ma.post_load
    def _make(self, data: Mapping[str, Any], **_: object) -> Report:
        return Report(**data)


class AttendeeIn(web.In):
    """How long somebody was there, and as what."""

    teacher_id = ma.fields.UUID(required=True)
    minutes = _minutes()
    role = ma.fields.Enum(SessionRole, by_value=True, load_default=SessionRole.PARTICIPANT)

    @ma.post_load
    def _make(self, data: Mapping[str, Any], **_: object) -> Presence:
        return Presence(**data)


class ConfirmAttendanceIn(web.In):
    """Who was there."""

    attendees = ma.fields.List(
        ma.fields.Nested(AttendeeIn),
        required=True,
        validate=ma.validate.Length(min=1, max=domain.ATTENDEES_MAX),
    )


class PastSessionIn(AnnounceSessionIn):
    """A session that took place, with its record and who was there."""

    school_id = ma.fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "Whose session it was; the county office has to say it"},
    )
    record = ma.fields.Nested(FileRecordIn, required=True)
    attendees = ma.fields.List(
        ma.fields.Nested(AttendeeIn),
        required=True,
        validate=ma.validate.Length(min=1, max=domain.PAST_ATTENDEES_MAX),
    )

    @ma.post_load
    def _make(self, data: Mapping[str, Any], **_: object) -> PastSession:
        apart = {"school_id", "record", "attendees"}
        return PastSession(
            school_id=data["school_id"],
            announcement=Announcement(**{name: data[name] for name in data if name not in apart}),
            report=data["record"],
            presences=data["attendees"],
        )


class EnterPastSessionsIn(web.In):
    """Sessions that took place, at most 500 attendees in all of them together."""

    sessions = ma.fields.List(
        ma.fields.Nested(PastSessionIn),
        required=True,
        validate=ma.validate.Length(min=1, max=domain.PAST_SESSIONS_MAX),
    )


class RevokeAttendanceIn(web.In):
    """Whose confirmation is taken back, and why."""

    teacher_ids = ma.fields.List(
        ma.fields.UUID(), required=True, validate=ma.validate.Length(min=1, max=domain.ATTENDEES_MAX)
    )
    reason = web.text(most=500)


ID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
IDS = f"^{ID}(,{ID})*$"


class _Ids(ma.fields.String):
    """Ids in a query string, parted by commas; few enough for an address that every server takes."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        written = super()._deserialize(value, attr, data, **kwargs).split(",")
        if len(written) > IDS_MAX:
            raise ma.ValidationError(f"一次最多{IDS_MAX}个编号")
        return frozenset(ma.fields.UUID().deserialize(one) for one in written)


class SessionsQuery(web.PageQuery):
    """Which sessions are asked for; the days are the county's, both included."""

    ids = _Ids(load_default=None, metadata={"description": "Only these, parted by commas", "pattern": IDS})
    state = ma.fields.Enum(SessionState, by_value=True, load_default=None)
    starts_from = ma.fields.Date(load_default=None, validate=DAYS)
    starts_to = ma.fields.Date(load_default=None, validate=DAYS)

    @ma.validates_schema
    def _check_days(self, data: Mapping[str, Any], **_: object) -> None:
        first, last = data["starts_from"], data["starts_to"]
        if first and last and first > last:
            raise ma.ValidationError(LAST_BEFORE_FIRST, field_name="starts_to")

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        names = ("ids", "state", "starts_from", "starts_to")
        wanted = SessionFilter(**{name: data.pop(name) for name in names})
        return {**data, "wanted": wanted}


class SessionOut(web.Out):
    """A session in a list."""

    activity_id = ma.fields.UUID(required=True)
    school_id = ma.fields.UUID(required=True)
    school_name = ma.fields.String(required=True, allow_none=True)
    form = ma.fields.String(required=True)
    topic = ma.fields.String(required=True)
    starts_at = ma.fields.AwareDateTime(required=True)
    length_minutes = ma.fields.Integer(required=True)
    place = ma.fields.String(required=True, allow_none=True)
    speaker_id = ma.fields.UUID(required=True, allow_none=True)
    speaker_name = ma.fields.String(required=True, allow_none=True)
    host_id = ma.fields.UUID(required=True, allow_none=True)
    host_name = ma.fields.String(required=True, allow_none=True)
    plan_item_id = ma.fields.UUID(required=True, allow_none=True)
    state = ma.fields.Enum(SessionState, by_value=True, required=True)
    state_label = ma.fields.String(required=True, attribute="state.label")
    held_on = ma.fields.Date(required=True, allow_none=True)

    def get_attribute(self, obj: SessionView, attr: str, default: Any) -> Any:
        """The session's own fields stand one level deeper in what the query gives."""
        return super().get_attribute(obj if hasattr(obj, attr) else obj.activity, attr, default)


class CheckInOut(web.Out):
    """Somebody who checked in."""

    teacher_id = ma.fields.UUID(required=True)
    teacher_name = ma.fields.String(required=True, allow_none=True)
    entered_by = ma.fields.UUID(required=True)
    entered_at = ma.fields.AwareDateTime(required=True)


class RecordOut(web.Out):
    """What was done, and what came of it."""

    content = ma.fields.String(required=True)
    result = ma.fields.String(required=True, allow_none=True)
    filed_by = ma.fields.UUID(required=True)
    filed_at = ma.fields.AwareDateTime(required=True)


class AttendeeOut(web.Out):
    """One confirmation of somebody's attendance; a revoked one says when and why."""

    teacher_id = ma.fields.UUID(required=True)
    teacher_name = ma.fields.String(required=True, allow_none=True)
    round_no = ma.fields.Integer(required=True)
    minutes = ma.fields.Integer(required=True)
    role = ma.fields.Enum(SessionRole, by_value=True, required=True)
    role_label = ma.fields.String(required=True, attribute="role.label")
    confirmed_at = ma.fields.AwareDateTime(required=True)
    revoked_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    revoked_because = ma.fields.String(required=True, allow_none=True)


class WholeSessionOut(SessionOut):
    """One session with its check-ins, its record and its attendance."""

    check_ins = ma.fields.List(ma.fields.Nested(CheckInOut), required=True)
    record = ma.fields.Nested(RecordOut, required=True, allow_none=True)
    attendees = ma.fields.List(ma.fields.Nested(AttendeeOut), required=True)

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """What the session has in a list stands one level deeper again."""
        return super().get_attribute(obj if hasattr(obj, attr) else obj.view, attr, default)


class ConfirmedOut(web.Out):
    """How many were newly confirmed."""

    confirmed = ma.fields.Integer(required=True)


class CheckedInOut(web.Out):
    """How many were newly checked in, and how many were there already."""

    entered = ma.fields.Integer(required=True)
    known = ma.fields.Integer(required=True)


class EnteredOut(web.Out):
    """A session that was entered, and how many of it were confirmed."""

    activity_id = ma.fields.UUID(required=True)
    confirmed = ma.fields.Integer(required=True)


class EnteredSessionsOut(web.Out):
    """The sessions that were entered, in the order of the request."""

    sessions = ma.fields.List(ma.fields.Nested(EnteredOut), required=True)


class RevokedOut(web.Out):
    """How many confirmations were taken back."""

    revoked = ma.fields.Integer(required=True)
