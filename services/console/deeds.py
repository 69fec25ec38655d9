"""How the audit log (日志) reads in Chinese: what was done, to what, and which columns of it changed."""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.console.words import moment
from shared import vocabulary
from shared.vocabulary import Term

VERBS: Mapping[str, str] = {
    "activities.announce_session": "发布活动",
    "activities.cancel_session": "取消活动",
    "activities.check_in": "签到",
    "activities.check_in_many": "批量签到",
    "activities.confirm_attendance": "确认出勤",
    "activities.enter_past_sessions": "补登已开展的活动",
    "activities.file_record": "填写活动记录",
    "activities.hold_session": "登记活动已举行",
    "activities.revoke_attendance": "撤销出勤",
    "credits.publish_rule_pack": "发布学时规则",
    "directory.add_alias": "添加学校别名",
    "directory.add_district": "添加乡镇（学区）",
    "directory.add_teachers": "录入教师",
    "directory.agree_to_transfer": "同意调动",
    "directory.amend_agreement": "修改拜师合同",
    "directory.amend_person": "修改人员信息",
    "directory.amend_school": "修改学校信息",
    "directory.apply_import": "导入名册",
    "directory.appoint_leader": "任命组长",
    "directory.approve_agreement": "审核拜师合同",
    "directory.ask_about_pairing": "提出结对存疑",
    "directory.call_off_transfer": "撤回调动",
    "directory.change_password": "修改密码",
    "directory.close_expired_pairings": "登记到期的结对",
    "directory.close_school": "撤销学校",
    "directory.confirm_duty": "确认履约记录",
    "directory.correct_absence": "更正不在岗记录",
    "directory.create_county_officer": "建立县级管理员",
    "directory.decide_question": "处理结对存疑",
    "directory.decline_duty": "不认可履约记录",
    "directory.disable_account": "停用账号",
    "directory.dissolve_pairing": "解除结对",
    "directory.enable_account": "启用账号",
    "directory.each_morning_end_expired_pairings": "到期的结对自动期满",
    "directory.end_absence": "登记返岗",
    "directory.end_group": "撤销教研组",
    "directory.end_lead": "免去组长",
    "directory.end_pairing": "结对期满",
    "directory.end_post": "结束任职",
    "directory.enter_absence": "登记不在岗",
    "directory.enter_duty": "填写履约记录",
    "directory.erase_person": "注销人员",
    "directory.exchange_api_key": "使用接口密钥",
    "directory.flag_apprentice": "登记需要师父",
    "directory.give_posts": "任职",
    "directory.give_staff_no": "填写职工号",
    "directory.let_in": "加入教研组",
    "directory.let_out": "退出教研组",
    "directory.link_provider": "关联统一身份认证",
    "directory.link_trainer": "安排教育联点",
    "directory.make_api_key": "新建接口密钥",
    "directory.merge_people": "合并人员",
    "directory.merge_school": "学校并入",
    "directory.move_school": "变更学校所在地",
    "directory.open_account": "开通账号",
    "directory.open_group": "设立教研组",
    "directory.open_school": "设立学校",
    "directory.preview_proposal": "预览调动",
    "directory.preview_stages": "预览分层办法",
    "directory.propose_pairing": "提出结对",
    "directory.propose_transfer": "提出调动",
    "directory.publish_policy": "发布师徒结对办法",
    "directory.publish_stages": "发布分层办法",
    "directory.refuse_agreement": "不同意结对",
    "directory.refuse_transfer": "不同意调动",
    "directory.remove_alias": "删除学校别名",
    "directory.rename_district": "乡镇（学区）更名",
    "directory.rename_group": "教研组更名",
    "directory.rename_school": "学校更名",
    "directory.renew_token": "续签登录",
    "directory.reopen_school": "恢复学校",
    "directory.reset_county_officer": "重置县级管理员密码",
    "directory.reset_password": "重置密码",
    "directory.revoke_api_key": "撤销接口密钥",
    "directory.send_import": "上传名册",
    "directory.sign_agreement": "签署拜师合同",
    "directory.sign_in": "登录",
    "directory.sign_in_by_provider": "统一身份认证登录",
    "directory.sign_out_everywhere": "结束所有登录",
    "directory.split_school": "学校分设",
    "directory.start_pairing": "登记结对",
    "directory.undo_import": "撤销导入",
    "directory.undo_lineage": "撤销学校撤并",
    "directory.undo_transfer": "更正作废调动",
    "directory.unflag_apprentice": "取消需要师父",
    "directory.unlink_provider": "取消统一身份认证关联",
    "directory.unlink_trainer": "取消教育联点",
    "directory.unlock_account": "解除锁定",
    "directory.unmerge_people": "撤销人员合并",
    "directory.view_as": "代查看",
    "notify.read_all": "全部标为已读",
    "notify.read_notice": "标为已读",
    "plans.approve_plan": "通过计划",
    "plans.draft_plan": "拟订计划",
    "plans.return_plan": "退回计划",
    "plans.revise_plan": "修改计划",
    "plans.submit_plan": "提交计划",
}
"""By service and verb; `tests/house` asks for every route that writes."""

