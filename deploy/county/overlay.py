"""What a user adds to the synthetic county: a YAML file of schools, aliases and people with ids of their own.

    schools:
      - {code: X05901, name: 青石镇实验小学, short_name: 青石实小, stage: primary, township: 青石镇}
    aliases:
      S05001: [青石老小学]
    teachers:
      - {staff_number: X059010001, school: 青石镇实验小学, name: 孙小雨, subject: 语文, roles: [principal]}

The fields are the codes of the import files' columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from services.directory.domain.layouts import SCHOOLS, TEACHERS
from shared.sheets import Layout, Record, Value

PREFIX = "X"
PARTS = {"schools": (SCHOOLS, "code"), "teachers": (TEACHERS, "staff_number")}
BYTES_MAX = 1024 * 1024


class BadOverlay(Exception):
    """The file cannot be laid over the county; the text says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """Rows to add, and names to add to schools that are there."""

    schools: Sequence[Record] = ()
    teachers: Sequence[Record] = ()
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)


def load(path: Path) -> Overlay:
    """Read an overlay; BadOverlay where it is none."""
    if path.stat().st_size > BYTES_MAX:
        raise BadOverlay(f"{path}: 超过 {BYTES_MAX} 字节")
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8-sig")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadOverlay(f"{path}: 不是有效的 YAML：{error}") from error
    if not isinstance(read, dict) or set(read) - {*PARTS, "aliases"}:
        raise BadOverlay(f"{path}: 最外层只能有 schools、teachers、aliases")
    rows = {part: _rows(path, part, read.get(part) or []) for part in PARTS}
    aliases = read.get("aliases") or {}
    if not isinstance(aliases, dict) or not all(isinstance(found, list) for found in aliases.values()):
        raise BadOverlay(f"{path}: aliases 应是“学校代码: [别名, ...]”")
    return Overlay(
        schools=rows["schools"],
        teachers=rows["teachers"],
        aliases={str(code): [str(name) for name in found] for code, found in aliases.items()},
    )


def _rows(path: Path, part: str, found: Any) -> list[Record]:
    layout, key = PARTS[part]
    if not isinstance(found, list):
        raise BadOverlay(f"{path}: {part} 应是列表")
    rows = []
    for number, row in enumerate(found, start=1):
        where = f"{path}: {part} 第{number}项"
        if not isinstance(row, dict) or not str(row.get(key, "")).startswith(PREFIX):
            raise BadOverlay(f"{where}：{key} 应以 {PREFIX} 开头")
        rows.append(_row(where, layout, row))
    return rows


def _row(where: str, layout: Layout, row: Mapping[str, Any]) -> Record:
    codes = {column.code for column in layout.columns}
    strange = sorted(set(map(str, row)) - codes)
    missing = [column.code for column in layout.columns if column.required and not row.get(column.code)]
    if strange or missing:
        raise BadOverlay(
            f"{where}：不认识 {'、'.join(strange) or '（无）'}，缺少 {'、'.join(missing) or '（无）'}"
        )
    for column in layout.columns:
        codes = {choice.value for choice in column.choices}
        given = row.get(column.code) or []
        wrong = [str(one) for one in (given if isinstance(given, list) else [given]) if one not in codes]
        if codes and wrong:
            raise BadOverlay(
                f"{where}：{column.code} 不能是 {'、'.join(wrong)}，只能是 {'、'.join(sorted(codes))}"
            )
    return {code: _value(value) for code, value in row.items()}


def _value(value: Any) -> Value:
    if isinstance(value, list):
        return tuple(map(str, value))
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, int | date) or value is None else str(value)
