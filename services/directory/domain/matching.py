"""Finding mentors (师父): who waits for one, who has room, where they are short, and who would suit."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.directory.domain.policies import GRADES, Focus, Policy, reaches
from shared.values import school_year_of
from shared.vocabulary import MentoringNeed, SchoolStage, TitleGrade

NINE_YEARS = frozenset({SchoolStage.PRIMARY, SchoolStage.JUNIOR, SchoolStage.NINE_YEAR})
SUBJECTS_PARTED_BY = "、"


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """A teacher at her school on a day, as matching sees her."""

    person_id: UUID
    name: str
    school_id: UUID
    school: str
    district_id: UUID
    district: str
    stage: SchoolStage
    subject: str
    second_subjects: str | None
    since: date
    """Of this school."""
    service_years: int | None
    title: TitleGrade | None
    apprentices: int
    """Whom she mentors on the day, or will."""
    mentors: int
    free_since: date | None
    """When her last pairing as an apprentice ended."""
    need: MentoringNeed | None
    need_since: date | None
    is_away: bool

    @property
    def subjects(self) -> frozenset[str]:
        """All she teaches."""
        others = (self.second_subjects or "").split(SUBJECTS_PARTED_BY)
        return frozenset({self.subject, *filter(None, others)})


def service_years(serves_since: int | None, *, on: date) -> int | None:
    """Whole school years since the first post (教龄): somebody's first school year is year 0."""
    if serves_since is None:
        return None
    return max(0, school_year_of(on) - serves_since)


# --- who waits --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody who should have a mentor and has none."""

    colleague: Colleague
    why: str
    since_on: date
    days: int
    is_late: bool


def waiting(colleagues: Iterable[Colleague], *, policy: Policy, on: date) -> list[Waiting]:
    """Everybody who should have a mentor and has none, who waits longest first."""
    found = [one for one in (_waiting(colleague, policy, on) for colleague in colleagues) if one is not None]
    return sorted(found, key=lambda one: (-one.days, one.colleague.name, one.colleague.person_id))


def _waiting(colleague: Colleague, policy: Policy, on: date) -> Waiting | None:
    if colleague.mentors or colleague.is_away:
        return None
    is_new = colleague.service_years is not None and colleague.service_years <= policy.new_years_max
    if not is_new and colleague.need is None:
        return None
    begun = colleague.since if is_new else colleague.need_since or colleague.since
    since_on = max(begun, colleague.free_since or begun)
    days = max(0, (on - since_on).days)
    why = f"教龄{colleague.service_years}年" if is_new else colleague.need.label if colleague.need else ""
    return Waiting(
        colleague=colleague, why=why, since_on=since_on, days=days, is_late=days > policy.match_days_max
    )


# --- who has room -----------------------------------------------------------------------------------------


def may_mentor(colleague: Colleague, policy: Policy) -> bool:
    """Whether years and title are enough; what the register does not know is not held against her."""
    too_new = colleague.service_years is not None and colleague.service_years < policy.service_years_min
    too_low = (
        policy.title_min is not None
        and colleague.title is not None
        and not reaches(colleague.title, policy.title_min)
    )
    unknown = colleague.service_years is None and colleague.title is None and not colleague.apprentices
    return not (too_new or too_low or unknown or colleague.is_away)


def overloaded(colleagues: Iterable[Colleague], *, policy: Policy) -> list[Colleague]:
    """Mentors with more apprentices than the policy allows, the most first."""
    found = [one for one in colleagues if one.apprentices > policy.apprentices_max]
    return sorted(found, key=lambda one: (-one.apprentices, one.name, one.person_id))


def with_room(colleagues: Iterable[Colleague], *, policy: Policy) -> list[Colleague]:
    """Who may mentor one more, the freest and longest serving first."""
    found = [one for one in colleagues if may_mentor(one, policy) and room_of(one, policy)]
    return sorted(
        found, key=lambda one: (one.apprentices, -(one.service_years or 0), one.name, one.person_id)
    )


