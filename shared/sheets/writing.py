"""Sheets for people: an empty one to fill, one taken out, one of what was rejected and why.

Every cell is written as text, so that no spreadsheet rounds, turns or runs anything of it, and everything
written here reads back as what it was.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TextIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from shared.sheets.headers import REASON
from shared.sheets.layouts import Column, Kind, Layout
from shared.sheets.texts import DANGEROUS, neutralised
from shared.sheets.values import Value

MADE_ON = datetime(2024, 9, 1)  # noqa: DTZ001  stands in the file as its date; the same rows are the same bytes
LIST_CHARACTERS_MAX = 255
"""What a list of choices within a cell may be long."""
VALIDATED_ROWS = 5_000
REASON_WIDTH = 60
BOM = "\ufeff"

Record = Mapping[str, Value]


def template(layout: Layout) -> bytes:
    """A workbook to be filled: a line of hints, the headings, lists to choose from."""
    book = _Book(layout.title)
    book.hints(_hints(layout), columns=len(layout.columns))
    book.headings(layout.columns, at=1)
    book.choices(layout.columns, below=1)
    return book.finished()


def workbook(layout: Layout, records: Iterable[Record]) -> bytes:
    """Values as a workbook of this layout, which reads back as the same values."""
    book = _Book(layout.title)
    book.headings(layout.columns, at=0)
    book.rows(
        ([written(record.get(column.code), column) for column in layout.columns] for record in records), at=1
    )
    return book.finished()


def rejects(layout: Layout, rejected: Iterable[tuple[Mapping[str, str], str]]) -> bytes:
    """Rows as they stood, each with the reason why it was rejected; to be put right and sent again."""
    book = _Book(layout.title)
    reason = Column(code="reason", heading=REASON, width=REASON_WIDTH)
    book.headings((*layout.columns, reason), at=0)
    rows = ([*(texts.get(column.code, "") for column in layout.columns), why] for texts, why in rejected)
    book.rows(rows, at=1)
    return book.finished()


def delimited(layout: Layout, records: Iterable[Record]) -> bytes:
    """Values as CSV in UTF-8 with its mark, which reads back as the same values."""
    stream = io.StringIO(newline="")
    rows = DelimitedRows(stream, layout)
    for record in records:
        rows.write(record)
    return stream.getvalue().encode()


class DelimitedRows:
    """CSV written row by row into a text file that leaves line ends alone, for what is too much to hold."""

    def __init__(self, stream: TextIO, layout: Layout) -> None:
        stream.write(BOM)
        self._columns = layout.columns
        self._writer = csv.writer(stream, lineterminator="\r\n")
        self._writer.writerow([column.heading for column in layout.columns])

    def write(self, record: Record) -> None:
        """Add a row."""
        self._writer.writerow(
            [neutralised(written(record.get(column.code), column)) for column in self._columns]
        )


def written(value: Value, column: Column) -> str:
    """A value as it stands in a cell of its column."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "、".join(_label(part, column) for part in value)
    if isinstance(value, date):
        return value.isoformat()
    return _label(str(value), column)


def _label(value: str, column: Column) -> str:
    if column.kind is not Kind.CHOICE:
        return value
    return next(choice.label for choice in column.choices if choice.value == value)


def _hints(layout: Layout) -> str:
    required = "、".join(column.heading for column in layout.columns if column.required)
    hints = "；".join(f"{column.heading}：{column.hint}" for column in layout.columns if column.hint)
    return f"填写说明：必填{required}。{hints}。从第3行起填写，一行一个，不要合并单元格。"


class _Book:
    """A workbook of one sheet, written row by row; what is done is not kept in memory."""

    def __init__(self, title: str) -> None:
        self._stream = io.BytesIO()
        self._folder = tempfile.TemporaryDirectory(prefix="yanxun-")
        options = {"constant_memory": True, "tmpdir": self._folder.name}
        self._book = xlsxwriter.Workbook(self._stream, options)
        self._book.set_properties({"created": MADE_ON})
        self._sheet: Worksheet = self._book.add_worksheet(title)
        text = {"num_format": "@"}
        self._heading: Format = self._book.add_format(
            {**text, "bold": True, "bg_color": "#DDEBF7", "border": 1}
        )
        self._text: Format = self._book.add_format(text)
        self._quoted: Format = self._book.add_format({**text, "quote_prefix": True})
        self._note: Format = self._book.add_format(
            {"italic": True, "font_color": "#7F6000", "text_wrap": True}
        )

    def hints(self, text: str, *, columns: int) -> None:
        """A line of advice above the headings."""
        self._sheet.set_row(0, 48)
        self._sheet.merge_range(0, 0, 0, columns - 1, text, self._note)

    def headings(self, columns: Sequence[Column], *, at: int) -> None:
        """The headings, which stay in sight; every column takes what is typed as text."""
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, column.width, self._text)
        for place, column in enumerate(columns):
            mark = "*" if column.required else ""
            self._sheet.write_string(at, place, column.heading + mark, self._heading)
        self._sheet.freeze_panes(at + 1, 0)

    def choices(self, columns: Sequence[Column], *, below: int) -> None:
        """Lists to choose from, where they are short enough for a cell and only one may be chosen."""
        for place, column in enumerate(columns):
            labels = [choice.label for choice in column.choices]
            if labels and not column.many and len(",".join(labels)) <= LIST_CHARACTERS_MAX:
                options = {"validate": "list", "source": labels, "error_message": "请从列表中选择"}
                self._sheet.data_validation(below + 1, place, below + VALIDATED_ROWS, place, options)

    def rows(self, rows: Iterable[Sequence[str]], *, at: int) -> None:
        """Rows of texts."""
        for number, texts in enumerate(rows, start=at):
            for place, text in enumerate(texts):
                if text:
                    form = self._quoted if DANGEROUS.match(text) else self._text
                    self._sheet.write_string(number, place, text, form)

    def finished(self) -> bytes:
        """The bytes of the file."""
        self._book.close()
        self._folder.cleanup()
        return self._stream.getvalue()
