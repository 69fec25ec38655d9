"""A file of rows, read whole: every row that is in order, every fault with its place, nothing guessed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.sheets.cells import Cell, Oddity, RawRow, letters, text_of
from shared.sheets.comma_separated import read_delimited
from shared.sheets.excel import ChosenSheet, read_workbook
from shared.sheets.faults import Fault
from shared.sheets.file_names import shown_name
from shared.sheets.guard import FileKind, kind_of
from shared.sheets.headers import Header, find_header
from shared.sheets.layouts import Column, Kind, Layout
from shared.sheets.limits import EMPTY_ROWS_MAX, FAULTS_MAX
from shared.sheets.texts import compared
from shared.sheets.values import Complaint, Reading, Value, odd, understand
from shared.sheets.worksheet import Merge

KEPT_READINGS_MAX = 2_000
"""Cells of a column say the same over and over: what so many of them mean is remembered."""
ROWS_NAMED_MAX = 10


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A row: what its cells mean, by the column's code, and the texts as they stood."""

    number: int
    _values: tuple[Value, ...] = field(repr=False)
    _texts: tuple[str, ...] = field(repr=False)
    _places: Mapping[str, int] = field(repr=False)

    def __getitem__(self, code: str) -> Any:
        """The value in a column; None where the cell is empty or the file has no such column."""
        place = self._places.get(code)
        return None if place is None else self._values[place]

    @property
    def values(self) -> dict[str, Value]:
        """Every value by its column's code."""
        return {code: self._values[place] for code, place in self._places.items()}

    @property
    def texts(self) -> dict[str, str]:
        """Every text as it stood in the file, by its column's code."""
        return {code: self._texts[place] for code, place in self._places.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a file says. Rows with a fault are in `rejected` only; their values are not to be used."""

    name: str
    file_name: str
    digest: str
    """SHA-256 of the file: the same file sent again is recognised by it."""
    columns: tuple[str, ...]
    """Which columns the file has: an empty cell is not the same as no column."""
    rows: Sequence[Row]
    rejected: Sequence[Row]
    faults: Sequence[Fault]
    warnings: Sequence[Fault]
    faults_unlisted: int
    """How many faults there are beyond those listed."""


def read(data: bytes, file_name: str, layout: Layout, *, sheet: str | None = None) -> Sheet:
    """Read a workbook or a CSV file as a sheet of this layout; FileRefused where nothing can be taken."""
    if kind_of(data, file_name) is FileKind.WORKBOOK:
        chosen = read_workbook(data, wanted=sheet, usual=layout.title)
    else:
        chosen = ChosenSheet(name=layout.title, grid=read_delimited(data, layout), left_out=(), hidden=())
    reading = _Reading(chosen, layout)
    return reading.run(file_name=shown_name(file_name), digest=hashlib.sha256(data).hexdigest())


class _Reading:
    """One file's way from cells to rows; gathers what there is to complain of."""

    def __init__(self, chosen: ChosenSheet, layout: Layout) -> None:
        self._chosen = chosen
        self._grid = chosen.grid
        self._layout = layout
        self._header: Header = find_header(self._grid.rows, self._grid.merges, layout, sheet=chosen.name)
        self._places = {column.code: at for at, column in enumerate(self._header.columns.values())}
        self._headings = {
            column.code: (letters(place), column.heading) for place, column in self._header.columns.items()
        }
        self._known: dict[str, dict[Cell, Reading]] = {column.code: {} for column in layout.columns}
        self._plan = [
            (place, column, self._known[column.code]) for place, column in self._header.columns.items()
        ]
        self._faults: list[Fault] = list(self._header.faults)
        self._warnings: list[Fault] = list(self._header.warnings)
        self._unlisted = 0
        self._zeros = {column.code: _Zeros() for column in layout.columns if column.kind is Kind.STAFF_NUMBER}

    def run(self, *, file_name: str, digest: str) -> Sheet:
        """Every row after the headings."""
        self._note_the_workbook()
        rows: list[Row] = []
        rejected: list[Row] = []
        if not self._header.faults:
            raw = self._grid.rows
            self._fill_merges(raw)
            for at in range(self._header.after, len(raw)):
                row, is_right = self._row(raw[at])
                (rows if is_right else rejected).append(row)
                raw[at] = RawRow(0, [])  # the cells are not needed twice
            wrong = self._without_zeros() | self._repeated(rows)
            rejected = sorted(
                rejected + [row for row in rows if row.number in wrong], key=lambda row: row.number
            )
            rows = [row for row in rows if row.number not in wrong]
            self._note_the_alike(rows)
        if not rows and not self._faults:
            self._note(self._header.row, "", Complaint("rows_missing", "表头下面没有数据，请填写后再上传"))
        return Sheet(
            name=self._chosen.name,
            file_name=file_name,
            digest=digest,
            columns=tuple(self._places),
            rows=rows,
            rejected=rejected,
            faults=self._faults,
            warnings=self._warnings,
            faults_unlisted=self._unlisted,
        )

    def _row(self, raw: RawRow) -> tuple[Row, bool]:
        cells = raw.cells
        width = len(cells)
        values: list[Value] = []
        written: list[str] = []
        is_right = True
        for place, column, known in self._plan:
            cell = cells[place] if place < width else None
            reading = known.get(cell) or self._understood(cell, column)
            values.append(reading.value)
            written.append(cell if isinstance(cell, str) else text_of(cell))
            if column.code in self._zeros and isinstance(reading.value, str):
                self._zeros[column.code].add(raw.number, reading.value, typed=isinstance(cell, str))
            if reading.complaint is not None:
                is_right = is_right and not reading.complaint.is_fault
                self._note(raw.number, column.code, reading.complaint)
        return Row(raw.number, tuple(values), tuple(written), self._places), is_right

    def _understood(self, cell: Cell, column: Column) -> Reading:
        reading = understand(cell, column, from_1904=self._grid.from_1904)
        known = self._known[column.code]
        if len(known) < KEPT_READINGS_MAX:
            known[cell] = reading
        return reading

    def _fill_merges(self, raw: Sequence[RawRow]) -> None:
        """What is merged downwards stands for each row, in columns that allow it; other merges are faults."""
        by_number = {row.number: row for row in raw}
        for merge in self._grid.merges:
            if merge.bottom <= self._header.row:
                continue
            for place in self._header.columns:
                if merge.left <= place <= merge.right:
                    self._fill(merge, place, by_number)

    def _fill(self, merge: Merge, place: int, by_number: Mapping[int, RawRow]) -> None:
        column = self._header.columns[place]
        top = by_number.get(merge.top)
        stands = top.cells[place] if top and place < len(top.cells) else None
        downwards = merge.left == merge.right and column.fills_down and merge.top > self._header.row
        for number in range(merge.top, min(merge.bottom, max(by_number, default=0)) + 1):
            row = by_number.get(number)
            if row is None or (number, place) == (merge.top, merge.left) or number <= self._header.row:
                continue
            row.cells.extend([None] * (place + 1 - len(row.cells)))
            row.cells[place] = stands if downwards else Oddity("", "merged_cells")

    def _without_zeros(self) -> set[int]:
        """Rows whose staff number seems to have lost the zeros it began with."""
        found: set[int] = set()
        for code, zeros in self._zeros.items():
            for number, value, most in zeros.shortened():
                text = (
                    f"“{value}”只有{len(value)}位，同列的号码有{most}位，可能丢了开头的0："
                    "请把整列设为“文本”后重新填写"
                )
                self._note(number, code, Complaint("zero_lost", text))
                found.add(number)
        return found

    def _repeated(self, rows: Sequence[Row]) -> set[int]:
        """Rows that are there before, by what tells one row from another."""
        first: dict[tuple[str, ...], int] = {}
        found: set[int] = set()
        codes = [code for code in self._layout.unique if code in self._places]
        if len(codes) < len(self._layout.unique) or not codes:
            return found
        for row in rows:
            before = first.setdefault(_key(row, codes), row.number)
            if before != row.number:
                found.add(row.number)
                text = f"与第{before}行重复（{_shown(row, codes)}），请删除其中一行"
                self._note(row.number, codes[-1], Complaint("row_twice", text))
        return found

    def _note_the_alike(self, rows: Sequence[Row]) -> None:
        codes = [code for code in self._layout.alike if code in self._places]
        if len(codes) < len(self._layout.alike) or not codes:
            return
        first: dict[tuple[str, ...], int] = {}
        for row in rows:
            before = first.setdefault(_key(row, codes), row.number)
            if before != row.number:
                text = f"与第{before}行相同（{_shown(row, codes)}），请确认是两个，不是同一个写了两次"
                self._note(row.number, codes[-1], odd("rows_alike", text))

    def _note_the_workbook(self) -> None:
        grid, row = self._grid, self._header.row
        if self._chosen.left_out:
            self._note(
                row, "", odd("sheets_left_out", f"还有工作表没有读取：{'、'.join(self._chosen.left_out)}")
            )
        if self._chosen.hidden:
            self._note(
                row, "", odd("sheets_hidden", f"隐藏的工作表没有读取：{'、'.join(self._chosen.hidden)}")
            )
        hidden = [number for number in grid.hidden_rows if number > row]
        if hidden:
            shown = "、".join(map(str, hidden[:ROWS_NAMED_MAX])) + (
                "等" if len(hidden) > ROWS_NAMED_MAX else ""
            )
            text = f"隐藏的{len(hidden)}行（第{shown}行）也读取了，不要的请删除"
            self._note(hidden[0], "", odd("rows_hidden", text))
        for place, first in grid.formula_columns.items():
            if place in self._header.columns and first > row:
                code = self._header.columns[place].code
                self._note(first, code, odd("formulas_found", "这一列有公式，按文件里保存的结果读取，请核对"))
        if grid.ends_early_at is not None:
            text = f"后面连续{EMPTY_ROWS_MAX}行都是空的，再往后没有读取；如果后面还有内容，请删除空行"
            self._note(grid.ends_early_at, "", odd("rows_left_out", text))
        if grid.has_more_columns:
            self._note(row, "", odd("columns_left_out", "列太多，右边的列没有读取"))

    def _note(self, number: int, code: str, complaint: Complaint) -> None:
        """List a complaint about a column, or about the row where no column is named."""
        kept = self._faults if complaint.is_fault else self._warnings
        if len(kept) >= FAULTS_MAX:
            self._unlisted += complaint.is_fault
            return
        letter, heading = self._headings.get(code, ("", ""))
        kept.append(Fault(self._chosen.name, number, letter, heading, complaint.code, complaint.text))


class _Zeros:
    """The numbers of a column, to see whether some are shorter than the others."""

    def __init__(self) -> None:
        self._suspects: list[tuple[int, str, bool]] = []
        self._most = 0
        self._some_begin_with_zero = False

    def add(self, number: int, value: str, *, typed: bool) -> None:
        """A row's number; `typed` as text, so that its zeros are as they were typed."""
        if not value.isdecimal():
            return
        self._some_begin_with_zero |= value.startswith("0")
        self._most = max(self._most, len(value))
        if not value.startswith("0"):
            self._suspects.append((number, value, typed))

    def shortened(self) -> list[tuple[int, str, int]]:
        """Rows whose number is shorter than others': typed as a number, or where zeros in front do count."""
        return [
            (number, value, self._most)
            for number, value, typed in self._suspects
            if len(value) < self._most and (self._some_begin_with_zero or not typed)
        ]


def _key(row: Row, codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(compared(str(row[code])) for code in codes)


def _shown(row: Row, codes: Sequence[str]) -> str:
    return "，".join(row.texts[code].strip() for code in codes)
