"""What the cells of a column mean; where that is not certain, a complaint instead of a guess."""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import NamedTuple, TypeAlias

from shared.sheets import texts
from shared.sheets.cells import Cell, Number, Oddity, plain_digits, text_of
from shared.sheets.layouts import Column, Kind
from shared.sheets.limits import CELL_CHARACTERS_MAX
from shared.sheets.styles import day_of

Value: TypeAlias = str | int | date | tuple[str, ...] | None

DAY_FORMS = "2024-9-1、2024/9/1、2024.9.1、2024年9月1日或20240901"
DAY = re.compile(
    r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2}) ?日?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?\Z"
)
COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
SHORT_YEAR = re.compile(r"\d{1,2}[-/.年]\d{1,2}[-/.月]\d{1,4}日?\Z")
MONTH_ONLY = re.compile(r"\d{4}[-/.年]\d{1,2}月?\Z")
YEAR = re.compile(r"(\d{4})年?\Z")
YEAR_FIRST, YEAR_LAST = 1900, 2100
SCIENTIFIC = re.compile(r"-?\d+(?:\.\d+)?[eE]\+?\d+\Z")
STAFF_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,31}\Z")
PHONE = re.compile(r"\+?[0-9][0-9-]{4,19}\Z")
MOBILE = re.compile(r"1\d{10}\Z")
WHOLE = re.compile(r"\d{1,9}\Z")
EXACT_DIGITS_MAX = 15
"""A spreadsheet keeps no more digits of a number; whatever followed has become zeros."""
ROUNDED = re.compile(r"\d{13,}000\Z")
PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
CHOICES_SHOWN_MAX = 12


class Complaint(NamedTuple):
    """What is wrong with a cell, or only odd about it."""

    code: str
    text: str
    is_fault: bool = True


class Reading(NamedTuple):
    """What a cell means, and what there is to say about it; a cell at fault means nothing."""

    value: Value
    complaint: Complaint | None = None


def _fault(code: str, text: str) -> Reading:
    return Reading(None, Complaint(code, text))


def odd(code: str, text: str) -> Complaint:
    """Something to look at that keeps nothing from being taken."""
    return Complaint(code, text, is_fault=False)


ODDITIES = {
    "formula_error": "公式出错（{shown}）：请改正公式，或把结果复制后“粘贴为数值”",
    "formula_without_result": "只有公式，没有结果：请用 WPS 或 Excel 打开并保存一次，或“粘贴为数值”",
    "day_out_of_range": "“{shown}”不是合理的日期，请填写如 2024-9-1",
    "merged_cells": "这里是合并的单元格：请取消合并，每一格都填写",
}


def understand(cell: Cell, column: Column, *, from_1904: bool) -> Reading:
    """What a cell of this column means."""
    if isinstance(cell, Oddity):
        return _fault(cell.code, ODDITIES[cell.code].format(shown=cell.shown))
    text = cell if isinstance(cell, str) else text_of(cell)
    if not text or text.isspace():
        return _fault("value_missing", "必填，不能为空") if column.required else Reading(None)
    if len(text) > CELL_CHARACTERS_MAX:
        return _fault("text_too_long", f"文字太长，最多{column.characters_max}个字")
    if column.many:
        return _several(text, column)
    if column.kind is Kind.DAY:
        return _day(cell, text, from_1904=from_1904)
    return BY_KIND[column.kind](cell, text, column)


def _several(text: str, column: Column) -> Reading:
    found: list[str] = []
    for part in texts.several(text):
        reading = BY_KIND[column.kind](part, part, column)
        if reading.complaint is not None and reading.complaint.is_fault:
            return reading
        if isinstance(reading.value, str) and reading.value not in found:
            found.append(reading.value)
    if not found and column.required:
        return _fault("value_missing", "必填，不能为空")
    return Reading(tuple(found))


def _text(_: Cell, text: str, column: Column) -> Reading:
    value = texts.cleaned(text)
    if len(value) > column.characters_max:
        return _fault("text_too_long", f"文字太长，最多{column.characters_max}个字")
    if "\ufffd" in value:
        return _fault("text_garbled", "有无法识别的字（�），请重新填写")
    return Reading(value or None)


def _person(cell: Cell, text: str, column: Column) -> Reading:
    if isinstance(cell, Number | date):
        return _fault("not_a_name", f"“{text}”不像姓名，请核对是否错列")
    plain = _text(cell, text, column)
    if plain.complaint is not None or not isinstance(plain.value, str):
        return plain
    name = texts.person_name(text)
    if name.isdecimal():
        return _fault("not_a_name", f"“{name}”不像姓名，请核对是否错列")
    if PRIVATE.search(name):
        return _fault("text_garbled", f"“{name}”里有字库外的自造字，别的电脑上显示不出来，请换用标准汉字")
    if name == text.strip():
        return Reading(name)
    return Reading(name, odd("name_tidied", f"“{text.strip()}”读作“{name}”"))


