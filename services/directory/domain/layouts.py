"""The sheets a county's register is filled from and taken out in (名册), as pure data.

A school stands in them as whoever filled the sheet calls it: by name, short name, alias or code.
"""

from collections.abc import Mapping

from shared.sheets.layouts import Choice, Column, Kind, Layout
from shared.vocabulary import ImportKind

STAGES = (
    Choice("kindergarten", "幼儿园", ("学前", "学前教育", "幼儿")),
    Choice("primary", "小学"),
    Choice("nine_year", "九年一贯制", ("九年制", "九年一贯制学校", "九年义务教育")),
    Choice("junior", "初中", ("初级中学",)),
    Choice("senior", "高中", ("普通高中", "高级中学", "普高")),
    Choice("vocational", "中职", ("职业学校", "中等职业学校", "职高", "职校")),
    Choice("special", "特殊教育", ("特教", "特殊教育学校")),
    Choice("office", "研训机构", ("机关", "教育局", "进修学校", "教师进修学校")),
)
CATEGORIES = (
    Choice("county_run", "县直学校", ("县直", "城区学校")),
    Choice("central", "中心校", ("中心学校", "乡镇中心校")),
    Choice("village", "村校", ("村小", "完全小学", "村完小", "完小")),
    Choice("teaching_point", "教学点", ("教学网点",)),
    Choice("other", "其他学校", ("其他",)),
)
SEXES = (Choice("female", "女", ("女性", "F")), Choice("male", "男", ("男性", "M")))
TITLES = (
    Choice("ungraded", "未定级", ("无", "未评", "未评定", "见习")),
    Choice("third", "三级教师", ("三级", "中小学三级教师", "小教三级")),
    Choice("second", "二级教师", ("二级", "中小学二级教师", "小教二级", "初级")),
    Choice("first", "一级教师", ("一级", "中小学一级教师", "小教一级", "中级")),
    Choice("senior", "高级教师", ("高级", "中小学高级教师", "副高", "副高级")),
    Choice("professor", "正高级教师", ("正高级", "正高", "中小学正高级教师")),
)
ROLES = (
    Choice("teacher", "教师", ("任课教师", "专任教师")),
    Choice("group_leader", "教研组长", ("组长", "备课组长")),
    Choice("recorder", "记录员"),
    Choice("academic_office", "教导处", ("教导主任", "教务处", "教务主任", "教科室", "教科室主任")),
    Choice("principal", "校长", ("园长", "负责人")),
    Choice("county_trainer", "县级培训教师", ("培训教师", "教研员", "进修学校教师")),
)
GROUP_KINDS = (
    Choice("trg", "教研组", ("学科教研组", "学科组")),
    Choice("lpg", "备课组"),
    Choice("mixed", "综合组", ("综合教研组",)),
    Choice("whole_school", "全校组", ("校本教研组",)),
    Choice("grade", "年级组"),
    Choice("joint", "联片组", ("联片教研组", "片区教研组")),
    Choice("leading", "领导小组", ("工作领导小组",)),
)
PAIRING_STATES = (
    Choice("active", "进行中", ("有效", "结对中", "在结")),
    Choice("waiting", "待签字", ("待签", "未签")),
    Choice("expired", "已期满", ("期满", "到期")),
    Choice("dissolved", "已解除", ("解除", "终止")),
)
ABSENCE_KINDS = (
    Choice("sick_leave", "病假"),
    Choice("personal_leave", "事假"),
    Choice("maternity_leave", "产假", ("生育假",)),
    Choice("long_training", "长周期培训", ("脱产培训", "跟岗", "顶岗培训")),
    Choice("retired", "退休"),
    Choice("resigned", "离职", ("辞职", "调出", "调离")),
    Choice("deceased", "去世", ("死亡", "病故")),
)

SCHOOL = Column(
    code="school",
    heading="学校",
    required=True,
    also=("单位", "学校名称", "工作单位", "所在学校", "学校(单位)"),
    fills_down=True,
    hint="名称、简称或代码",
    width=24,
)


def _number(code: str, heading: str, *also: str, required: bool = False) -> Column:
    return Column(
        code=code,
        heading=heading,
        kind=Kind.STAFF_NUMBER,
        required=required,
        also=also,
        hint="按文本填写",
        width=14,
    )


