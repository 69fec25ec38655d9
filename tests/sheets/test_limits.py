"""PR22: what is beyond a limit ends there, and what a file needs of the memory is in proportion."""

import tracemalloc

import pytest

from services.directory.domain.layouts import TEACHERS
from shared import sheets
from shared.sheets import FileRefused
from shared.sheets.limits import COLUMNS_MAX, FAULTS_MAX, ROWS_MAX
from shared.sheets.xml import feed, new_parser
from tests.bad_input.makers import CHEN, HEADINGS, ROWS, book, inline, sheet_xml, text, with_sheet

MEBIBYTE = 1024 * 1024


def numbered(count: int) -> list[tuple[str, ...]]:
    """So many rows, each of somebody else."""
    return [(*CHEN[:1], f"T05{n:07d}", f"陈{chr(0x4E00 + n % 5_000)}", *CHEN[3:]) for n in range(count)]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_tenth_of_the_rows_needs_no_more_than_an_eighth_of_the_memory(ending: str) -> None:
    rows = [HEADINGS, *numbered(ROWS_MAX // 10)]
    if ending == "csv":
        data = text(rows).encode()
    else:
        data = with_sheet(sheet_xml("".join(inline(number, row) for number, row in enumerate(rows, start=1))))

    tracemalloc.start()
    sheet = sheets.read(data, f"名册.{ending}", TEACHERS)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(sheet.rows) == ROWS_MAX // 10
    assert most < 64 * MEBIBYTE // 8


def test_one_row_more_is_refused() -> None:
    with pytest.raises(FileRefused) as refused:
        sheets.read(text([HEADINGS, *numbered(ROWS_MAX + 1)]).encode(), "名册.csv", TEACHERS)

    assert (refused.value.status, refused.value.code) == (413, "too_many_rows")


def test_faults_beyond_the_list_are_counted() -> None:
    rows = [(*row[:3], "", *row[4:]) for row in numbered(FAULTS_MAX + 7)]

    sheet = sheets.read(text([HEADINGS, *rows]).encode(), "名册.csv", TEACHERS)

    assert (len(sheet.faults), sheet.faults_unlisted) == (FAULTS_MAX, 7)
    assert len(sheet.rejected) == FAULTS_MAX + 7


@pytest.mark.parametrize(
    ("first", "again", "times"),
    [(b"<x>", b"<y/>" * 16_384, 1_100), (b'<x y="', b"z" * 65_536, 40)],
    ids=["elements without end", "a tag without end"],
)
def test_xml_without_end_is_refused(first: bytes, again: bytes, times: int) -> None:
    with pytest.raises(FileRefused) as refused:
        list(feed(new_parser(), iter([first, *[again] * times])))

    assert refused.value.status == 413


def test_columns_beyond_the_limit_are_said_to_be_left_out() -> None:
    wide = [[*row, *[""] * COLUMNS_MAX, "x"] for row in ROWS]
    for data, name in ((book(wide), "名册.xlsx"), (text(wide).encode(), "名册.csv")):
        sheet = sheets.read(data, name, TEACHERS)

        assert "columns_left_out" in {warning.code for warning in sheet.warnings}