TABLES: Mapping[str, str] = {
    "absences": "不在岗记录",
    "accounts": "账号",
    "activity_sessions": "研训活动",
    "agreement_numbers": "合同编号",
    "agreement_versions": "拜师合同",
    "api_keys": "接口密钥",
    "apprentice_needs": "结对需要",
    "attendance": "出勤",
    "audit_entries": "本人的操作",
    "balances": "学时合计",
    "attendance_revocations": "出勤撤销",
    "check_ins": "签到",
    "district_records": "乡镇（学区）名称",
    "districts": "乡镇（学区）",
    "duties": "履约要求",
    "duty_entries": "履约记录",
    "evaluations": "期满评价",
    "group_memberships": "教研组成员",
    "group_records": "教研组名称",
    "groups": "教研组",
    "import_batches": "名册文件",
    "item_fulfilments": "计划落实",
    "item_sessions": "计划项对应的活动",
    "ledger_entries": "学时入账",
    "known_aliases": "人员合并（副本）",
    "known_belongings": "人事关系（副本）",
    "known_pairings": "师徒结对（副本）",
    "known_people": "姓名（副本）",
    "known_revocations": "出勤撤销（副本）",
    "known_teachers": "姓名（副本）",
    "liaisons": "教育联点",
    "looks": "谁看过档案",
    "memberships": "人事关系",
    "notices": "通知",
    "pairing_policies": "师徒结对办法",
    "pairing_questions": "结对存疑",
    "pairings": "师徒结对",
    "people": "人员",
    "person_aliases": "人员合并",
    "person_erasures": "人员注销",
    "person_records": "人员信息",
    "plan_items": "计划项",
    "plan_reviews": "计划审核",
    "plans": "计划",
    "posts": "任职",
    "provider_links": "统一身份认证关联",
    "rule_packs": "学时规则",
    "school_aliases": "学校别名",
    "school_lineages": "学校撤并",
    "school_records": "学校信息",
    "schools": "学校",
    "session_records": "活动记录",
    "sign_in_places": "登录过的地址",
    "signatures": "签名",
    "stage_sets": "分层办法",
    "transfers": "调动",
    "view_grants": "代查看",
}

CHANGED: Mapping[str, str] = {"added": "新增", "changed": "修改", "removed": "删除"}

COLUMNS: Mapping[str, str] = {
    "activity_id": "活动",
    "address": "地址",
    "amount": "数量",
    "apprentice_id": "徒弟",
    "at": "时间",
    "born_in": "出生年份",
    "cancelled_at": "取消时间",
    "category": "类别",
    "close_reason": "原因",
    "closed_on": "关闭日期",
    "confirmed_at": "确认时间",
    "content": "内容",
    "disabled_at": "停用时间",
    "document": "文号",
    "earned_hundredths": "学时",
    "effective_on": "生效日期",
    "ends_on": "结束日期",
    "entered_at": "登记时间",
    "file_name": "文件名",
    "focus": "方向",
    "form": "形式",
    "from_school_id": "原学校",
    "group_id": "教研组",
    "held_at": "举行时间",
    "held_on": "举行日期",
    "hours_hundredths": "学时",
    "initial_until": "初始密码有效期",
    "initial_used_at": "初始密码使用时间",
    "kind": "类型",
    "last_signed_in_at": "最近登录",
    "length_minutes": "时长（分钟）",
    "mentor_id": "师父",
    "mentor_school_id": "师父学校",
    "minutes": "分钟",
    "name": "名称",
    "pairing_id": "师徒结对",
    "part": "哪一部分",
    "password_hash": "密码",
    "password_set_at": "密码修改时间",
    "person_id": "人员",
    "phone": "电话",
    "place": "地点",
    "reason": "原因",
    "result": "效果",
    "role": "角色",
    "round_no": "第几次",
    "school_id": "学校",
    "school_year": "学年",
    "second_subjects": "兼教学科",
    "serves_since": "参加工作年份",
    "sex": "性别",
    "signed_at": "签署时间",
    "signed_name": "签名",
    "staff_no": "职工号",
    "starts_at": "开始时间",
    "starts_on": "开始日期",
    "state": "状态",
    "subject": "学科",
    "teacher_id": "教师",
    "term_ends_on": "期满日期",
    "title": "标题（职称）",
    "to_school_id": "新学校",
    "topic": "主题",
    "username": "用户名",
    "verb": "操作",
    "version": "版本",
    "viewer_name": "查看的人",
    "withdrawn_at": "更正作废时间",
}
"""Those that somebody reading the log asks for; the others are shown by their code."""

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\S+[+]00:00")
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def value_of(value: Any) -> str:
    """A value of a row as somebody reads it: moments in the county's time, codes of closed lists as words."""
    if value is None:
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    written = str(value)
    if MOMENT.fullmatch(written):
        return moment(datetime.fromisoformat(written))
    if ID.fullmatch(written):
        return f"编号{str(UUID(written))[-6:]}"
    return LABELS.get(written, written)


def _labels() -> Mapping[str, str]:
    """The words of every closed list that mean one thing only."""
    found: dict[str, set[str]] = defaultdict(set)
    for terms in vars(vocabulary).values():
        if isinstance(terms, type) and issubclass(terms, Term):
            for term in terms:
                found[term.value].add(term.label)
    return {code: labels.pop() for code, labels in found.items() if len(labels) == 1}


LABELS = _labels()