STAFF_NUMBER = _number(
    "staff_number", "工号", "教师工号", "职工号", "教工号", "编号", "教师编号", required=True
)


def _day(code: str, heading: str, *also: str, required: bool = False) -> Column:
    return Column(
        code=code, heading=heading, kind=Kind.DAY, required=required, also=also, hint="如 2024-9-1", width=12
    )


SCHOOLS = Layout(
    code="schools",
    title="学校名册",
    columns=(
        Column(
            code="code",
            heading="学校代码",
            kind=Kind.STAFF_NUMBER,
            required=True,
            also=("代码", "学校标识码", "单位代码", "学校编码"),
            hint="按文本填写",
            width=12,
        ),
        Column(
            code="name",
            heading="学校名称",
            required=True,
            also=("名称", "学校", "学校全称", "单位名称"),
            width=26,
        ),
        Column(code="short_name", heading="简称", also=("学校简称",), characters_max=32, width=16),
        Column(
            code="aliases", heading="别名", also=("曾用名", "又名"), many=True, hint="几个用、隔开", width=20
        ),
        Column(
            code="stage",
            heading="学段",
            kind=Kind.CHOICE,
            required=True,
            also=("办学类型",),
            choices=STAGES,
            width=12,
        ),
        Column(
            code="category",
            heading="学校类别",
            kind=Kind.CHOICE,
            also=("类别",),
            choices=CATEGORIES,
            width=12,
        ),
        Column(
            code="township",
            heading="乡镇",
            required=True,
            also=("乡镇街道", "所在乡镇", "镇街", "街道"),
            fills_down=True,
            characters_max=32,
            width=12,
        ),
        Column(
            code="central_school",
            heading="中心校",
            also=("中心校代码", "所属中心校", "归属中心校"),
            fills_down=True,
            hint="代码或名称",
            width=14,
        ),
        _day("opened_on", "开办日期", "建校日期", "成立日期"),
        _day("closed_on", "撤并日期", "撤销日期", "停办日期"),
    ),
    unique=("code",),
    alike=("township", "name"),
)

TEACHERS = Layout(
    code="teachers",
    title="教师名册",
    columns=(
        SCHOOL,
        STAFF_NUMBER,
        Column(
            code="name", heading="姓名", kind=Kind.PERSON, required=True, also=("教师姓名", "名字"), width=12
        ),
        Column(code="sex", heading="性别", kind=Kind.CHOICE, choices=SEXES, width=6),
        Column(
            code="birth_year",
            heading="出生年",
            kind=Kind.YEAR,
            also=("出生年份", "出生年月", "出生日期"),
            width=8,
        ),
        Column(
            code="subject",
            heading="任教学科",
            required=True,
            also=("学科", "任教科目", "主教学科"),
            characters_max=32,
            width=10,
        ),
        Column(
            code="second_subjects",
            heading="兼教学科",
            also=("兼任学科", "兼课", "兼教"),
            many=True,
            characters_max=32,
            hint="几个用、隔开",
            width=12,
        ),
        Column(
            code="title",
            heading="职称",
            kind=Kind.CHOICE,
            also=("专业技术职务", "现任职称"),
            choices=TITLES,
            width=12,
        ),
        Column(
            code="work_year",
            heading="参加工作年份",
            kind=Kind.YEAR,
            also=("参加工作时间", "参加工作年月", "工作年份"),
            width=12,
        ),
        _day("joined_on", "到校日期", "到校时间", "入校日期"),
        Column(
            code="roles",
            heading="职务",
            kind=Kind.CHOICE,
            also=("校内职务", "岗位"),
            choices=ROLES,
            many=True,
            hint="几个用、隔开，不填为教师",
            width=14,
        ),
        Column(
            code="group", heading="教研组", also=("所在教研组", "教研组名称"), characters_max=32, width=16
        ),
        Column(code="planning_group", heading="备课组", characters_max=32, width=14),
        Column(
            code="phone",
            heading="手机",
            kind=Kind.PHONE,
            also=("手机号", "手机号码", "联系电话", "电话"),
            width=16,
        ),
    ),
    unique=("staff_number",),
    alike=("school", "name"),
)

