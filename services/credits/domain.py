"""What attendance is worth, where a year stands, and the sentences that explain both: pure decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from shared.values import SCHOOL_YEAR_FIRST_MONTH, Refused, hours_text
from shared.vocabulary import EntryKind, HourCategory, MembershipKind, Role, SessionRole

WEIGHT_OF_ONE = 100
"""Role weights (角色权重) are hundredths too: 200 counts a minute twice."""
BEGINS_WITHIN = timedelta(days=400)
"""How far ahead rules may begin: a mistyped year would otherwise stand for ever."""


class Act(StrEnum):
    """What somebody may do, or not, by her posts."""

    PUBLISH_RULES = "publish_rules"
    READ_SCHOOL_HOURS = "read_school_hours"
    """Those of a whole school; one's own hours need no post."""


MAY: Mapping[Act, frozenset[Role]] = {
    Act.PUBLISH_RULES: frozenset({Role.COUNTY_OFFICER}),
    Act.READ_SCHOOL_HOURS: frozenset(
        {Role.COUNTY_OFFICER, Role.AUDITOR, Role.PRINCIPAL, Role.ACADEMIC_OFFICE}
    ),
}
"""Which posts allow which act; where, the reach says. Schools read beyond one's own are read whole."""


# --- rules ------------------------------------------------------------------------------------------------


class FormRule(NamedTuple):
    """How a rule pack sees one form of activity (活动形式)."""

    category: HourCategory
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePack:
    """The county's rules for credit hours from a day on (学时规则); published once and never changed."""

    id: UUID
    name: str
    source: str
    """The document (文号) it rests on."""
    valid_from: date
    required_hours_hundredths: int
    required_school_based_hours_hundredths: int
    minutes_per_hour: int
    session_hundredths_max: int | None
    role_weights: Mapping[SessionRole, int]
    forms: Mapping[str, FormRule]
    default_category: HourCategory
    """Where hours of a form go that `forms` does not name."""
    year_caps: Mapping[HourCategory, int]
    """What of a category counts in one school year (封顶); a category without a cap counts in full."""

    def category_of(self, form: str) -> HourCategory:
        """Where the hours of this form go."""
        rule = self.forms.get(form)
        return rule.category if rule else self.default_category

    def label_of(self, form: str) -> str:
        """What people call this form; its code where the pack does not say."""
        rule = self.forms.get(form)
        return rule.label if rule else form


def check_publishable(
    *, valid_from: date, begins_already: bool, last_held_on: date | None, today: date
) -> None:
    """A pack may begin on any near or past day on which none begins yet, if it changes nothing already paid.

    `last_held_on` is the last day it would rule of which the ledger has an activity.
    """
    if valid_from - today > BEGINS_WITHIN:
        raise Refused(
            "rule_pack_too_far",
            "生效日期不能晚于今天起{days}天，请检查年份",
            days=BEGINS_WITHIN.days,
        )
    if begins_already:
        raise Refused("rule_pack_same_day", "已有一套规则从{day}起施行，请改用别的日期", day=valid_from)
    if last_held_on is not None:
        raise Refused(
            "rule_pack_retroactive",
            "{last_held_on}的活动已按现行规则入账，请把生效日期改到这一天之后",
            last_held_on=last_held_on,
        )


# --- one attendance ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendedActivity:
    """The activity that was attended, as far as hours depend on it."""

    id: UUID
    school_id: UUID
    form: str
    held_on: date


class Attended(NamedTuple):
    """One person's confirmed presence; `round_no` counts how often it was confirmed anew."""

    teacher_id: UUID
    round_no: int
    minutes: int
    role: SessionRole


class Worth(NamedTuple):
    """What one attendance earns, and what the session's cap took from it."""

    hours_hundredths: int
    cut_hundredths: int


def weight_for(pack: RulePack, *, role: SessionRole) -> int:
    """How much a minute in this role counts, in hundredths."""
    weight = pack.role_weights.get(role)
    if weight is None:
        raise Refused(
            "role_without_weight", "规则“{pack}”没有规定{role}的权重", pack=pack.name, role=role.label
        )
    return weight


def worth_of(
    *, minutes: int, weight: int, minutes_per_hour: int, session_hundredths_max: int | None
) -> Worth:
    """Minutes times weight by the length of an hour, rounded down to hundredths, cut by the session's cap."""
    if minutes < 0:
        raise Refused("minutes_negative", "在场时长不能为负：{minutes}分钟", minutes=minutes)
    full = minutes * weight // minutes_per_hour  # both are hundredths of one: 90 * 100 // 45 is 2.00 hours
    hours = full if session_hundredths_max is None else min(full, session_hundredths_max)
    return Worth(hours, full - hours)


# --- one year ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryStanding:
    """What a year earned in one category, and how much of it counts."""

    category: HourCategory
    earned_hundredths: int
    counted_hundredths: int
    cap_hundredths: int | None

    @property
    def explanation(self) -> str:
        """Why this much counts."""
        earned, counted = hours_text(self.earned_hundredths), hours_text(self.counted_hundredths)
        if self.cap_hundredths is None:
            return f"{self.category.label}已得{earned}学时，全部计入"
        cap = hours_text(self.cap_hundredths)
        return f"{self.category.label}已得{earned}学时，每学年封顶{cap}学时，计入{counted}学时"


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A least number of hours (下限), how much counts towards it, and what is missing."""

    required_hundredths: int
    counted_hundredths: int

    @property
    def missing_hundredths(self) -> int:
        """What is still to be earned."""
        return max(0, self.required_hundredths - self.counted_hundredths)

    @property
    def is_met(self) -> bool:
        """Whether the floor is reached."""
        return self.missing_hundredths == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one teacher stands in one school year; without a rule pack there are no floors."""

    categories: Sequence[CategoryStanding]
    total: Floor | None
    school_based: Floor | None

    @property
    def earned_hundredths(self) -> int:
        """All that was earned."""
        return sum(one.earned_hundredths for one in self.categories)

    @property
    def counted_hundredths(self) -> int:
        """All that counts after the year's caps."""
        return sum(one.counted_hundredths for one in self.categories)

    @property
    def is_met(self) -> bool:
        """Whether both floors are reached."""
        return bool(self.total and self.school_based and self.total.is_met and self.school_based.is_met)


