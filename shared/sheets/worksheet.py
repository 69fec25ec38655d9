"""One sheet of a workbook, row by row, as its XML streams by.

expat calls three or four times a cell, so what it calls is kept short, and attributes rather than objects say
where we are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from shared.sheets.cells import Cell, Number, Oddity, RawRow, Texts, index_of, unescaped
from shared.sheets.faults import TOO_LARGE, UNUSABLE, FileRefused
from shared.sheets.guard import Parts
from shared.sheets.limits import (
    CELL_CHARACTERS_MAX,
    CELLS_MAX,
    COLUMNS_MAX,
    EMPTY_ROWS_MAX,
    MERGES_MAX,
    ROWS_MAX,
)
from shared.sheets.styles import Style, day_of
from shared.sheets.xml import Attributes, feed, local, new_parser

DIGITS = "0123456789"
ROW_NUMBER = re.compile(r"[0-9]{1,7}\Z")
MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*["\']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})["\']')
MERGE_BYTES_MAX = 256
RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\Z")


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells merged into one: the first column and row, the last column and row, columns from 0."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(slots=True, kw_only=True)
class Grid:
    """What a sheet holds before anybody knows what it means."""

    rows: list[RawRow] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    formula_columns: dict[int, int] = field(default_factory=dict)
    """Each column with formulas, and the first row that has one."""
    ends_early_at: int | None = None
    """After which row so many empty ones follow that the rest was not read."""
    has_more_columns: bool = False
    from_1904: bool = False
    """Whether a bare number, should it be a day, is counted from 1904."""


class _Reader:
    """Receives what expat finds and gathers rows of cells."""

    def __init__(
        self, grid: Grid, strings: Sequence[str], styles: Sequence[Style], *, from_1904: bool
    ) -> None:
        self.grid = grid
        self.parser = new_parser()
        self.parser.StartElementHandler = self.start
        self.parser.CharacterDataHandler = self.text
        self._strings = strings
        self._styles = styles
        self._from_1904 = from_1904
        self._texts = Texts()
        self._columns: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._takes = False
        self._aside = False
        self._at: Attributes | None = None
        self._value = ""
        self._has_formula = False
        self._number = 0
        self._column = -1
        self._cells: list[Cell] = []
        self._is_hidden = False
        self._cells_seen = 0
        self._empty_rows = 0

    def start(self, name: str, attributes: Attributes) -> None:
        name = self._names.get(name) or self._names.setdefault(name, local(name))
        if name == "v":
            self._takes = True
        elif name == "c":
            if self._at is not None:
                self._end_cell(self._at)
            self._at = attributes
            self._takes = False
            self._value = ""
        elif name == "row":
            self._end_row()
            self._begin_row(attributes)
        else:
            self._start_other(name, attributes)

    def _start_other(self, name: str, attributes: Attributes) -> None:
        self._takes = name == "t" and not self._aside
        if name == "f":
            self._has_formula = True
        elif name in {"r", "rPh"}:  # a text in runs: what lies between them is not meant
            self._aside = name == "rPh"
            self.parser.EndElementHandler = self.end
        elif name == "mergeCell":
            self.add_merge(attributes.get("ref", ""))

    def text(self, piece: str) -> None:
        if self._takes and len(self._value) <= CELL_CHARACTERS_MAX:
            self._value += piece

    def end(self, name: str) -> None:
        """Listened to only within a text in runs."""
        name = local(name)
        if name == "t":
            self._takes = False
        elif name == "rPh":
            self._aside = False
        elif name == "is":
            self.parser.EndElementHandler = None

    def _begin_row(self, attributes: Attributes) -> None:
        number = attributes.get("r", "")
        self._number = int(number) if ROW_NUMBER.match(number) else self._number + 1
        self._is_hidden = attributes.get("hidden") in {"1", "true"}
        self._column = -1

    def _end_row(self) -> None:
        if self._at is not None:
            self._end_cell(self._at)
        if self._cells:
            self._empty_rows = 0
            self.grid.rows.append(RawRow(self._number, self._cells))
            if self._is_hidden:
                self.grid.hidden_rows.append(self._number)
            self._cells = []
        elif self._number:
            self._empty_rows += 1

    def _end_cell(self, at: Attributes) -> None:
        self._at = None
        self._cells_seen += 1
        name = at.get("r", "").rstrip(DIGITS)
        column = self._columns.get(name)
        if column is None:
            column = self._column + 1 if not name else self._columns.setdefault(name, _column(name))
        self._column = column
        if self._value or self._has_formula:
            cell = self._cell(at)
            self._has_formula = False
            if cell is not None:
                self._keep(cell, column)

    def _keep(self, cell: Cell, column: int) -> None:
        cells = self._cells
        missing = column - len(cells)
        if missing < 0:
            raise _twisted()
        if column >= COLUMNS_MAX:
            self.grid.has_more_columns = True
            return
        if missing:
            cells.extend([None] * missing)
        cells.append(cell)

    def _cell(self, at: Attributes) -> Cell:
        value, kind = self._value, at.get("t")
        if self._has_formula:
            if not value:
                return Oddity("", "formula_without_result")
            self.grid.formula_columns.setdefault(self._column, self._number)
        if kind == "s":
            return self._shared(value) or None
        if kind in {"str", "inlineStr"}:
            return self._texts.one(unescaped(value)) if value.strip() else None
        if kind == "e":
            return Oddity(value, "formula_error")
        if kind == "b":
            return "TRUE" if value.strip() == "1" else "FALSE"
        return value.strip() if kind == "d" else self._numeric(value.strip(), at.get("s", ""))

    def _shared(self, index: str) -> str:
        try:
            return self._strings[int(index)]
        except (ValueError, IndexError) as error:
            raise _twisted() from error

    def _numeric(self, text: str, style_index: str) -> Cell:
        if not text:
            return None
        style = self._style_at(style_index)
        if style is None or not style.is_day:
            return Number(text, style.digits if style else 0)
        try:
            day = day_of(float(text), from_1904=self._from_1904)
        except (ValueError, OverflowError):
            day = None
        return day or Oddity(text, "day_out_of_range")

    def _style_at(self, index: str) -> Style | None:
        place = int(index) if index.isdecimal() and len(index) < len("100000") else -1
        return self._styles[place] if 0 <= place < len(self._styles) else None

    def add_merge(self, reference: str) -> None:
        """Note a range of merged cells."""
        found = RANGE.match(reference)
        if found and len(self.grid.merges) < MERGES_MAX:
            left, top, right, bottom = found.groups()
            self.grid.merges.append(Merge(index_of(left), int(top), index_of(right), int(bottom)))

    def check(self) -> bool:
        """Refuse what is beyond the limits; whether only empty rows seem to follow."""
        if len(self.grid.rows) > ROWS_MAX + 1 or self._cells_seen > CELLS_MAX:
            raise FileRefused(
                TOO_LARGE, "too_many_rows", "表格超过{limit}行或太宽，请分成几个文件上传", limit=ROWS_MAX
            )
        return self._empty_rows > EMPTY_ROWS_MAX

    def finish(self) -> None:
        """The last row has nothing after it that would end it."""
        self._end_row()


def read_grid(
    parts: Parts, name: str, *, strings: Sequence[str], styles: Sequence[Style], from_1904: bool
) -> Grid:
    """The rows of a sheet that have anything in them."""
    grid = Grid(from_1904=from_1904)
    reader = _Reader(grid, strings, styles, from_1904=from_1904)
    chunks = parts.chunks(name)
    for _ in feed(reader.parser, chunks):
        if reader.check():
            grid.ends_early_at = grid.rows[-1].number if grid.rows else 0
            _gather_merges(reader, chunks)
            break
    reader.finish()
    reader.check()
    return grid


def _gather_merges(reader: _Reader, chunks: Iterator[bytes]) -> None:
    """Merged ranges stand after the rows; a million empty ones are passed by without being parsed."""
    rest = b""
    for chunk in chunks:
        window = rest + chunk
        end = 0
        for found in MERGE.finditer(window):
            reader.add_merge(found.group(1).decode())
            end = found.end()
        rest = window[max(end, len(window) - MERGE_BYTES_MAX) :]


def _column(name: str) -> int:
    if not (name.isascii() and name.isalpha() and name.isupper() and len(name) <= len("XFD")):
        raise _twisted()
    return index_of(name)


def _twisted() -> FileRefused:
    return FileRefused(
        UNUSABLE,
        "sheet_twisted",
        "工作表内部的结构不正常，没有读取：请用 WPS 或 Excel 打开，重新另存后再上传",
    )