def room_of(colleague: Colleague, policy: Policy) -> int:
    """How many more apprentices she may take."""
    return max(0, policy.apprentices_max - colleague.apprentices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """A school's subject in which more people wait than its mentors have places."""

    school_id: UUID
    school: str
    subject: str
    waiting: int
    places: int

    @property
    def missing(self) -> int:
        """How many cannot be matched within the school."""
        return max(0, self.waiting - self.places)


def shortage(colleagues: Sequence[Colleague], *, policy: Policy, on: date) -> list[Shortage]:
    """By school and subject, where anybody waits; the shortest first."""
    names = {one.school_id: one.school for one in colleagues}
    wanted = Counter(
        (one.colleague.school_id, one.colleague.subject) for one in waiting(colleagues, policy=policy, on=on)
    )
    places: Counter[tuple[UUID, str]] = Counter()
    for one in with_room(colleagues, policy=policy):
        for subject in one.subjects:
            places[one.school_id, subject] += room_of(one, policy)
    found = [
        Shortage(
            school_id=school_id,
            school=names[school_id],
            subject=subject,
            waiting=count,
            places=places[school_id, subject],
        )
        for (school_id, subject), count in wanted.items()
    ]
    return sorted(found, key=lambda one: (-one.missing, -one.waiting, one.school, one.subject))


# --- who would suit ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who would suit as a mentor, and why."""

    colleague: Colleague
    reasons: Sequence[str]


def ranked(
    apprentice: Colleague,
    colleagues: Iterable[Colleague],
    *,
    policy: Policy,
    focus: Focus,
    paired: Collection[UUID] = (),
) -> list[Candidate]:
    """Who would suit, best first: same school, subject, stage, district; then few apprentices, long service.

    `paired` are those who mentor her already. The same facts give the same order, whoever asks and when.
    """
    able = [
        one
        for one in with_room(colleagues, policy=policy)
        if one.person_id != apprentice.person_id and one.person_id not in paired
    ]
    able.sort(key=lambda one: _rank(apprentice, one, focus))
    return [
        Candidate(colleague=one, reasons=_reasons(apprentice, one, policy=policy, focus=focus))
        for one in able
    ]


def _rank(apprentice: Colleague, one: Colleague, focus: Focus) -> tuple[object, ...]:
    near = (
        one.school_id == apprentice.school_id,
        focus.by_subject and not one.subjects.isdisjoint(apprentice.subjects),
        _same_stage(one.stage, apprentice.stage),
        one.district_id == apprentice.district_id,
    )
    title = GRADES.index(one.title) if one.title is not None else 0
    return (
        *(not holds for holds in near),
        one.apprentices,
        -(one.service_years or 0),
        -title,
        one.name,
        one.person_id,
    )


def _same_stage(one: SchoolStage, other: SchoolStage) -> bool:
    """A nine-year school teaches what a primary and a junior school teach."""
    return one is other or (SchoolStage.NINE_YEAR in {one, other} and {one, other} <= NINE_YEARS)


def _reasons(apprentice: Colleague, one: Colleague, *, policy: Policy, focus: Focus) -> list[str]:
    shared = sorted(one.subjects & apprentice.subjects) if focus.by_subject else []
    standing = "、".join(
        word
        for word in (
            one.title.label if one.title is not None else "",
            f"教龄{one.service_years}年" if one.service_years is not None else "",
        )
        if word
    )
    said = (
        "同校" if one.school_id == apprentice.school_id else f"外校：{one.school}",
        f"同学科（{SUBJECTS_PARTED_BY.join(shared)}）" if shared else "",
        "同学段" if _same_stage(one.stage, apprentice.stage) else "",
        f"同在{one.district}" if one.district_id == apprentice.district_id else "",
        f"现带{one.apprentices}名徒弟，还可带{room_of(one, policy)}名",
        standing,
    )
    return [word for word in said if word]
