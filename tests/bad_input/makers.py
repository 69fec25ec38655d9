"""Small makers of files, good and bad; each takes what is wrong with it."""

import csv
import io
import re
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

HEADINGS = ("学校", "工号", "姓名", "任教学科", "出生年", "到校日期", "手机")
CHEN = ("青石镇中心小学", "T050010001", "陈小雨", "语文", "1999", "2021-09-01", "000-0001-0001")
LIN = ("青石镇中心小学", "T050010002", "林静", "语文", "1980", "2003-09-01", "000-0001-0002")
HU = ("龙泉镇中学", "T060090001", "胡伟", "数学", "1985", "2010-09-01", "000-0001-0003")
ROWS = (HEADINGS, CHEN, LIN, HU)

Rows = Sequence[Sequence[Any]]
Part = str | bytes


def book(rows: Rows = ROWS, *, change: Callable[[Any, Any], None] | None = None, **options: Any) -> bytes:
    """A workbook as Excel writes it; `change` gets book and sheet before it is closed."""
    stream = io.BytesIO()
    made = xlsxwriter.Workbook(stream, {"in_memory": True, **options})
    sheet = made.add_worksheet("教师名册")
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            sheet.write(number, place, value) if not isinstance(value, str) else sheet.write_string(
                number, place, value
            )
    if change is not None:
        change(made, sheet)
    made.close()
    return stream.getvalue()


def with_cell(row: int, column: int, value: Any) -> Rows:
    """The usual rows with one cell in another way; both counted from 0."""
    rows = [list(one) for one in ROWS]
    rows[row][column] = value
    return rows


def text(rows: Rows = ROWS, *, separator: str = ",", end: str = "\r\n") -> str:
    """The same rows as CSV."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator, lineterminator=end).writerows(rows)
    return stream.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    """Every part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Mapping[str, Part], *, also: Sequence[tuple[str | zipfile.ZipInfo, Part]] = ()) -> bytes:
    """A zip of these parts; `also` may repeat a name."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [*parts.items(), *also]:
            archive.writestr(name, content)
    return stream.getvalue()


def bent(change: Callable[[dict[str, bytes]], None], rows: Rows = ROWS) -> bytes:
    """A workbook whose parts were changed."""
    parts = parts_of(book(rows))
    change(parts)
    return zipped(parts)


def with_sheet(xml: str) -> bytes:
    """A workbook whose sheet is this XML."""
    return bent(lambda parts: parts.update({"xl/worksheets/sheet1.xml": xml.encode()}))


def sheet_xml(rows: str, after: str = "") -> str:
    """The XML of a sheet."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def inline(number: int, texts: Sequence[str]) -> str:
    """The XML of a row of texts."""
    cells = "".join(
        f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{escape(one)}</t></is></c>'
        for place, one in enumerate(texts)
    )
    return f'<row r="{number}">{cells}</row>'


def with_declared_size(data: bytes, name: str, size: int) -> bytes:
    """A zip whose directory lies about the size of a part."""
    at = [found.start() for found in re.finditer(re.escape(name.encode()), data)][-1] - 46
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


def with_member_count(data: bytes, count: int) -> bytes:
    """A zip whose end says that it has so many members."""
    at = data.rindex(b"PK\x05\x06")
    return data[: at + 8] + struct.pack("<HH", count, count) + data[at + 12 :]


def many_members(count: int) -> bytes:
    """A zip of very many empty parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(count):
            archive.writestr(f"x{number}.xml", b"")
    return stream.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    """A member that is a symbolic link."""
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info


def ole(*names: str) -> bytes:
    """An old Office container that names these streams."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 504
        + b"".join(name.encode("utf-16-le") for name in names)
    )
