"""The county's rules for mentor pairings (师徒结对办法): data of the county, dated, with a default."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from shared.values import Refused
from shared.vocabulary import PairingParty, RuleWeight, TitleGrade

CAPACITY = "mentor_full"
SERVICE = "mentor_too_new"
SERVICE_UNKNOWN = "mentor_service_unknown"
TITLE = "mentor_title_too_low"
TITLE_UNKNOWN = "mentor_title_unknown"
TERM = "term_out_of_range"
RULES = (CAPACITY, SERVICE, TITLE, TERM)
"""What a policy gives a weight; what is unknown is only ever pointed out."""

WEIGHTS = {weight.value: weight for weight in RuleWeight}
GRADES = tuple(TitleGrade)
"""From the lowest to the highest."""
DUTIES_MAX = 12
FOCUSES_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """What a pairing is about (方向): a code and a label of the county."""

    code: str
    label: str
    by_subject: bool = True
    """Whether the two should teach the same subject for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A duty as an agreement asks for it: who does what, and how often or how much."""

    code: str
    party: PairingParty
    name: str
    unit: str
    target: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A rule that is not kept, for people to weigh."""

    code: str
    text: str


TEMPLATE = """师徒结对合同（拜师合同）

师父：{mentor}（{mentor_school}）
徒弟：{apprentice}（{apprentice_school}）
结对方向：{focus}
结对期限：自{starts_on}起至{last_day}止

一、师父关心徒弟的师德修养和专业成长，毫无保留地传授经验，如实指出不足。
二、徒弟尊敬师父，虚心学习，主动请教，按时完成下列任务。
三、期限内双方完成下列任务，以双方确认的记录为准：
{duties}
四、期满由学校对结对情况作出评价。一方调动、长期离岗或者离职的，由学校决定继续结对、更换师父或者解除结对，结对不自行终止。
五、合同内容变更的，须由双方重新签字。
六、本合同一式三份，师父、徒弟、学校各执一份。
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Who may mentor how many, for how long, and by when everybody new has a mentor."""

    valid_from: date | None = None
    """None is the default, until the county publishes its own."""
    source: str = "平台默认，待县里发布师徒结对办法"
    apprentices_max: int = 3
    service_years_min: int = 5
    title_min: TitleGrade | None = TitleGrade.FIRST
    term_months_min: int = 6
    term_months_max: int = 36
    new_years_max: int = 2
    match_days_max: int = 30
    office_approves: bool = True
    weights: Mapping[str, RuleWeight] = field(
        default_factory=lambda: {
            CAPACITY: RuleWeight.REFUSE,
            SERVICE: RuleWeight.FLAG,
            TITLE: RuleWeight.FLAG,
            TERM: RuleWeight.REFUSE,
        }
    )
    focuses: Sequence[Focus] = (
        Focus(code="teaching", label="教学"),
        Focus(code="class_teacher", label="班主任", by_subject=False),
        Focus(code="information_technology", label="信息技术", by_subject=False),
        Focus(code="research", label="教科研"),
    )
    duties: Sequence[Owed] = (
        Owed(
            code="hears_apprentice",
            party=PairingParty.MENTOR,
            name="听徒弟的课",
            unit="节",
            target=7,
        ),
        Owed(code="hears_mentor", party=PairingParty.APPRENTICE, name="听师父的课", unit="节", target=7),
        Owed(code="public_lessons", party=PairingParty.APPRENTICE, name="上公开课", unit="节", target=2),
        Owed(code="notes", party=PairingParty.APPRENTICE, name="写学习笔记", unit="字", target=10_000),
    )
    template_no: int = 1
    template: str = TEMPLATE

    def focus(self, code: str) -> Focus:
        """The focus of that code; Refused when the county has none."""
        found = next((one for one in self.focuses if one.code == code), None)
        if found is None:
            raise Refused(
                "focus_unknown",
                "没有“{code}”这个结对方向，可选：{labels}",
                code=code,
                labels="、".join(one.label for one in self.focuses),
            )
        return found

    def focus_called(self, text: str) -> Focus:
        """The focus of that label or code; Refused when the county has none."""
        found = next((one for one in self.focuses if one.label == text), None)
        return found or self.focus(text)

    def label_of(self, code: str) -> str:
        """What people call a focus; of one the county has given up, its code."""
        return next((one.label for one in self.focuses if one.code == code), code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentor:
    """What a policy looks at in somebody who is to be a mentor."""

    name: str
    apprentices: int
    """Whom she has, those agreed on but not begun yet included."""
    service_years: int | None
    title: TitleGrade | None


def violations(
    policy: Policy, *, mentor: Mentor, starts_on: date, term_ends_on: date | None
) -> Iterator[Flag]:
    """The rules that a pairing would not keep, in the order of the policy."""
    if mentor.apprentices >= policy.apprentices_max:
        yield Flag(
            code=CAPACITY,
            text=f"{mentor.name}已带{mentor.apprentices}名徒弟，最多{policy.apprentices_max}名，请另选师父",
        )
    yield from _of_standing(policy, mentor)
    if term_ends_on is not None:
        months = whole_months(starts_on, term_ends_on)
        if not policy.term_months_min <= months <= policy.term_months_max:
            yield Flag(
                code=TERM,
                text=f"期限应为{policy.term_months_min}到{policy.term_months_max}个月，现为{months}个月，请改期限",
            )


def _of_standing(policy: Policy, mentor: Mentor) -> Iterator[Flag]:
    if mentor.service_years is None:
        yield Flag(code=SERVICE_UNKNOWN, text=f"{mentor.name}未登记参加工作年份，请先补登")
    elif mentor.service_years < policy.service_years_min:
        yield Flag(
            code=SERVICE,
            text=f"{mentor.name}教龄{mentor.service_years}年，师父应满{policy.service_years_min}年",
        )
    if policy.title_min is None:
        return
    if mentor.title is None:
        yield Flag(code=TITLE_UNKNOWN, text=f"{mentor.name}未登记职称，请先补登")
    elif not reaches(mentor.title, policy.title_min):
        yield Flag(
            code=TITLE, text=f"{mentor.name}是{mentor.title.label}，师父应为{policy.title_min.label}及以上"
        )


def check_rules(
    policy: Policy, *, mentor: Mentor, starts_on: date, term_ends_on: date | None, reverse: bool
) -> list[Flag]:
    """What is to be pointed out; Refused for a rule that must be kept.

    In a reverse pair (能者为师) the younger one mentors, so years and title say nothing.
    """
    found = list(violations(policy, mentor=mentor, starts_on=starts_on, term_ends_on=term_ends_on))
    if reverse:
        found = [one for one in found if one.code in {CAPACITY, TERM}]
    for one in found:
        if policy.weights.get(one.code, RuleWeight.FLAG) is RuleWeight.REFUSE:
            raise Refused(one.code, "{text}", text=one.text)
    return found


def reaches(title: TitleGrade, least: TitleGrade) -> bool:
    """Whether a title is that grade or a higher one."""
    return GRADES.index(title) >= GRADES.index(least)


def whole_months(first: date, after: date) -> int:
    """How many months lie between two days, the last one begun counted if at least half of it is."""
    days = (after.year - first.year) * 360 + (after.month - first.month) * 30 + after.day - first.day
    return (days + 15) // 30


def check_policy(policy: Policy) -> None:
    """Refuse a policy nobody could follow: two things under one code, or a term without an end."""
    for what, codes, most in (
        ("结对方向", [one.code for one in policy.focuses], FOCUSES_MAX),
        ("履约要求", [one.code for one in policy.duties], DUTIES_MAX),
    ):
        if len(set(codes)) < len(codes) or not 0 < len(codes) <= most:
            raise Refused(
                "policy_unclear", "{what}应有1到{most}项，代码各不相同，请核对", what=what, most=most
            )
    if policy.term_months_min > policy.term_months_max:
        raise Refused("policy_unclear", "最短期限不能长于最长期限，请核对")
    lacking = [
        name
        for name in ("mentor", "apprentice", "starts_on", "last_day")
        if f"{{{name}}}" not in policy.template
    ]
    if lacking:
        raise Refused(
            "template_unclear",
            "合同文本里要有这些位置：{places}",
            places="、".join(lacking),
        )
