"""Import files with faults that counties really make, and the list of what was planted where."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.county.files import ImportFile
from services.directory.domain.layouts import SCHOOLS, TEACHERS
from shared import sheets
from shared.sheets import Record

LARGE_ROWS = 10_000
BROKEN_ROW = 7_321
"""As Excel counts: the headings are row 1."""
PER_FILE = 40
LIST_NAME = "清单.csv"
FULL_WIDTH = {ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A file and what is wrong with it."""

    file: str
    fault: str
    where: str


def write(files: Sequence[ImportFile], folder: Path) -> list[Planted]:
    """Write the faulty files into a folder, with the list of them; the list."""
    folder.mkdir(parents=True, exist_ok=True)
    teachers = list(next(file.rows for file in files if file.layout is TEACHERS))
    schools = list(next(file.rows for file in files if file.layout is SCHOOLS))
    planted = [_duplicate(folder, teachers, number) for number in (1, 2)]
    planted.append(_in_gb18030(folder, schools))
    widened = _changed(folder, teachers, "工号全角数字", code="staff_number", change=_widened)
    spaced = _changed(folder, teachers, "姓名中有空格", code="name", change=" ".join)
    planted += [widened, spaced]
    planted.append(_large(folder, teachers))
    enlist(folder, planted, is_first=True)
    return planted


def enlist(folder: Path, planted: Sequence[Planted], *, is_first: bool = False) -> None:
    """Write the list of what was planted, or add to it."""
    lines = [f"{one.file},{one.fault},{one.where}\r\n" for one in planted]
    with (folder / LIST_NAME).open("w" if is_first else "a", encoding="utf-8", newline="") as file:
        file.writelines(["\ufeff文件,缺陷,位置\r\n", *lines] if is_first else lines)


def _widened(text: str) -> str:
    return text.translate(FULL_WIDTH)


def _duplicate(folder: Path, teachers: Sequence[Record], number: int) -> Planted:
    """The same staff number twice, once far below the other."""
    rows = list(teachers[number * PER_FILE : (number + 1) * PER_FILE])
    rows.append({**teachers[-1], "staff_number": rows[number]["staff_number"]})
    name = f"教师名册-工号重复-{number}.xlsx"
    (folder / name).write_bytes(sheets.workbook(TEACHERS, rows))
    return Planted(file=name, fault="工号重复", where=f"第{number + 2}行和第{len(rows) + 1}行")


def _in_gb18030(folder: Path, schools: Sequence[Record]) -> Planted:
    name = "学校名册-GB18030.csv"
    text = sheets.delimited(SCHOOLS, schools).decode("utf-8-sig")
    (folder / name).write_bytes(text.encode("gb18030"))
    return Planted(file=name, fault="编码是 GB18030", where="整个文件")


def _changed(
    folder: Path, teachers: Sequence[Record], fault: str, *, code: str, change: Callable[[str], str]
) -> Planted:
    rows = [{**row, code: change(str(row[code]))} for row in teachers[:PER_FILE]]
    name = f"教师名册-{fault}.xlsx"
    (folder / name).write_bytes(sheets.workbook(TEACHERS, rows))
    return Planted(file=name, fault=fault, where="每一行")


def _large(folder: Path, teachers: Sequence[Record]) -> Planted:
    """Very many rows of which one has no subject and a subject's text as its year."""
    rows = [
        {**teachers[place % len(teachers)], "staff_number": f"T99{place:07d}"} for place in range(LARGE_ROWS)
    ]
    broken = {**rows[BROKEN_ROW - 2], "subject": None, "birth_year": "语文"}
    rows[BROKEN_ROW - 2] = broken
    name = "教师名册-一万行.xlsx"
    (folder / name).write_bytes(sheets.workbook(TEACHERS, rows))
    return Planted(file=name, fault="缺任教学科，出生年不是年份", where=f"第{BROKEN_ROW}行")
