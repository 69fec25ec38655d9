"""What is written reads back as what it was, and nothing of it can run (PR23, BAD71, ATK42)."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from services.directory.domain.layouts import ROSTERS, TEACHERS
from shared import sheets
from shared.sheets import Layout
from shared.sheets.texts import neutralised, restored

DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    "''+1",
    '=cmd|" /C calc"!A0',
    "=HYPERLINK(1)",
]
CHEN: sheets.Record = {
    "school": "青石镇中心小学",
    "staff_number": "T050010001",
    "name": "陈小雨",
    "sex": "female",
    "birth_year": 1999,
    "subject": "语文",
    "second_subjects": ("体育", "美术"),
    "title": "second",
    "work_year": 2021,
    "joined_on": None,
    "roles": ("teacher", "group_leader"),
    "group": "语文教研组",
    "planning_group": None,
    "phone": "000-0001-0001",
}


def read_back(layout: Layout, records: list[sheets.Record]) -> list[list[sheets.Row]]:
    """The same records through a workbook and through CSV."""
    files = {"a.xlsx": sheets.workbook(layout, records), "a.csv": sheets.delimited(layout, records)}
    found = []
    for name, data in files.items():
        sheet = sheets.read(data, name, layout)
        assert sheet.faults == []
        found.append(list(sheet.rows))
    return found


def test_records_come_back_as_they_were() -> None:
    for rows in read_back(TEACHERS, [CHEN]):
        assert rows[0].values == CHEN


@pytest.mark.parametrize("text", DANGEROUS)
def test_pr23_a_text_that_looks_like_a_formula_comes_back_as_text(text: str) -> None:
    for rows in read_back(TEACHERS, [{**CHEN, "group": text}]):
        assert rows[0]["group"] == text


@pytest.mark.parametrize("text", [*DANGEROUS, "\t=1", "\r=1", "\n=1"])
def test_pr23_no_cell_of_an_export_is_a_formula(text: str) -> None:
    book = sheets.workbook(TEACHERS, [{**CHEN, "group": text}])
    line = sheets.delimited(TEACHERS, [{**CHEN, "group": text}]).decode("utf-8-sig").splitlines()[1:]

    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert "'" + text.splitlines()[0].replace('"', '""') in "\n".join(line)


@given(st.text(max_size=20))
@settings(deadline=None, max_examples=100)
def test_what_was_neutralised_is_restored(text: str) -> None:
    assert restored(neutralised(text)) == text
    assert not neutralised(text).startswith(tuple("=+-@\t\r\n＝＋－＠"))


@pytest.mark.parametrize("layout", ROSTERS, ids=lambda layout: layout.code)
def test_a_template_has_headings_and_hints_and_waits_for_rows(layout: Layout) -> None:
    data = sheets.template(layout)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    sheet = sheets.read(data, f"{layout.title}.xlsx", layout)

    assert str(rows[0][0]).startswith("填写说明")
    assert [str(cell).rstrip("*") for cell in rows[1]] == [column.heading for column in layout.columns]
    assert [fault.code for fault in sheet.faults] == ["rows_missing"]
    assert sheet.columns == tuple(column.code for column in layout.columns)


def test_a_template_offers_lists_to_choose_from() -> None:
    with zipfile.ZipFile(io.BytesIO(sheets.template(TEACHERS))) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()

    assert "女,男" in xml
    assert 'state="frozen"' in xml


def test_rejected_rows_are_put_right_and_sent_again() -> None:
    bad = {**CHEN, "staff_number": "T050010002", "birth_year": None, "name": "王 雪"}
    text = sheets.delimited(TEACHERS, [CHEN, bad]).decode("utf-8-sig").replace("T050010002", "１．3E＋10")
    first = sheets.read(text.encode(), "a.csv", TEACHERS)

    file = sheets.rejects(TEACHERS, [(row.texts, "工号不对") for row in first.rejected])
    rows = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0).to_python()
    again = sheets.read(file, "a.xlsx", TEACHERS)

    assert rows[0][-1] == "原因"
    assert (rows[1][1], rows[1][2], rows[1][-1]) == ("１．3E＋10", "王 雪", "工号不对")
    assert [fault.code for fault in again.faults] == ["number_scientific"]
    assert "column_unknown" not in {warning.code for warning in again.warnings}


def test_the_same_records_are_the_same_bytes() -> None:
    assert sheets.workbook(TEACHERS, [CHEN]) == sheets.workbook(TEACHERS, [CHEN])


def test_another_reader_sees_the_same() -> None:
    data = sheets.workbook(TEACHERS, [CHEN, {**CHEN, "staff_number": "T050010002"}])
    theirs = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    ours = sheets.read(data, "a.xlsx", TEACHERS).rows

    assert [list(row.texts.values()) for row in ours] == [[str(cell) for cell in row] for row in theirs[1:]]


@pytest.mark.parametrize("layout", ROSTERS, ids=lambda layout: layout.code)
def test_no_heading_of_a_layout_means_two_columns(layout: Layout) -> None:
    names = [name for column in layout.columns for name in (column.heading, *column.also)]

    assert len(set(names)) == len(names)
    assert {*layout.unique, *layout.alike} <= {column.code for column in layout.columns}
    assert len({column.code for column in layout.columns}) == len(layout.columns)
