"""CSV as counties have it: any of four encodings, three separators and three ways to end a line."""

import codecs
import csv
import io
from collections.abc import Iterator

from shared.sheets import texts
from shared.sheets.cells import Cell, RawRow, Texts
from shared.sheets.faults import BROKEN, TOO_LARGE, UNUSABLE, FileRefused
from shared.sheets.guard import CHUNK_BYTES
from shared.sheets.headers import headings_of
from shared.sheets.layouts import Layout
from shared.sheets.limits import (
    CELLS_MAX,
    COLUMNS_MAX,
    HEADER_ROWS_MAX,
    LINE_CHARACTERS_MAX,
    RECORD_LINES_MAX,
    ROWS_MAX,
)
from shared.sheets.worksheet import Grid

SEPARATORS = ",;\t，"
LOOKED_AT_BYTES = 4 * 1024
UTF_16_NULS_MIN = 0.3
"""What share of the bytes is zero where every ASCII character takes two."""


def read_delimited(data: bytes, layout: Layout) -> Grid:
    """The records that have anything in them, numbered as Excel numbers its rows."""
    encoding = encoding_of(data)
    separator = _separator(data, encoding, layout)
    lines = _Lines(data, encoding)
    grid = Grid()
    one, restored = Texts().one, texts.restored
    cells_seen = 0
    for number, record in enumerate(_records(lines, separator), start=1):
        cells: list[Cell] = [one(restored(text)) if text else None for text in record[:COLUMNS_MAX]]
        cells_seen += len(record)
        grid.has_more_columns |= len(record) > COLUMNS_MAX
        if any(isinstance(cell, str) and not cell.isspace() for cell in cells):
            grid.rows.append(RawRow(number, cells))
        if len(grid.rows) > ROWS_MAX + 1 or cells_seen > CELLS_MAX:
            raise FileRefused(
                TOO_LARGE, "too_many_rows", "表格超过{limit}行或太宽，请分成几个文件上传", limit=ROWS_MAX
            )
    return grid


def encoding_of(data: bytes) -> str:
    """How the text is encoded: by its mark, else UTF-8 if it is, else GB18030 if it is."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _tried(data, "utf-16") or _refuse_encoding()
    if b"\0" in data:
        return _tried(data, _utf_16_without_mark(data)) or _refuse_encoding()
    return _tried(data, "utf-8-sig") or _tried(data, "gb18030") or _refuse_encoding()


def _utf_16_without_mark(data: bytes) -> str:
    looked_at = data[:LOOKED_AT_BYTES]
    even, odd = looked_at[::2].count(0), looked_at[1::2].count(0)
    if max(even, odd) < UTF_16_NULS_MIN * len(looked_at) / 2 or min(even, odd) > max(even, odd) / 10:
        row = data[: data.index(b"\0")].count(b"\n") + 1
        raise FileRefused(
            UNUSABLE, "null_found", "第{row}行有空字符（NUL），文件可能已损坏：请重新导出后再上传", row=row
        )
    return "utf-16-be" if even > odd else "utf-16-le"


def _tried(data: bytes, encoding: str) -> str | None:
    """The encoding, if the whole file is in it; tried piece by piece."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        for start in range(0, len(data), CHUNK_BYTES):
            decoder.decode(data[start : start + CHUNK_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return encoding


def _refuse_encoding() -> str:
    raise FileRefused(
        UNUSABLE, "encoding_unknown", "认不出文字编码：请用 WPS 或 Excel 打开，另存为 .xlsx 后再上传"
    )


class _Lines:
    """The lines of a text, each refused when it is absurdly long; counts those of the record at hand."""

    def __init__(self, data: bytes, encoding: str) -> None:
        self._stream = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
        self.of_record = 0

    def __iter__(self) -> "Iterator[str]":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(LINE_CHARACTERS_MAX + 1)
        self.of_record += 1
        if len(line) > LINE_CHARACTERS_MAX:
            raise FileRefused(
                TOO_LARGE,
                "line_too_long",
                "有一行超过{limit}个字，不是正常的表格，请检查引号是否成对",
                limit=LINE_CHARACTERS_MAX,
            )
        if not line or self.of_record > RECORD_LINES_MAX:
            raise StopIteration
        return line


def _records(lines: _Lines, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    number = 1
    while True:
        lines.of_record = 0
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise FileRefused(
                BROKEN,
                "quote_unclosed",
                '第{row}行有不成对的英文引号（"），从那里起无法分列：请改正后再上传',
                row=number,
            ) from error
        if record is None:
            return
        yield record
        number += 1


def _separator(data: bytes, encoding: str, layout: Layout) -> str:
    """Whichever parts the first lines into the most known headings."""
    known = headings_of(layout)
    first = [line for _, line in zip(range(HEADER_ROWS_MAX), _Lines(data, encoding), strict=False)]

    def matches(separator: str) -> int:
        return max(
            (
                sum(texts.compared(name.strip(' "')) in known for name in line.split(separator))
                for line in first
            ),
            default=0,
        )

    return max(SEPARATORS, key=matches)