def _staff_number(cell: Cell, text: str, _: Column) -> Reading:
    if isinstance(cell, Number):
        digits = plain_digits(cell)
        if digits is None or digits.startswith("-"):
            return _fault("not_a_staff_number", f"“{text}”不像工号，请把整列设为“文本”后重新填写")
        return _rounded(text) if len(digits.lstrip("0")) > EXACT_DIGITS_MAX else Reading(digits)
    value = texts.narrow(text).upper()
    if SCIENTIFIC.match(value):
        return _scientific(text)
    if ROUNDED.match(value):
        return _rounded(text)
    value = value.replace(" ", "")
    if not STAFF_NUMBER.match(value):
        return _fault("not_a_staff_number", f"“{text}”不像工号：只能有字母、数字和横线，最多32个")
    return Reading(value)


def _scientific(text: str) -> Reading:
    return _fault(
        "number_scientific",
        f"“{text}”是被 Excel 改成科学计数法的号码，原来的数字已看不出：请把整列设为“文本”后重新填写",
    )


def _rounded(text: str) -> Reading:
    return _fault(
        "number_rounded",
        f"“{text}”超过15位，Excel 已把后面的数字改成0：请把整列设为“文本”后重新填写",
    )


def _phone(cell: Cell, text: str, _: Column) -> Reading:
    if isinstance(cell, Number):
        digits = plain_digits(cell) or ""
        if MOBILE.match(digits):
            return Reading(digits)
        if digits.startswith("0") and PHONE.match(digits):
            return Reading(digits)
        return _fault("zero_lost", f"“{text}”不像完整的电话，可能丢了开头的0：请把整列设为“文本”后重新填写")
    value = texts.narrow(text).replace(" ", "")
    if SCIENTIFIC.match(value):
        return _scientific(text)
    return Reading(value) if PHONE.match(value) else _fault("not_a_phone", f"“{text}”不像电话号码")


def _day(cell: Cell, text: str, *, from_1904: bool) -> Reading:
    if isinstance(cell, date):
        return Reading(cell)
    value = texts.narrow(text)
    found = COMPACT_DAY.match(value) or DAY.match(value)
    if found:
        return _real_day(text, found)
    serial = day_of(float(cell.text), from_1904=from_1904) if isinstance(cell, Number) else None
    if serial is not None:
        return Reading(serial, odd("day_from_number", f"数字{text}按日期读作{serial.isoformat()}，请核对"))
    return _no_day(text, value)


def _no_day(text: str, value: str) -> Reading:
    if SHORT_YEAR.match(value):
        return _fault("year_short", f"“{text}”的年份要写四位、写在最前面，如 2024-9-1")
    if MONTH_ONLY.match(value):
        return _fault("day_missing", f"“{text}”缺少日，请写完整，如 2024-9-1")
    return _fault("not_a_day", f"“{text}”不是日期，请写成{DAY_FORMS}")


def _real_day(text: str, found: re.Match[str]) -> Reading:
    try:
        value = date(*map(int, found.groups()))
    except ValueError:
        return _fault("not_a_day", f"没有“{text}”这一天，请核对")
    if not YEAR_FIRST <= value.year <= YEAR_LAST:
        return _fault("day_out_of_range", f"“{text}”不是合理的日期，请核对年份")
    return Reading(value)


def _year(cell: Cell, text: str, _: Column) -> Reading:
    value = texts.narrow(text)
    if isinstance(cell, date):
        return Reading(cell.year, odd("year_from_day", f"只取年份：{cell.year}"))
    found = YEAR.match(value)
    if found is None and (MONTH_ONLY.match(value) or DAY.match(value) or COMPACT_DAY.match(value)):
        year = int(value[:4])
        if YEAR_FIRST <= year <= YEAR_LAST:
            return Reading(year, odd("year_from_day", f"“{text}”只取年份：{year}"))
    if found is None:
        return _fault("not_a_year", f"“{text}”不是年份，请写四位数字，如 1988")
    year = int(found.group(1))
    if not YEAR_FIRST <= year <= YEAR_LAST:
        return _fault("not_a_year", f"“{text}”不是合理的年份，请核对")
    return Reading(year)


def _whole_number(_: Cell, text: str, __: Column) -> Reading:
    value = texts.narrow(text)
    if not WHOLE.match(value) or not value.isascii():
        return _fault("not_a_number", f"“{text}”不是整数，请只写数字，如 3")
    return Reading(int(value))


def _choice(_: Cell, text: str, column: Column) -> Reading:
    value = answers(column).get(texts.compared(text))
    if value is None:
        labels = [choice.label for choice in column.choices]
        shown = "、".join(labels[:CHOICES_SHOWN_MAX]) + ("等" if len(labels) > CHOICES_SHOWN_MAX else "")
        return _fault("not_a_choice", f"“{text}”不在可选的范围内，请填：{shown}")
    return Reading(value)


@cache
def answers(column: Column) -> dict[str, str]:
    """Everything a choice may be called, with the code it means."""
    return {
        texts.compared(name): choice.value
        for choice in column.choices
        for name in (choice.label, *choice.also)
    }


BY_KIND: dict[Kind, Callable[[Cell, str, Column], Reading]] = {
    Kind.TEXT: _text,
    Kind.PERSON: _person,
    Kind.STAFF_NUMBER: _staff_number,
    Kind.PHONE: _phone,
    Kind.YEAR: _year,
    Kind.WHOLE_NUMBER: _whole_number,
    Kind.CHOICE: _choice,
}
