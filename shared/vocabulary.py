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
    RECORDER = "recorder", "记录员"
    ACADEMIC_OFFICE = "academic_office", "教导处"
    PRINCIPAL = "principal", "校长"
    TOWNSHIP_OFFICE = "township_office", "中心校（学区）"
    COUNTY_TRAINER = "county_trainer", "县级培训教师"
    COUNTY_OFFICER = "county_officer", "县级管理员"
    AUDITOR = "auditor", "审计员"
    OPERATOR = "operator", "运维员"


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
    NINE_YEAR = "nine_year", "九年一贯制"
    JUNIOR = "junior", "初中"
    SENIOR = "senior", "高中"
    VOCATIONAL = "vocational", "中职"
    SPECIAL = "special", "特殊教育"
    OFFICE = "office", "研训机构"


class DistrictKind(Term):
    """What lies between the county and its schools (乡镇、街道、学区)."""

    STREET = "street", "街道"
    TOWN = "town", "镇"
    TOWNSHIP = "township", "乡"
    SCHOOL_DISTRICT = "school_district", "学区"


class SchoolCategory(Term):
    """What place a school has among those around it (学校类别)."""

    COUNTY_RUN = "county_run", "县直学校"
    CENTRAL = "central", "中心校"
    VILLAGE = "village", "村校"
    TEACHING_POINT = "teaching_point", "教学点"
    OTHER = "other", "其他学校"


class LineageKind(Term):
    """How a school went on in another (撤并)."""

    MERGED = "merged", "并入"
    SPLIT = "split", "分设"


class GroupKind(Term):
    """What kind of group (教研组等) teachers meet in."""

    TRG = "trg", "教研组"
    LPG = "lpg", "备课组"
    MIXED = "mixed", "综合组"
    WHOLE_SCHOOL = "whole_school", "全校组"
    GRADE = "grade", "年级组"
    JOINT = "joint", "联片组"
    LEADING = "leading", "领导小组"


class MembershipKind(Term):
    """In which way somebody belongs to a school (人事关系)."""

    HOME = "home", "在编在岗"
    SECONDED = "seconded", "借调交流"
    SUPPORTING = "supporting", "支教"
    SHARED = "shared", "走教兼课"


class TransferState(Term):
    """How far a transfer (调动) has come."""

    PROPOSED = "proposed", "待双方确认"
    AGREED = "agreed", "双方已确认"
    REFUSED = "refused", "未同意"
    CALLED_OFF = "called_off", "已撤回"
    UNDONE = "undone", "已更正作废"


class AbsenceKind(Term):
    """Why somebody is not at work (不在岗原因); the last three are for good."""

    SICK_LEAVE = "sick_leave", "病假"
    PERSONAL_LEAVE = "personal_leave", "事假"
    MATERNITY_LEAVE = "maternity_leave", "产假"
    LONG_TRAINING = "long_training", "长周期培训"
    RETIRED = "retired", "退休"
    RESIGNED = "resigned", "离职"
    DECEASED = "deceased", "去世"


class Sex(Term):
    """As the register has it (性别)."""

    FEMALE = "female", "女"
    MALE = "male", "男"


class TitleGrade(Term):
    """The grade of a professional title (职称)."""

    UNGRADED = "ungraded", "未定级"
    THIRD = "third", "三级教师"
    SECOND = "second", "二级教师"
    FIRST = "first", "一级教师"
    SENIOR = "senior", "高级教师"
    PROFESSOR = "professor", "正高级教师"


class ImportKind(Term):
    """What the rows of an imported file (导入文件) are about."""

    SCHOOLS = "schools", "学校名册"
    TEACHERS = "teachers", "教师名册"
    GROUPS = "groups", "教研组"
    PAIRINGS = "pairings", "师徒结对"
    ABSENCES = "absences", "状态"
    TRANSFERS = "transfers", "调动"
    LIAISONS = "liaisons", "教育联点"
    ONEROSTER = "oneroster", "OneRoster 文件包"


class ImportExtent(Term):
    """Whether a file is the whole register (整份名册) of the schools it names, or only a part of it."""

    WHOLE = "whole", "整份名册"
    PART = "part", "部分名单"


class ImportState(Term):
    """What became of a file (导入批次)."""

    PREVIEWED = "previewed", "已预览"
    APPLIED = "applied", "已导入"
    UNDONE = "undone", "已撤销"


class ImportVerdict(Term):
    """What an import makes of a row (导入结论)."""

    NEW = "new", "新增"
    CHANGED = "changed", "有变动"
    UNCHANGED = "unchanged", "无变动"
    MISSING = "missing", "文件中没有"
    REJECTED = "rejected", "退回"


class FilePart(Term):
    """What of a person's file somebody looked at (阅览留痕)."""

    PERSON = "person", "人员档案"
    ACCOUNT = "account", "账号"
    HOURS = "hours", "学时明细"
    EXPORT = "export", "个人信息导出"
    VIEW_AS = "view_as", "以本人身份查看"


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


class PairingKind(Term):
    """How two people agreed to be mentor and apprentice (师徒结对)."""

    AGREEMENT = "agreement", "电子合同"
    PAPER = "paper", "纸质合同"


class PairingState(Term):
    """How far a mentor pairing (师徒结对) has come, on a day."""

    PROPOSED = "proposed", "待签署"
    SIGNED = "signed", "已签署"
    ACTIVE = "active", "结对中"
    ENDED = "ended", "已期满"
    DISSOLVED = "dissolved", "已解除"
    EXPIRED = "expired", "到期未评价"
    REFUSED = "refused", "未达成"


class PairingParty(Term):
    """Who has a say in a pairing agreement (拜师合同的一方)."""

    MENTOR = "mentor", "师父"
    APPRENTICE = "apprentice", "徒弟"
    SCHOOL = "school", "徒弟所在学校"
    MENTOR_SCHOOL = "mentor_school", "师父所在学校"
    COUNTY = "county", "县级管理部门"


class PairingConcern(Term):
    """Why somebody must decide how a pairing goes on (结对存疑)."""

    TRANSFERRED = "transferred", "调动"
    ABSENT = "absent", "长期离岗"
    LEFT = "left", "离职或退休"
    REQUESTED = "requested", "一方申请"


class PairingChoice(Term):
    """How a pairing in question goes on (处理决定)."""

    CONTINUE = "continue", "继续结对"
    REPLACE = "replace", "更换师父"
    DISSOLVE = "dissolve", "解除结对"


class EvaluationGrade(Term):
    """What a served pairing is judged to have been worth (结对评价)."""

    EXCELLENT = "excellent", "优秀"
    QUALIFIED = "qualified", "合格"
    UNQUALIFIED = "unqualified", "不合格"


class MentoringNeed(Term):
    """Why somebody beyond the first years needs a mentor too (需要师父的原因)."""

    NEW_SUBJECT = "new_subject", "转任学科"
    RETURNED = "returned", "离岗返回"
    KEY_TRAINING = "key_training", "骨干培养"
    OTHER = "other", "其他需要"


class RuleWeight(Term):
    """What happens when a rule of the pairing policy (师徒结对办法) is not kept."""

    REFUSE = "refuse", "不予结对"
    FLAG = "flag", "提示"


class NoticeKind(Term):
    """Why a notice (站内信) was written."""

    HOURS_ACCRUED = "hours_accrued", "学时入账"
    APPRENTICE_ACCRUED = "apprentice_accrued", "徒弟学时入账"
    HOURS_REVERSED = "hours_reversed", "学时冲销"
    APPRENTICE_REVERSED = "apprentice_reversed", "徒弟学时冲销"
