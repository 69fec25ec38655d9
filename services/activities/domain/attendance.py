"""Whose attendance may be confirmed (确认出勤), for how long and as what, and what may be taken back."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.activities.domain.belongings import named_twice, not_here
from services.activities.domain.complaints import Complaint, refuse, within
from services.activities.domain.sessions import check_not_cancelled
from shared.values import Forbidden, Refused
from shared.vocabulary import SessionRole, SessionState

ATTENDEES_MAX = 5000
ALONE = "不能只确认自己的出勤，请与其他参加者一起确认，或请本校其他负责人确认"


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


def day_to_confirm(*, state: SessionState, held_on: date | None, has_record: bool) -> date:
    """The day of a session that stands the checks (三查) before attendance: held, with its record."""
    check_not_cancelled(state)
    if held_on is None:
        raise Refused("session_not_held", "活动尚未举行，不能确认出勤；请先登记举行并提交活动记录")
    if not has_record:
        raise Refused("record_missing", "活动还没有记录，请先提交活动记录再确认出勤")
    return held_on


def check_not_alone(fresh: Collection[UUID], *, actor_id: UUID) -> None:
    """Whoever confirms a session may be among those newly confirmed, not the only one."""
    if is_alone(fresh, actor_id=actor_id):
        raise Forbidden(ALONE)


def is_alone(fresh: Collection[UUID], *, actor_id: UUID) -> bool:
    """Whether somebody would confirm nobody but herself."""
    return set(fresh) == {actor_id}


def check_presences(presences: Sequence[Presence], *, announced: Announced, here: Collection[UUID]) -> None:
    """Every row must be right, or nothing is confirmed; all wrong rows are named at once."""
    refuse(wrong_presences(presences, announced=announced, here=here))


def wrong_presences(
    presences: Sequence[Presence], *, announced: Announced, here: Collection[UUID]
) -> Iterator[Complaint]:
    """What is wrong with each row, once a row."""
    seen: set[UUID] = set()
    only = {SessionRole.SPEAKER: announced.speaker_id, SessionRole.HOST: announced.host_id}
    for place, presence in enumerate(presences):
        if presence.teacher_id in seen:
            found: Complaint | None = named_twice()
        else:
            found = _complaint_about(presence, announced, here=here, only=only)
        if found:
            yield from within(f"attendees.{place}", [found])
        seen.add(presence.teacher_id)


def _complaint_about(
    presence: Presence,
    announced: Announced,
    *,
    here: Collection[UUID],
    only: Mapping[SessionRole, UUID | None],
) -> Complaint | None:
    """The first of it; `only` is who alone may be there in some roles."""
    if presence.teacher_id not in here:
        return not_here("teacher_id")
    if presence.minutes > announced.length_minutes:
        text = f"出勤时长不能超过活动时长{announced.length_minutes}分钟，请按实际时长填写"
        return Complaint(field="minutes", code="minutes_over_length", text=text)
    if presence.minutes > announced.minutes_passed:
        text = f"活动开始至今只有{announced.minutes_passed}分钟，请等活动结束后再确认，或按实际时长填写"
        return Complaint(field="minutes", code="minutes_not_passed", text=text)
    if presence.role in only and only[presence.role] != presence.teacher_id:
        text = f"这位教师不是活动发布时的{presence.role.label}，请选择实际的角色"
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
            complaints += within(f"attendees.{place}", _differences(presence, latest))
    refuse(complaints)
    if not fresh:
        raise Refused("already_confirmed", "这些教师的出勤都已确认过，无需再次确认；如需更正请先撤销")
    return fresh


def _differences(presence: Presence, latest: Round) -> Iterator[Complaint]:
    """What a confirmation that stands says otherwise: a correction must not be dropped in silence."""
    code = "already_confirmed_otherwise"
    if presence.minutes != latest.minutes:
        text = f"已确认为{latest.minutes}分钟，如需更正请先撤销"
        yield Complaint(field="minutes", code=code, text=text)
    if presence.role != latest.role:
        text = f"已确认为{latest.role.label}，如需更正请先撤销"
        yield Complaint(field="role", code=code, text=text)


def rounds_to_revoke(teacher_ids: Sequence[UUID], *, rounds: Mapping[UUID, Round]) -> Mapping[UUID, int]:
    """Which confirmation of each is taken back; all of them must stand, or nothing happens."""
    standing = {teacher_id: latest.round_no for teacher_id, latest in rounds.items() if not latest.revoked}
    revoked = [teacher_id for teacher_id in teacher_ids if teacher_id not in standing]
    if any(teacher_id in rounds for teacher_id in revoked):
        raise Refused("already_revoked", "其中有教师的出勤已经撤销过，请刷新页面后重新选择")
    if revoked:
        raise Refused("not_confirmed", "其中有教师的出勤没有确认过，请刷新页面后重新选择")
    return {teacher_id: standing[teacher_id] for teacher_id in teacher_ids}
