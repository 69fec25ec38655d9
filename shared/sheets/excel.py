"""A workbook: which sheets it has, which of them is meant, and what stands in it."""

import posixpath
from dataclasses import dataclass

from shared.sheets.faults import UNUSABLE, FileRefused
from shared.sheets.guard import Parts, open_workbook
from shared.sheets.shared_strings import shared_strings
from shared.sheets.styles import Style, style_of
from shared.sheets.worksheet import Grid, read_grid
from shared.sheets.xml import Element, elements

SHEETS_NAMED_MAX = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A sheet as the workbook lists it."""

    name: str
    part: str
    is_hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSheet:
    """The sheet that was read, and the names of those that were not."""

    name: str
    grid: Grid
    left_out: tuple[str, ...]
    hidden: tuple[str, ...]


def read_workbook(data: bytes, *, wanted: str | None, usual: str) -> ChosenSheet:
    """The wanted sheet; else the visible one of the usual name; else the first visible one."""
    parts = open_workbook(data)
    main = _target(parts, "_rels/.rels", "officeDocument") or "xl/workbook.xml"
    folder, file = posixpath.split(main)
    relations = f"{folder}/_rels/{file}.rels"
    entries, from_1904 = _contents(parts, main, relations)
    chosen = _choose(entries, wanted=wanted, usual=usual)
    grid = read_grid(
        parts,
        chosen.part,
        strings=shared_strings(parts, _target(parts, relations, "sharedStrings") or ""),
        styles=_styles(parts, _target(parts, relations, "styles") or ""),
        from_1904=from_1904,
    )
    others = [entry for entry in entries if entry is not chosen]
    return ChosenSheet(
        name=chosen.name,
        grid=grid,
        left_out=tuple(entry.name for entry in others if not entry.is_hidden)[:SHEETS_NAMED_MAX],
        hidden=tuple(entry.name for entry in others if entry.is_hidden)[:SHEETS_NAMED_MAX],
    )


def _choose(entries: list[_Entry], *, wanted: str | None, usual: str) -> _Entry:
    if wanted is not None:
        named = [entry for entry in entries if entry.name == wanted]
        if not named:
            raise FileRefused(
                UNUSABLE,
                "sheet_missing",
                "没有名为“{wanted}”的工作表，请选择其中之一：{names}",
                wanted=wanted,
                names="、".join(entry.name for entry in entries[:SHEETS_NAMED_MAX]),
            )
        return named[0]
    visible = [entry for entry in entries if not entry.is_hidden]
    if not visible:
        raise FileRefused(UNUSABLE, "sheet_missing", "工作簿里没有可见的工作表，请取消隐藏后再上传")
    return next((entry for entry in visible if entry.name.strip() == usual), visible[0])


def _contents(parts: Parts, main: str, relations: str) -> tuple[list[_Entry], bool]:
    """The sheets in the order of their tabs, and whether days are counted from 1904."""
    targets = {
        found.attributes.get("Id", ""): _resolved(relations, found)
        for found in elements(parts, relations)
        if found.attributes.get("Type", "").endswith("/worksheet")
    }
    entries: list[_Entry] = []
    from_1904 = False
    for found in elements(parts, main):
        if found.name == "workbookPr":
            from_1904 = found.attributes.get("date1904") in {"1", "true"}
        elif found.name == "sheet":
            part = targets.get(found.attributes.get("id", ""), "")
            if part in parts.names:
                is_hidden = found.attributes.get("state", "visible") != "visible"
                entries.append(_Entry(name=found.attributes.get("name", ""), part=part, is_hidden=is_hidden))
    if not entries:
        raise FileRefused(
            UNUSABLE, "sheet_missing", "文件里没有工作表：请用 WPS 或 Excel 打开，另存为 .xlsx 后再上传"
        )
    return entries, from_1904


def _target(parts: Parts, relations: str, kind: str) -> str | None:
    """Where a relation of this kind leads; never outside of the file."""
    for found in elements(parts, relations):
        if found.attributes.get("Type", "").endswith(f"/{kind}"):
            return _resolved(relations, found)
    return None


def _resolved(relations: str, found: Element) -> str:
    if found.attributes.get("TargetMode", "Internal") != "Internal":
        return ""
    target = found.attributes.get("Target", "")
    folder = posixpath.dirname(posixpath.dirname(relations))
    return (
        target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}").lstrip("/")
    )


def _styles(parts: Parts, name: str) -> list[Style]:
    """What each cell style makes of a number, by its place in the table."""
    formats: dict[int, str] = {}
    styles: list[Style] = []
    within_cells = False
    for found in elements(parts, name):
        if found.name == "numFmt":
            formats[_id(found)] = found.attributes.get("formatCode", "")
        elif found.name in {"cellXfs", "cellStyleXfs", "cellStyles", "dxfs"}:
            within_cells = found.name == "cellXfs"
        elif found.name == "xf" and within_cells:
            format_id = _id(found)
            styles.append(style_of(format_id, formats.get(format_id, "")))
    return styles


def _id(found: Element) -> int:
    text = found.attributes.get("numFmtId", "")
    return int(text) if text.isdecimal() and len(text) < len("100000") else 0