GROUPS = Layout(
    code="groups",
    title="教研组",
    columns=(
        SCHOOL,
        Column(
            code="name",
            heading="组名",
            required=True,
            also=("教研组", "教研组名称", "名称"),
            characters_max=32,
            width=20,
        ),
        Column(
            code="kind",
            heading="类别",
            kind=Kind.CHOICE,
            required=True,
            also=("组别",),
            choices=GROUP_KINDS,
            width=10,
        ),
        Column(code="subject", heading="学科", also=("任教学科",), characters_max=32, width=10),
        _number("leader", "组长工号", "组长", "教研组长工号"),
        Column(
            code="within",
            heading="归入",
            also=("所属教研组", "上级组"),
            characters_max=32,
            hint="备课组归入的教研组",
            width=16,
        ),
        Column(
            code="members",
            heading="组员工号",
            also=("组员", "成员", "成员工号"),
            many=True,
            characters_max=220,
            hint="几个用、隔开；领导小组写成 工号：职责",
            width=30,
        ),
    ),
    unique=("school", "name"),
)

PAIRINGS = Layout(
    code="pairings",
    title="师徒结对",
    columns=(
        _number("mentor", "师父工号", "导师工号", "指导教师工号", required=True),
        _number("apprentice", "徒弟工号", "被指导教师工号", "学员工号", required=True),
        Column(code="focus", heading="方向", also=("结对方向", "指导方向"), characters_max=32, width=16),
        _day("started_on", "开始日期", "结对日期", "签订日期", required=True),
        Column(
            code="term_years",
            heading="期限年",
            kind=Kind.WHOLE_NUMBER,
            also=("期限", "年限"),
            hint="几年",
            width=8,
        ),
        Column(code="state", heading="状态", kind=Kind.CHOICE, choices=PAIRING_STATES, width=10),
        _day("ended_on", "结束日期", "解除日期", "期满日期"),
    ),
    unique=("mentor", "apprentice", "started_on"),
)

TRANSFERS = Layout(
    code="transfers",
    title="调动",
    columns=(
        STAFF_NUMBER,
        Column(
            code="from_school",
            heading="调出学校",
            required=True,
            also=("原学校", "原单位", "调出单位"),
            fills_down=True,
            width=24,
        ),
        Column(
            code="to_school",
            heading="调入学校",
            required=True,
            also=("现学校", "现单位", "调入单位"),
            fills_down=True,
            width=24,
        ),
        _day("effective_on", "生效日期", "调动日期", "报到日期", required=True),
    ),
    unique=("staff_number", "effective_on"),
)

ABSENCES = Layout(
    code="absences",
    title="状态",
    columns=(
        STAFF_NUMBER,
        Column(
            code="kind",
            heading="类别",
            kind=Kind.CHOICE,
            required=True,
            also=("状态", "原因类别"),
            choices=ABSENCE_KINDS,
        ),
        _day("starts_on", "开始日期", "起始日期", required=True),
        _day("ends_on", "结束日期", "截止日期"),
    ),
    unique=("staff_number", "kind", "starts_on"),
)

LIAISONS = Layout(
    code="liaisons",
    title="教育联点",
    columns=(STAFF_NUMBER, SCHOOL),
    unique=("staff_number", "school"),
)

PARTNERSHIPS = Layout(
    code="partnerships",
    title="基地学校",
    columns=(
        Column(code="base_school", heading="基地学校", required=True, fills_down=True, width=24),
        Column(
            code="partner_school",
            heading="牵手学校",
            required=True,
            also=("伙伴学校", "帮扶学校", "姊妹学校"),
            width=24,
        ),
    ),
    unique=("base_school", "partner_school"),
)

ROSTERS = (SCHOOLS, TEACHERS, GROUPS, PAIRINGS, TRANSFERS, ABSENCES, LIAISONS, PARTNERSHIPS)
"""In the order in which they can be brought in: each speaks only of what stands before it."""

LAYOUTS: Mapping[ImportKind, Layout] = {
    ImportKind.SCHOOLS: SCHOOLS,
    ImportKind.TEACHERS: TEACHERS,
    ImportKind.GROUPS: GROUPS,
    ImportKind.PAIRINGS: PAIRINGS,
    ImportKind.ABSENCES: ABSENCES,
    ImportKind.TRANSFERS: TRANSFERS,
    ImportKind.LIAISONS: LIAISONS,
}
