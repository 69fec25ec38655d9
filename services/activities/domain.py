"""When a session may be announced, entered, held, cancelled and confirmed: decisions over plain values."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import product
from uuid import UUID

from shared.values import COUNTY_ZONE, Forbidden, Refused
from shared.vocabulary import MembershipKind, Role, SessionRole, SessionState

FORM_PATTERN = r"^[a-z][a-z0-9_]{1,63}$"
LENGTH_MINUTES_MAX = 1440
ATTENDEES_MAX = 5000
RECORD_CHARACTERS_MIN = 10
RECORD_CHARACTERS_MAX = 5000
STARTS_WITHIN = timedelta(days=400)
"""How far from today a session may start, either way."""
AROUND = timedelta(days=2)
"""How far around a session others are looked at that may overlap it, or one that does."""
CHECK_IN_MARGIN = timedelta(minutes=30)
"""How long before the start and after the end teachers may check in themselves (签到)."""

TEACHER_NOT_HERE = "teacher_not_here"
NOT_HERE = "活动当天这位教师不属于举办活动的学校；刚办理调动的，请稍候再试"


class Act(StrEnum):
    """What somebody may do, or not, by her posts."""

    LEAD_SESSIONS = "lead_sessions"
    """Announce, hold and cancel one of her school, file its record, confirm who was there."""
    CHECK_IN_OTHERS = "check_in_others"
    REVOKE_ATTENDANCE = "revoke_attendance"
    """And read why it was taken back."""


_LEADERS = frozenset({Role.GROUP_LEADER, Role.ACADEMIC_OFFICE, Role.PRINCIPAL})

MAY: Mapping[Act, frozenset[Role]] = {
    Act.LEAD_SESSIONS: _LEADERS,
    Act.CHECK_IN_OTHERS: _LEADERS,
    Act.REVOKE_ATTENDANCE: _LEADERS | {Role.COUNTY_OFFICER},
}
"""Which posts allow which act; where, the reach says. Reading, and one's own check-in, need no post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What is wrong with one field: its path, a stable code for programs, a sentence for people."""

    field: str
    code: str
    text: str


class WrongFields(Refused):
    """The request contradicts what is known here; every wrong field is named at once."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        super().__init__(complaints[0].code, "有内容与平台上的数据不符，请更正标出的各项")
        self.complaints = complaints


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What is to be confirmed of one person: how long she was there, and as what."""

    teacher_id: UUID
    minutes: int
    role: SessionRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What was announced of a session, and how long ago it began: its attendance must agree with both."""

    length_minutes: int
    minutes_passed: int
    speaker_id: UUID | None
    host_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The latest confirmation of one person's attendance, and whether it was taken back."""

    round_no: int
    minutes: int
    role: SessionRole
    revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """That somebody belongs to a school, from a day on and until before another."""

    school_id: UUID
    kind: MembershipKind
    starts_on: date
    ends_on: date | None


def lacks_fixed_points(*, place: str | None, speaker_id: UUID | None) -> bool:
    """Whether the fixed points (三定) are incomplete: beside time and topic, place or speaker."""
    return place is None and speaker_id is None


def check_announceable(
    *,
    starts_at: datetime,
    speaker_id: UUID | None,
    host_id: UUID | None,
    here: Collection[UUID],
    item_unknown: bool,
    now: datetime,
) -> None:
    """What is announced must be near in time and name only people and plan items of the school."""
    complaints = [
        Complaint(code=TEACHER_NOT_HERE, field=field, text=NOT_HERE)
        for field, person_id in (("speaker_id", speaker_id), ("host_id", host_id))
        if person_id is not None and person_id not in here
    ]
    # A difference of moments, unlike a change of zone, also stands the last day of the year 9999.
    if abs(starts_at - now) > STARTS_WITHIN:
        text = f"开始时间须在今天前后{STARTS_WITHIN.days}天之内"
        complaints.append(Complaint(code="starts_too_far", field="starts_at", text=text))
    if item_unknown:
        text = "本校已通过的计划中没有这个条目；计划刚通过时，请稍候再试"
        complaints.append(Complaint(code="plan_item_unknown", field="plan_item_id", text=text))
    if complaints:
        raise WrongFields(complaints)


def check_not_cancelled(state: SessionState) -> None:
    """Nothing more happens to a cancelled session."""
    if state == SessionState.CANCELLED:
        raise Refused("session_cancelled", "活动已取消")


