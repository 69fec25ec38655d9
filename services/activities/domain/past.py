"""Sessions that took place before anybody entered them (补登): what one act may enter."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.activities.domain.attendance import ALONE, Announced, Presence, is_alone, wrong_presences
from services.activities.domain.belongings import Belongings, here
from services.activities.domain.complaints import Complaint, refuse, within
from services.activities.domain.sessions import Announcement, Report, far_starts, strangers_named
from services.activities.domain.stays import AROUND, Stay, overlaps
from shared.values import county_day

PAST_SESSIONS_MAX = 100
PAST_ATTENDEES_MAX = 500
"""How many sessions one request may hold, and how many attendees all of them together."""
FIRST_DAY = date(2000, 1, 1)
"""No session is older."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSession:
    """A session that took place, with its record and who was there."""

    school_id: UUID | None
    """None when it was not said."""
    announcement: Announcement
    report: Report
    presences: Sequence[Presence]

    @property
    def attendees(self) -> frozenset[UUID]:
        """Who was there."""
        return frozenset(presence.teacher_id for presence in self.presences)

    @property
    def people(self) -> frozenset[UUID]:
        """Everybody who is named."""
        led = (self.announcement.speaker_id, self.announcement.host_id)
        return self.attendees | {one for one in led if one is not None}

    def stay(self, *, minutes: int, place: int) -> Stay:
        """It as a time in which somebody was for so many minutes."""
        return Stay(
            topic=self.announcement.topic,
            starts_at=self.announcement.starts_at,
            length_minutes=self.announcement.length_minutes,
            minutes=minutes,
            place=place,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Enterer:
    """Who enters them: somebody of a school's office, or of the county's, which has no school."""

    person_id: UUID
    school_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known here of whom and what the sessions name."""

    school_ids: Collection[UUID]
    belongings: Belongings
    items: Collection[tuple[UUID, UUID | None]]
    """Of approved plans, with their schools."""
    stays: Mapping[UUID, Mapping[UUID, Sequence[Stay]]]
    """By school and teacher: what is confirmed already around these sessions."""

    def people_of_school(self, past: PastSession) -> frozenset[UUID]:
        """Which of the people named belong to a session's school on its day."""
        day = county_day(past.announcement.starts_at)
        return frozenset(here(past.people, belongings=self.belongings, school_id=past.school_id, on=day))

    def lacks_item(self, past: PastSession) -> bool:
        """Whether a session names an item that is in no approved plan of its school."""
        item_id = past.announcement.plan_item_id
        return item_id is not None and (item_id, past.school_id) not in self.items

    def stays_of(self, past: PastSession, teacher_id: UUID) -> Sequence[Stay]:
        """What is confirmed already of somebody in a session's school."""
        of_school = self.stays.get(past.school_id, {}) if past.school_id else {}
        return of_school.get(teacher_id, ())


def check_size(past: Sequence[PastSession]) -> None:
    """One request names no more attendees than one event would."""
    if sum(len(one.presences) for one in past) > PAST_ATTENDEES_MAX:
        text = f"各场活动的出勤合计不能超过{PAST_ATTENDEES_MAX}人次，请分几次提交"
        refuse([Complaint(field="sessions", code="attendees_too_many", text=text)])


def check_past_sessions(past: Sequence[PastSession], *, by: Enterer, known: Known, now: datetime) -> None:
    """Every session must be right, or none is entered; everything wrong with any of them is named at once."""
    complaints: list[Complaint] = []
    entered: dict[tuple[UUID | None, UUID], list[Stay]] = defaultdict(list)
    for place, one in enumerate(past):
        elsewhere = {
            teacher_id: [*known.stays_of(one, teacher_id), *entered[one.school_id, teacher_id]]
            for teacher_id in one.attendees
        }
        wrong = _wrong_with(one, place=place, by=by, known=known, elsewhere=elsewhere, now=now)
        complaints += within(f"sessions.{place}", wrong)
        for presence in one.presences:
            stay = one.stay(minutes=presence.minutes, place=place)
            entered[one.school_id, presence.teacher_id].append(stay)
    refuse(complaints)


def _wrong_with(
    one: PastSession,
    *,
    place: int,
    by: Enterer,
    known: Known,
    elsewhere: Mapping[UUID, Sequence[Stay]],
    now: datetime,
) -> Iterator[Complaint]:
    said = one.announcement
    wrong_school = list(_wrong_school(one.school_id, by=by, known=known))
    there = one.people if wrong_school else known.people_of_school(one)  # of a wrong school nothing is known
    yield from wrong_school
    yield from _wrong_time(said, of_county=by.school_id is None, now=now)
    yield from strangers_named(
        speaker_id=said.speaker_id,
        host_id=said.host_id,
        here=there,
        item_unknown=not wrong_school and known.lacks_item(one),
    )
    announced = Announced(
        length_minutes=said.length_minutes,
        minutes_passed=said.length_minutes,  # all of it, or its start is complained of already
        speaker_id=said.speaker_id,
        host_id=said.host_id,
    )
    yield from wrong_presences(one.presences, announced=announced, here=there)
    if is_alone(one.attendees, actor_id=by.person_id):
        yield Complaint(field="attendees", code="only_oneself", text=ALONE)
    near = {
        teacher_id: [stay for stay in stays if abs(stay.starts_at - said.starts_at) <= AROUND]
        for teacher_id, stays in elsewhere.items()
    }
    of = one.stay(minutes=0, place=place)
    yield from overlaps(one.presences, of=of, fresh=one.attendees & there, elsewhere=near)


def _wrong_school(school_id: UUID | None, *, by: Enterer, known: Known) -> Iterator[Complaint]:
    if by.school_id is not None:
        if school_id != by.school_id:
            yield Complaint(field="school_id", code="another_school", text="只能补登本校的活动")
    elif school_id is None:
        yield Complaint(field="school_id", code="school_missing", text="请写明是哪所学校的活动")
    elif school_id not in known.school_ids:
        text = "平台上没有这所学校；刚新增的，请稍候再试"
        yield Complaint(field="school_id", code="school_unknown", text=text)


def _wrong_time(said: Announcement, *, of_county: bool, now: datetime) -> Iterator[Complaint]:
    if said.starts_at + timedelta(minutes=said.length_minutes) > now:
        text = "活动还没有结束：这里只补登已经开展过的活动，请等活动结束后再补登"
        yield Complaint(field="starts_at", code="not_over_yet", text=text)
    elif not of_county:
        yield from far_starts(said.starts_at, now=now)
    elif county_day(said.starts_at) < FIRST_DAY:
        text = f"活动日期不能早于{FIRST_DAY.year}年，请核对日期"
        yield Complaint(field="starts_at", code="starts_too_early", text=text)
