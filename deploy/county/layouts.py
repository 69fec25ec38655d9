"""The sheets of a school year: plans, sessions, attendance, and attendance to be taken back.

Only the synthetic county is written and loaded by them, so they stand here and not in a service.
"""

from deploy.county.year.forms import FORMS
from shared.sheets.layouts import Choice, Column, Kind, Layout, choices_of
from shared.vocabulary import SessionRole, SessionState

KEY_CHARACTERS_MAX = 120
TERMS = (Choice("autumn", "秋季学期"), Choice("spring", "春季学期"))

_SCHOOL = Column(code="school", heading="学校", required=True, hint="学校代码")
_FORM = Column(
    code="form",
    heading="活动形式",
    kind=Kind.CHOICE,
    required=True,
    choices=tuple(Choice(form.code, form.label) for form in FORMS),
)
_TOPIC = Column(code="topic", heading="主题", required=True, characters_max=200)


def _key(code: str, heading: str, *, required: bool = False) -> Column:
    return Column(code=code, heading=heading, required=required, characters_max=KEY_CHARACTERS_MAX)


def _number(code: str, heading: str, *, required: bool = False) -> Column:
    return Column(code=code, heading=heading, kind=Kind.STAFF_NUMBER, required=required)


PLANS = Layout(
    code="plans",
    title="计划",
    columns=(
        _SCHOOL,
        Column(code="term", heading="学期", kind=Kind.CHOICE, required=True, choices=TERMS),
        Column(code="title", heading="计划名称", required=True, characters_max=100),
        _key("item", "条目编号", required=True),
        _FORM,
        _TOPIC,
        Column(code="due_on", heading="完成日期", kind=Kind.DAY, required=True),
    ),
    unique=("item",),
)
SESSIONS = Layout(
    code="sessions",
    title="活动",
    columns=(
        _key("key", "活动编号", required=True),
        _SCHOOL,
        _FORM,
        _TOPIC,
        Column(code="starts_at", heading="开始时间", required=True, hint="如 2024-09-10T15:00:00+08:00"),
        Column(code="length_minutes", heading="时长分钟", kind=Kind.WHOLE_NUMBER, required=True),
        Column(code="place", heading="地点", characters_max=100),
        _number("speaker", "主讲人工号"),
        _number("host", "主持人工号"),
        _key("item", "计划条目编号"),
        Column(
            code="state",
            heading="状态",
            kind=Kind.CHOICE,
            required=True,
            choices=choices_of((SessionState.HELD, SessionState.CANCELLED)),
        ),
        Column(code="content", heading="活动内容", characters_max=2000),
        Column(code="result", heading="活动效果", characters_max=2000),
        Column(code="registered_on", heading="补登日期", kind=Kind.DAY),
        Column(code="moved_from", heading="原定日期", kind=Kind.DAY),
        _key("held_with", "合办活动编号"),
    ),
    unique=("key",),
)
ATTENDANCE = Layout(
    code="attendance",
    title="出勤",
    columns=(
        _key("session", "活动编号", required=True),
        _number("staff_number", "工号", required=True),
        Column(code="minutes", heading="计入分钟", kind=Kind.WHOLE_NUMBER, required=True),
        Column(code="role", heading="角色", kind=Kind.CHOICE, required=True, choices=choices_of(SessionRole)),
    ),
    unique=("session", "staff_number"),
)
REVERSALS = Layout(
    code="reversals",
    title="撤销",
    columns=(
        _key("session", "活动编号", required=True),
        _number("staff_number", "工号", required=True),
        Column(code="reason", heading="原因", required=True, characters_max=500),
    ),
    unique=("session", "staff_number"),
)