def check_holdable(*, state: SessionState, starts_at: datetime, now: datetime) -> None:
    """A session is held once, and not before it starts."""
    check_not_cancelled(state)
    if state == SessionState.HELD:
        raise Refused("session_held", "活动已登记为举行，无需再次登记")
    if now < starts_at:
        raise Refused("session_not_started", "活动尚未开始，不能登记为已举行")


def check_cancellable(state: SessionState) -> None:
    """What took place cannot be called off."""
    check_not_cancelled(state)
    if state == SessionState.HELD:
        raise Refused("session_held", "活动已举行，不能取消")


def check_recordable(*, state: SessionState, has_record: bool) -> None:
    """A record (活动记录) is of what took place, and is filed once."""
    check_not_cancelled(state)
    if state != SessionState.HELD:
        raise Refused("session_not_held", "活动尚未举行，不能提交活动记录")
    if has_record:
        raise Refused("record_filed", "活动记录已提交")


def day_to_confirm(*, state: SessionState, held_on: date | None, has_record: bool) -> date:
    """The day of a session that stands the checks (三查) before attendance: held, with its record."""
    check_not_cancelled(state)
    if held_on is None:
        raise Refused("session_not_held", "活动尚未举行，不能确认出勤")
    if not has_record:
        raise Refused("record_missing", "活动还没有记录，请先提交活动记录再确认出勤")
    return held_on


def check_may_enter(*, teacher_id: UUID, actor_id: UUID, roles: Collection[Role]) -> None:
    """A teacher checks herself in; a group leader and above also others."""
    if teacher_id != actor_id and MAY[Act.CHECK_IN_OTHERS].isdisjoint(roles):
        raise Forbidden("只能为自己签到")


def check_teacher_here(teacher_id: UUID, *, here: Collection[UUID]) -> None:
    """Only teachers of the school can be checked in."""
    if teacher_id not in here:
        raise WrongFields([Complaint(field="teacher_id", code=TEACHER_NOT_HERE, text=NOT_HERE)])


def check_open_for_entry(
    *, state: SessionState, starts_at: datetime, length_minutes: int, on_behalf: bool, now: datetime
) -> None:
    """Check-in opens before the start and closes after the end; a group leader may enter others later."""
    check_not_cancelled(state)
    if now < starts_at - CHECK_IN_MARGIN:
        raise Refused("check_in_not_open", "签到尚未开始，活动开始前30分钟起可以签到")
    if not on_behalf and now > starts_at + timedelta(minutes=length_minutes) + CHECK_IN_MARGIN:
        raise Refused("check_in_closed", "签到已结束，请联系教研组长补签")


def check_not_alone(fresh: Collection[UUID], *, actor_id: UUID) -> None:
    """Whoever confirms a session may be among those newly confirmed, not the only one."""
    if set(fresh) == {actor_id}:
        raise Forbidden("不能只确认自己的出勤，请与其他参加者一起确认，或请本校其他负责人确认")


def check_presences(presences: Sequence[Presence], *, announced: Announced, here: Collection[UUID]) -> None:
    """Every row must be right, or nothing is confirmed; all wrong rows are named at once."""
    complaints = []
    seen: set[UUID] = set()
    for place, presence in enumerate(presences):
        found = _twice() if presence.teacher_id in seen else _complaint_about(presence, announced, here=here)
        if found:
            complaints.append(replace(found, field=f"attendees.{place}.{found.field}"))
        seen.add(presence.teacher_id)
    if complaints:
        raise WrongFields(complaints)


def _twice() -> Complaint:
    return Complaint(field="teacher_id", code="teacher_twice", text="同一位教师出现了两次")


def _complaint_about(presence: Presence, announced: Announced, *, here: Collection[UUID]) -> Complaint | None:
    if presence.teacher_id not in here:
        return Complaint(field="teacher_id", code=TEACHER_NOT_HERE, text=NOT_HERE)
    if presence.minutes > announced.length_minutes:
        text = f"出勤时长不能超过活动时长{announced.length_minutes}分钟"
        return Complaint(field="minutes", code="minutes_over_length", text=text)
    if presence.minutes > announced.minutes_passed:
        text = f"活动开始至今只有{announced.minutes_passed}分钟，请等活动结束后再确认，或按实际时长填写"
        return Complaint(field="minutes", code="minutes_not_passed", text=text)
    only = {SessionRole.SPEAKER: announced.speaker_id, SessionRole.HOST: announced.host_id}
    if presence.role in only and only[presence.role] != presence.teacher_id:
        text = f"这位教师不是活动发布时的{presence.role.label}"
        return Complaint(field="role", code="role_not_announced", text=text)
    return None


