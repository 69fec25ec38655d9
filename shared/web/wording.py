"""What is said when something cannot be accepted: a stable code and a Chinese sentence to act on."""

import re
from http import HTTPStatus
from typing import NamedTuple


class Said(NamedTuple):
    """A code for programs and a sentence for people."""

    code: str
    text: str


BY_STATUS = {
    HTTPStatus.BAD_REQUEST: Said("bad_request", "请求的格式有误，请检查后重新提交"),
    HTTPStatus.NOT_FOUND: Said("not_found", "没有找到您要的内容，请核对后再试"),
    HTTPStatus.METHOD_NOT_ALLOWED: Said("method_not_allowed", "这个地址不支持此操作"),
    HTTPStatus.CONFLICT: Said(
        "taken_at_the_same_moment", "有人刚刚提交了同样的内容，您的没有保存；请刷新后核对再提交"
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Said("body_too_large", "提交的内容过大，请控制在 1 MB 以内"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Said(
        "unsupported_media_type", "请以 JSON 格式提交（Content-Type: application/json）"
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: Said("invalid_input", "填写的内容有误，请按提示逐项修改"),
    HTTPStatus.INTERNAL_SERVER_ERROR: Said(
        "internal_error", "系统出了问题，已经记录；请稍后重试，仍不行请联系管理员"
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: Said("busy", "系统正忙，请稍后重试"),
}

BY_SIGN_IN = {
    "not_signed_in": "请先登录",
    "token_expired": "登录已过期，请重新登录",
    "token_revoked": "登录已失效，请重新登录",
    "person_needed": "这里需要个人登录，不能使用系统的接口密钥",
    "api_key_needed": "这里需要系统的接口密钥（以 yxk_ 开头），它不存在、已过期或已撤销",
}

# Marshmallow's own English sentences; what a schema of ours says is Chinese already and passes as it is.
_BY_MESSAGE = [
    (re.compile(r"Missing data for required field\."), Said("required", "必填")),
    (re.compile(r"Field may not be null\."), Said("required", "不能为空")),
    (re.compile(r"Unknown field\."), Said("unknown_field", "没有这一项，请删去")),
    (re.compile(r"Not a valid string\."), Said("not_text", "应为文字")),
    (re.compile(r"Not a valid (integer|number)\."), Said("not_a_number", "应为整数")),
    (re.compile(r"Number too large\."), Said("too_large", "数字过大")),
    (re.compile(r"Not a valid UUID\."), Said("not_an_id", "不是有效的编号")),
    (re.compile(r"Not a valid date\."), Said("not_a_date", "应为日期，如 2026-11-23")),
    (
        re.compile(r"Not a valid (aware |naive )?datetime\."),
        Said("not_a_moment", "应为带时区的时间，如 2026-11-23T14:30:00+08:00"),
    ),
    (re.compile(r"Not a valid time\."), Said("not_a_time", "应为时间，如 14:30")),
    (re.compile(r"Not a valid boolean\."), Said("not_yes_or_no", "应为 true 或 false")),
    (re.compile(r"Not a valid list\."), Said("not_a_list", "应为列表")),
    (re.compile(r"Not a valid mapping type\."), Said("not_an_object", "应为对象")),
    (re.compile(r"Invalid input type\."), Said("not_an_object", "应为对象")),
    (
        re.compile(r"Must be one of: (?P<choices>.*)\.", re.DOTALL),
        Said("not_a_choice", "应为其中之一：{choices}"),
    ),
    (re.compile(r"Shorter than minimum length 1\."), Said("too_short", "不能为空")),
    (re.compile(r"Shorter than minimum length (?P<min>\d+)\."), Said("too_short", "至少{min}个")),
    (re.compile(r"Longer than maximum length (?P<max>\d+)\."), Said("too_long", "最多{max}个")),
    (
        re.compile(r"Length must be between (?P<min>\d+) and (?P<max>\d+)\."),
        Said("wrong_length", "应为{min}到{max}个"),
    ),
    (re.compile(r"Length must be (?P<equal>\d+)\."), Said("wrong_length", "应为{equal}个")),
    (
        re.compile(r"Must be greater than or equal to (?P<min>\S+) and less than or equal to (?P<max>\S+)\."),
        Said("out_of_range", "应在{min}到{max}之间"),
    ),
    (re.compile(r"Must be greater than or equal to (?P<min>\S+)\."), Said("out_of_range", "不能小于{min}")),
    (re.compile(r"Must be less than or equal to (?P<max>\S+)\."), Said("out_of_range", "不能大于{max}")),
    (re.compile(r"Must be greater than (?P<min>\S+)\."), Said("out_of_range", "应大于{min}")),
    (re.compile(r"Must be less than (?P<max>\S+)\."), Said("out_of_range", "应小于{max}")),
]


def of_status(status: int) -> Said:
    """What is said for an HTTP status that nobody gave words of its own."""
    known = BY_STATUS.get(HTTPStatus(status))
    return known or Said(HTTPStatus(status).name.lower(), "请求未能完成，请检查后重试")


def of_message(message: str) -> Said:
    """What a schema's complaint about one field means."""
    for pattern, said in _BY_MESSAGE:
        if found := pattern.fullmatch(message):
            return Said(said.code, said.text.format(**found.groupdict()))
    return Said("invalid", message)
