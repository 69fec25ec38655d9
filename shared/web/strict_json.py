"""JSON without surprises: what two readers could take differently is refused before a schema sees it."""

import json
import math
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from shared.web.problems import INVALID, Problem

DEPTH_MAX = 20
INTEGER_DIGITS_MAX = 18
"""What fits every database's integer."""
BAD = 400

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def read(body: bytes) -> Any:
    """The value of a request's body; a Problem when it is not plain JSON in UTF-8."""
    if not body.strip():
        raise Problem(BAD, "empty_body", "没有收到内容，请填写后提交")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(BAD, "not_utf8", "内容不是 UTF-8 编码（可能是 GBK），请以 UTF-8 提交") from None
    _check_depth(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        raise Problem(
            BAD,
            "not_json",
            f"内容不是有效的 JSON：第{error.lineno}行第{error.colno}个字符处有误，请更正后重新提交",
        ) from None
    if "\\u" in text:
        _check_no_half_characters(value)
    return value


def _check_depth(text: str) -> None:
    """Count brackets outside of strings: a deep nest would exhaust the parser's stack."""
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEPTH_MAX:
            raise Problem(BAD, "json_too_deep", f"JSON 的嵌套超过{DEPTH_MAX}层")


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise Problem(BAD, "duplicate_key", "JSON 的同一对象里有重复的键，请删去多余的一项")
    return made


def _refuse_constant(_name: str) -> NoReturn:
    raise Problem(BAD, "not_finite", "数字不能是 NaN 或 Infinity")


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise Problem(BAD, "not_finite", "数字过大")
    return number


def _integer(written: str) -> int:
    if len(written.lstrip("-")) > INTEGER_DIGITS_MAX:
        raise Problem(BAD, "integer_too_long", f"整数最多{INTEGER_DIGITS_MAX}位")
    return int(written)


def _check_no_half_characters(value: Any) -> None:
    """A lone surrogate is no character: it could be neither stored nor shown."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise Problem(INVALID, "half_character", "文字里有不完整的字符，请重新输入") from None