def newcomers(presences: Sequence[Presence], *, rounds: Mapping[UUID, Round]) -> Mapping[UUID, int]:
    """Who is to be confirmed now, and for which time; who is confirmed alike already stays as she is."""
    fresh = {}
    complaints: list[Complaint] = []
    for place, presence in enumerate(presences):
        latest = rounds.get(presence.teacher_id)
        if latest is None or latest.revoked:
            fresh[presence.teacher_id] = latest.round_no + 1 if latest else 1
        else:
            complaints += _differences(presence, latest, row=f"attendees.{place}")
    if complaints:
        raise WrongFields(complaints)
    if not fresh:
        raise Refused("already_confirmed", "这些教师的出勤都已确认过")
    return fresh


def _differences(presence: Presence, latest: Round, *, row: str) -> Iterator[Complaint]:
    """What a confirmation that stands says otherwise: a correction must not be dropped in silence."""
    code = "already_confirmed_otherwise"
    if presence.minutes != latest.minutes:
        text = f"已确认为{latest.minutes}分钟，如需更正请先撤销"
        yield Complaint(field=f"{row}.minutes", code=code, text=text)
    if presence.role != latest.role:
        text = f"已确认为{latest.role.label}，如需更正请先撤销"
        yield Complaint(field=f"{row}.role", code=code, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """The time of one session of which somebody is, or is to be, confirmed for so many minutes."""

    topic: str
    starts_at: datetime
    length_minutes: int
    minutes: int

    @property
    def ends_at(self) -> datetime:
        """The announced end."""
        return self.starts_at + timedelta(minutes=self.length_minutes)


def check_no_minute_twice(
    presences: Sequence[Presence],
    *,
    of: Stay,
    fresh: Collection[UUID],
    elsewhere: Mapping[UUID, Sequence[Stay]],
) -> None:
    """Nobody is newly confirmed for more minutes than overlapping sessions leave room for together.

    `of` is the session at hand, `elsewhere` the sessions around it of which each is confirmed already.
    """
    complaints = []
    for place, presence in enumerate(presences):
        stays = elsewhere.get(presence.teacher_id, ()) if presence.teacher_id in fresh else ()
        if clash := _clash(replace(of, minutes=presence.minutes), stays):
            began = clash.starts_at.astimezone(COUNTY_ZONE)
            text = (
                f"与{began.month}月{began.day}日{began:%H:%M}开始的“{clash.topic}”时间重叠，"
                f"那里已确认{clash.minutes}分钟；请按实际时长填写，或先撤销那次确认"
            )
            complaints.append(Complaint(field=f"attendees.{place}.minutes", code="overlaps", text=text))
    if complaints:
        raise WrongFields(complaints)


def _clash(wanted: Stay, confirmed: Sequence[Stay]) -> Stay | None:
    """A confirmed session that leaves no room: what lies within some span takes longer than the span.

    Where nothing overlaps there is room, whatever else was confirmed around it.
    """
    beside = [
        stay for stay in confirmed if stay.starts_at < wanted.ends_at and wanted.starts_at < stay.ends_at
    ]
    if not beside:
        return None
    stays = [wanted, *confirmed]
    begins = {stay.starts_at for stay in stays if stay.starts_at <= wanted.starts_at}
    ends = {stay.ends_at for stay in stays if stay.ends_at >= wanted.ends_at}
    for begin, end in product(sorted(begins, reverse=True), sorted(ends)):
        within = [stay for stay in confirmed if begin <= stay.starts_at and stay.ends_at <= end]
        if timedelta(minutes=wanted.minutes + sum(stay.minutes for stay in within)) > end - begin:
            return next(stay for stay in within if stay in beside)
    return None


def rounds_to_revoke(teacher_ids: Sequence[UUID], *, rounds: Mapping[UUID, Round]) -> Mapping[UUID, int]:
    """Which confirmation of each is taken back; all of them must stand, or nothing happens."""
    standing = {teacher_id: latest.round_no for teacher_id, latest in rounds.items() if not latest.revoked}
    revoked = [teacher_id for teacher_id in teacher_ids if teacher_id not in standing]
    if any(teacher_id in rounds for teacher_id in revoked):
        raise Refused("already_revoked", "其中有教师的出勤已经撤销过")
    if revoked:
        raise Refused("not_confirmed", "其中有教师的出勤没有确认过")
    return {teacher_id: standing[teacher_id] for teacher_id in teacher_ids}