def standing_of(earned: Mapping[HourCategory, int], *, pack: RulePack | None) -> Standing:
    """The year's caps and floors over what was earned; nothing earned is lost, some of it may not count."""
    caps = pack.year_caps if pack else {}
    categories = [
        _category_standing(category, earned=earned[category], cap=caps.get(category))
        for category in HourCategory
        if category in earned
    ]
    counted = {one.category: one.counted_hundredths for one in categories}
    total, school_based = floors_of(
        counted=sum(counted.values()), school_based=counted.get(HourCategory.SCHOOL_BASED, 0), pack=pack
    )
    return Standing(categories=categories, total=total, school_based=school_based)


def floors_of(
    *, counted: int, school_based: int, pack: RulePack | None
) -> tuple[Floor, Floor] | tuple[None, None]:
    """The floors of all hours and of the school-based part (其中校本), with what counts towards each."""
    if pack is None:
        return None, None
    return (
        Floor(required_hundredths=pack.required_hours_hundredths, counted_hundredths=counted),
        Floor(
            required_hundredths=pack.required_school_based_hours_hundredths, counted_hundredths=school_based
        ),
    )


def _category_standing(category: HourCategory, *, earned: int, cap: int | None) -> CategoryStanding:
    counted = earned if cap is None else min(earned, cap)
    return CategoryStanding(
        category=category, earned_hundredths=earned, counted_hundredths=counted, cap_hundredths=cap
    )


# --- whose and when ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """That somebody belongs to a school, from a day on and until before another."""

    school_id: UUID
    kind: MembershipKind
    starts_on: date
    ends_on: date | None

    def within_year(self, school_year: int) -> tuple[date, date] | None:
        """The first day of it in a school year, and the day after its last; None when there is none."""
        first, next_first = first_day_of(school_year), first_day_of(school_year + 1)
        starts_on = max(self.starts_on, first)
        ends_on = next_first if self.ends_on is None else min(self.ends_on, next_first)
        return (starts_on, ends_on) if starts_on < ends_on else None


def first_day_of(school_year: int) -> date:
    """The first day of a school year (学年)."""
    return date(school_year, SCHOOL_YEAR_FIRST_MONTH, 1)


def judged_on(school_year: int, *, today: date, on: date | None) -> date:
    """The day whose teachers a year counts: its last, today while it runs, or an earlier one asked for."""
    last = date.fromordinal(first_day_of(school_year + 1).toordinal() - 1)
    return min(last, today, on or today)


def note_on(days: Sequence[tuple[date, date]]) -> str:
    """Why a leader sees a part of somebody's year only."""
    parts = [
        f"{day_text(first)}至{day_text(date.fromordinal(after.toordinal() - 1))}" for first, after in days
    ]
    return f"这位教师本学年不是一直在贵校，这里只列出其在贵校期间（{'、'.join(parts)}）的学时，不作达标判断"


# --- explanations -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFacts:
    """A ledger entry (台账记录) with what its explanation needs."""

    kind: EntryKind
    held_on: date
    form: str
    category: HourCategory
    role: SessionRole
    minutes: int
    weight_hundredths: int
    minutes_per_hour: int
    cut_hundredths: int
    hours_hundredths: int


class Step(NamedTuple):
    """One step of a derivation: a stable code for programs, a clause for people."""

    code: str
    text: str


def derivation_of(entry: EntryFacts, *, pack: RulePack) -> tuple[Step, ...]:
    """How an entry came to its hours, step by step (说明)."""
    if entry.kind is EntryKind.REVERSAL:
        return _reversal_steps(entry, pack=pack)
    steps = [
        Step("activity", f"{day_text(entry.held_on)}参加“{pack.label_of(entry.form)}”，{entry.minutes}分钟"),
        Step("rule", f"按《{pack.name}》"),
        Step("conversion", f"{entry.minutes_per_hour}分钟计1学时"),
    ]
    if entry.weight_hundredths != WEIGHT_OF_ONE:
        steps.append(Step("weight", f"{entry.role.label}权重{hours_text(entry.weight_hundredths)}"))
    if entry.cut_hundredths:
        full = hours_text(entry.hours_hundredths + entry.cut_hundredths)
        steps.append(Step("cap", f"折合{full}学时，超过单次封顶{hours_text(entry.hours_hundredths)}学时"))
    steps.append(Step("decision", f"得{hours_text(entry.hours_hundredths)}学时，记入{entry.category.label}"))
    return tuple(steps)


def _reversal_steps(entry: EntryFacts, *, pack: RulePack) -> tuple[Step, ...]:
    hours = hours_text(-entry.hours_hundredths)
    return (
        Step("activity", f"{day_text(entry.held_on)}“{pack.label_of(entry.form)}”的出勤确认已撤回"),
        Step("decision", f"冲销{entry.category.label}{hours}学时"),
    )


def explanation_of(steps: Sequence[Step]) -> str:
    """The derivation as one sentence."""
    return "，".join(step.text for step in steps)


def day_text(day: date) -> str:
    """A day as people write it: 2026年9月10日."""
    return f"{day.year}年{day.month}月{day.day}日"
