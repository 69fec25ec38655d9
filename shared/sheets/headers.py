"""Where the headings stand and which column is which, however a county has arranged them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.sheets import texts
from shared.sheets.cells import RawRow, letters, text_of
from shared.sheets.faults import UNUSABLE, Fault, FileRefused
from shared.sheets.layouts import Column, Layout
from shared.sheets.limits import HEADER_ROWS_MAX
from shared.sheets.worksheet import Merge

ASIDE = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]|[*\uff0a:：]")
"""What people add to a heading: 姓名*, 学段（必填）, 工号："""
REASON = "原因"
"""The column of a reject file; of no meaning when the file comes back."""
MATCHES_MIN = 2
STRANGERS_NAMED_MAX = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The row of the headings, the place of each known column, and what is wrong."""

    row: int
    after: int
    """How many rows with content end with the headings."""
    columns: Mapping[int, Column]
    faults: Sequence[Fault]
    warnings: Sequence[Fault]


def find_header(rows: Sequence[RawRow], merges: Sequence[Merge], layout: Layout, *, sheet: str) -> Header:
    """The row among the first that knows most headings; refused if none knows two."""
    known = headings_of(layout)
    best: tuple[int, int, dict[int, str]] = (0, 0, {})
    for place, row in enumerate(rows[:HEADER_ROWS_MAX]):
        names = _names(rows, row, merges)
        matched = {known[name].code for name in names.values() if name in known}
        if len(matched) > best[0]:
            best = (len(matched), place, names)
    matches, place, names = best
    if matches < min(MATCHES_MIN, len(layout.columns)):
        raise FileRefused(
            UNUSABLE,
            "header_missing",
            "没有找到表头。“{title}”应有这些列：{headings}。请下载模板对照",
            title=layout.title,
            headings="、".join(column.heading for column in layout.columns),
        )
    return _header(names, known, layout, row=rows[place].number, after=place + 1, sheet=sheet)


def headings_of(layout: Layout) -> dict[str, Column]:
    """Everything a column may be called."""
    return {heading_key(name): column for column in layout.columns for name in (column.heading, *column.also)}


def heading_key(heading: str) -> str:
    """What a heading is compared by."""
    return texts.compared(ASIDE.sub("", heading))


def _names(rows: Sequence[RawRow], row: RawRow, merges: Sequence[Merge]) -> dict[int, str]:
    """The headings of a row by column; one merged downwards to this row counts from above."""
    names = {
        place: heading_key(text_of(cell)) for place, cell in enumerate(row.cells) if text_of(cell).strip()
    }
    for merge in merges:
        if merge.top < row.number <= merge.bottom and merge.left == merge.right:
            top = next((above for above in rows if above.number == merge.top), None)
            if top and merge.left < len(top.cells) and merge.left not in names:
                names[merge.left] = heading_key(text_of(top.cells[merge.left]))
    return names


def _header(
    names: Mapping[int, str], known: Mapping[str, Column], layout: Layout, *, row: int, after: int, sheet: str
) -> Header:
    columns: dict[int, Column] = {}
    faults: list[Fault] = []
    for place, name in sorted(names.items()):
        column = known.get(name)
        if column is None:
            continue
        if column in columns.values():
            text = f"“{column.heading}”这一列出现了两次，请只留一列"
            faults.append(Fault(sheet, row, letters(place), column.heading, "column_twice", text))
        else:
            columns[place] = column
    for column in layout.columns:
        if column.required and column not in columns.values():
            also = f"（也可写作{'、'.join(column.also)}）" if column.also else ""
            text = f"缺少必填的“{column.heading}”列{also}"
            faults.append(Fault(sheet, row, "", column.heading, "column_missing", text))
    strangers = [place for place, name in sorted(names.items()) if name not in {*known, REASON}]
    return Header(
        row=row,
        after=after,
        columns=columns,
        faults=faults,
        warnings=[_stranger(place, names[place], row, sheet) for place in strangers[:STRANGERS_NAMED_MAX]],
    )


def _stranger(place: int, name: str, row: int, sheet: str) -> Fault:  # noqa: PLR0917  a place and what stands there
    text = f"不认识“{name}”这一列，没有读取"
    return Fault(sheet, row, letters(place), name, "column_unknown", text)
