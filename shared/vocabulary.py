"""Words of the field that cross a service's border, each with its Chinese label; standard library only."""

from enum import StrEnum


class Term(StrEnum):
    """A closed list whose members carry a Chinese `label` beside their stable English value."""

    label: str

    def __new__(cls, value: str, label: str) -> "Term":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Role(Term):
    """What a post lets a person do; a post is a role, a scope and a period (任职)."""

    TEACHER = "teacher", "教师"
    GROUP_LEADER = "group_leader", "教研组长"
    ACADEMIC_OFFICE = "academic_office", "教导处"
    PRINCIPAL = "principal", "校长"
    COUNTY_OFFICER = "county_officer", "县级管理员"


class ApiScope(Term):
    """What an API key (接口密钥) lets another system read; there is none that lets it write."""

    READ_SCHOOLS = "read_schools", "读取学校"
    READ_PEOPLE = "read_people", "读取人员和师徒"
    READ_PLANS = "read_plans", "读取计划"
    READ_SESSIONS = "read_sessions", "读取活动和出勤"
    READ_HOURS = "read_hours", "读取学时"


class SchoolStage(Term):
    """The stage of schooling (学段) a school teaches."""

    KINDERGARTEN = "kindergarten", "幼儿园"
    PRIMARY = "primary", "小学"
    JUNIOR = "junior", "初中"
    SENIOR = "senior", "高中"
    VOCATIONAL = "vocational", "中职"
    SPECIAL = "special", "特殊教育"


class HourCategory(Term):
    """Where credit hours (学时) come from; a rule pack maps forms of activity to these."""

    SCHOOL_BASED = "school_based", "校本研修"
    CROSS_SCHOOL = "cross_school", "校际研修"
    CONCENTRATED = "concentrated", "集中培训"
    ONLINE = "online", "网络研修"
    SELF_DIRECTED = "self_directed", "自主研修"


class SessionRole(Term):
    """What somebody does in one activity session (活动角色)."""

    PARTICIPANT = "participant", "参与者"
    SPEAKER = "speaker", "主讲人"
    HOST = "host", "主持人"


class SessionState(Term):
    """How far an activity session (研训活动) has come."""

    ANNOUNCED = "announced", "已发布"
    HELD = "held", "已举行"
    CANCELLED = "cancelled", "已取消"


class PlanState(Term):
    """How far a plan (计划) has come through review (审核)."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审核"
    APPROVED = "approved", "已通过"
    RETURNED = "returned", "已退回"


class EntryKind(Term):
    """What a ledger entry (学时台账) does."""

    ACCRUAL = "accrual", "入账"
    REVERSAL = "reversal", "冲销"


class NoticeKind(Term):
    """Why a notice (站内信) was written."""

    HOURS_ACCRUED = "hours_accrued", "学时入账"
    APPRENTICE_ACCRUED = "apprentice_accrued", "徒弟学时入账"
    HOURS_REVERSED = "hours_reversed", "学时冲销"
    APPRENTICE_REVERSED = "apprentice_reversed", "徒弟学时冲销"
