"""Cells, headings and rows as counties have them: taken by a rule, or named with their place (FACT18)."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import pytest

from services.directory.domain.layouts import PAIRINGS, TEACHERS
from shared import sheets
from tests.bad_input.makers import (
    CHEN,
    HEADINGS,
    ROWS,
    bent,
    book,
    inline,
    sheet_xml,
    text,
    with_cell,
    with_sheet,
)

XLSX, CSV = "名册.xlsx", "名册.csv"
BORN, JOINED, PHONE = 4, 5, 6
ERROR = '<row r="2"><c r="C2" t="e"><f>A1</f><v>#REF!</v></c></row>'
UNCOUNTED = '<row r="2"><c r="C2"><f>A1&amp;B1</f></c></row>'
HEADING_ROW = inline(1, HEADINGS)


def styled(value: float, form: str, *, column: int = JOINED, **options: Any) -> bytes:
    """A workbook with a number in a format."""

    def change(made: Any, sheet: Any) -> None:
        sheet.write_number(1, column, value, made.add_format({"num_format": form}))

    return book(change=change, **options)


def named(cases: Sequence[tuple[Any, ...]]) -> list[Any]:
    """The cases, each under its id and what it is."""
    return [pytest.param(*case[2:], id=f"{case[0]} {case[1]}") for case in cases]


# Id, what it is, the file, its name, the address of the fault, its code.
FAULTS: tuple[tuple[Any, ...], ...] = (
    ("BAD61", "a required column is missing", lambda: book([row[:3] for row in ROWS]), XLSX, "1", "column_missing"),
    ("BAD61", "a column twice", lambda: book([[*row, row[2]] for row in ROWS]), XLSX, "H1", "column_twice"),
    ("BAD63", "a formula in error", lambda: with_sheet(sheet_xml(HEADING_ROW + ERROR)), XLSX, "C2", "formula_error"),
    ("BAD63", "a formula without result", lambda: with_sheet(sheet_xml(HEADING_ROW + UNCOUNTED)), XLSX, "C2", "formula_without_result"),
    ("BAD64", "two digits of a year", lambda: book(with_cell(1, JOINED, "21-9-1")), XLSX, "F2", "year_short"),
    ("BAD64", "the American way", lambda: book(with_cell(1, JOINED, "9/1/2021")), XLSX, "F2", "year_short"),
    ("BAD64", "no day", lambda: book(with_cell(1, JOINED, "2021年9月")), XLSX, "F2", "day_missing"),
    ("BAD64", "a day that is none", lambda: book(with_cell(1, JOINED, "2021-2-30")), XLSX, "F2", "not_a_day"),
    ("BAD64", "a serial number in CSV", lambda: text(with_cell(1, JOINED, "44440")).encode(), CSV, "F2", "not_a_day"),
    ("BAD64", "a serial number of no day", lambda: styled(9_999_999, "yyyy-mm-dd"), XLSX, "F2", "day_out_of_range"),
    ("BAD64", "two digits of a birth year", lambda: book(with_cell(1, BORN, "99")), XLSX, "E2", "not_a_year"),
    ("BAD65", "1.3E+10", lambda: text(with_cell(1, 1, "1.3E+10")).encode(), CSV, "B2", "number_scientific"),
    ("BAD65", "18 digits typed as a number", lambda: book(with_cell(1, 1, 430104198001011234)), XLSX, "B2", "number_rounded"),
    ("BAD65", "18 digits that Excel has rounded", lambda: text(with_cell(1, 1, "430104198001011000")).encode(), CSV, "B2", "number_rounded"),
    ("BAD65", "a zero lost", lambda: book([HEADINGS, *([*CHEN[:1], f"0{n}234", *CHEN[2:]] for n in range(1, 4)), [*CHEN[:1], 1934, *CHEN[2:]]]), XLSX, "B5", "zero_lost"),
    ("BAD65", "a telephone that lost its zero", lambda: book(with_cell(1, PHONE, 7311234567)), XLSX, "G2", "zero_lost"),
    ("BAD66", "names merged", lambda: book(change=lambda _, s: s.merge_range(1, 2, 2, 2, "陈小雨")), XLSX, "C3", "merged_cells"),
    ("BAD66", "school and number merged", lambda: book(change=lambda _, s: s.merge_range(1, 0, 1, 1, "x")), XLSX, "B2", "merged_cells"),
    ("BAD66", "blank below without a merge", lambda: book(with_cell(2, 0, "")), XLSX, "A3", "value_missing"),
    ("BAD68", "a number twice", lambda: book([*ROWS, CHEN]), XLSX, "B5", "row_twice"),
    ("BAD70", "a cell of garbage", lambda: text(with_cell(1, 2, "陈\ufffd雨")).encode(), CSV, "C2", "text_garbled"),
    ("PR22", "an empty sheet", lambda: book(ROWS[:1]), XLSX, "1", "rows_missing"),
    ("PR22", "a name in the wrong column", lambda: book(with_cell(1, 2, 1999)), XLSX, "C2", "not_a_name"),
    ("PR22", "a text without end", lambda: book(with_cell(1, 3, "语" * 3_000)), XLSX, "D2", "text_too_long"),
)  # fmt: skip


@pytest.mark.parametrize(("make", "name", "address", "code"), named(FAULTS))
def test_a_cell_is_named_with_what_to_do(
    make: Callable[[], bytes], name: str, address: str, code: str
) -> None:
    sheet = sheets.read(make(), name, TEACHERS)

    assert (address, code) in {(fault.address, fault.code) for fault in sheet.faults}
    assert all(fault.row not in {row.number for row in sheet.rows} for fault in sheet.faults)


# Id, what it is, the file, its name, the row and column that must come out, the value.
TAKEN: tuple[tuple[Any, ...], ...] = (
    ("BAD61", "reordered", lambda: book([list(reversed(row)) for row in ROWS]), XLSX, "name", "陈小雨"),
    ("BAD61", "renamed", lambda: book([["单位", "职工号", "教师姓名 ", "任 教\n科目*", "出生年月", "到校时间", "联系电话"], *ROWS[1:]]), XLSX, "subject", "语文"),
    ("BAD61", "on row 3 under a title", lambda: book([["青石镇教师名册"], ["填报日期：2024年9月"], *ROWS]), XLSX, "name", "陈小雨"),
    ("BAD61", "headings over two rows, merged", lambda: book([["", "基本信息"], ["", *HEADINGS[1:]], *ROWS[1:]], change=lambda _, s: s.merge_range(0, 0, 1, 0, "学校")), XLSX, "school", "青石镇中心小学"),
    ("BAD63", "a formula with its result", lambda: with_sheet(sheet_xml(HEADING_ROW + inline(2, CHEN).replace('<c r="D2" t="inlineStr"><is><t>语文</t></is></c>', '<c r="D2" t="str"><f>X1</f><v>语文</v></c>'))), XLSX, "subject", "语文"),
    ("BAD64", "2021-9-1", lambda: book(with_cell(1, JOINED, "2021-9-1")), XLSX, "joined_on", date(2021, 9, 1)),
    ("BAD64", "2021/9/1", lambda: book(with_cell(1, JOINED, "2021/9/1")), XLSX, "joined_on", date(2021, 9, 1)),
    ("BAD64", "2021.9.1", lambda: book(with_cell(1, JOINED, "2021.9.1")), XLSX, "joined_on", date(2021, 9, 1)),
    ("BAD64", "2021年9月1日", lambda: book(with_cell(1, JOINED, "２０２１年９月１日")), XLSX, "joined_on", date(2021, 9, 1)),
    ("BAD64", "20210901", lambda: book(with_cell(1, JOINED, 20210901)), XLSX, "joined_on", date(2021, 9, 1)),
    ("BAD64", "a date of Excel", lambda: styled(44440, "yyyy-mm-dd"), XLSX, "joined_on", date(2021, 9, 1)),
    ("BAD64", "a date in Chinese", lambda: styled(44440, 'yyyy"年"m"月"d"日"'), XLSX, "joined_on", date(2021, 9, 1)),
    ("BAD64", "a date of 1904", lambda: styled(44440 - 1462, "yyyy-mm-dd", date_1904=True), XLSX, "joined_on", date(2021, 9, 1)),
    ("BAD64", "a bare serial number", lambda: book(with_cell(1, JOINED, 44440)), XLSX, "joined_on", date(2021, 9, 1)),
    ("BAD64", "a birth date where a year is wanted", lambda: book(with_cell(1, BORN, "1999.05")), XLSX, "birth_year", 1999),
    ("BAD65", "zeros that the format shows", lambda: styled(1234, "000000", column=1), XLSX, "staff_number", "001234"),
    ("BAD65", "a mobile number as a number", lambda: book(with_cell(1, PHONE, 13000000000)), XLSX, "phone", "13000000000"),
    ("BAD66", "a school merged over its rows", lambda: book(change=lambda _, s: s.merge_range(1, 0, 3, 0, "双桥镇中学")), XLSX, "school", "双桥镇中学"),
    ("BAD70", "GB18030", lambda: text().encode("gb18030"), CSV, "name", "陈小雨"),
    ("BAD70", "UTF-8 with its mark", lambda: text().encode("utf-8-sig"), CSV, "name", "陈小雨"),
    ("BAD70", "UTF-16", lambda: text().encode("utf-16"), CSV, "name", "陈小雨"),
    ("BAD70", "UTF-16 without its mark", lambda: text(end="\n").encode("utf-16-be"), CSV, "name", "陈小雨"),
    ("BAD70", "semicolons", lambda: text(separator=";").encode(), CSV, "name", "陈小雨"),
    ("BAD70", "tabs", lambda: text(separator="\t").encode(), "名册.txt", "name", "陈小雨"),
    ("BAD70", "CR alone", lambda: text(end="\r").encode(), CSV, "name", "陈小雨"),
    ("BAD18", "full-width digits", lambda: book(with_cell(1, 1, "Ｔ０５００１０００１")), XLSX, "staff_number", "T05001 0001".replace(" ", "")),
    ("BAD71", "a formula as a name", lambda: book(with_cell(1, 2, "=HYPERLINK(1)")), XLSX, "name", "=HYPERLINK(1)"),
    ("BAD71", "a neutralised one", lambda: text(with_cell(1, 2, "'＝1+1")).encode(), CSV, "name", "＝1+1"),
    ("PR22", "a name with a space", lambda: book(with_cell(1, 2, "王　雪")), XLSX, "name", "王雪"),
    ("PR22", "a name in pieces", lambda: book(with_cell(1, 2, "e\u0301lodie")), XLSX, "name", "élodie"),
    ("PR22", "another dot", lambda: book(with_cell(1, 2, "阿依古丽•买买提江")), XLSX, "name", "阿依古丽·买买提江"),
    ("PR22", "a character beyond the basic plane", lambda: book(with_cell(1, 2, "王𬱖")), XLSX, "name", "王𬱖"),
)  # fmt: skip


@pytest.mark.parametrize(("make", "name", "column", "value"), named(TAKEN))
def test_what_is_certain_is_taken(make: Callable[[], bytes], name: str, column: str, value: object) -> None:
    sheet = sheets.read(make(), name, TEACHERS)

    assert sheet.faults == []
    assert sheet.rows[0][column] == value


# Id, what it is, the file, the code of the warning.
WARNED: tuple[tuple[Any, ...], ...] = (
    ("BAD61", "a column nobody knows", lambda: book([[*row, "x"] for row in ROWS]), "column_unknown"),
    ("BAD62", "a million empty rows", lambda: with_sheet(sheet_xml(HEADING_ROW + inline(2, CHEN) + "".join(f'<row r="{n}" s="1"/>' for n in range(3, 1_048_577)))), "rows_left_out"),
    ("BAD63", "a column of formulas", TAKEN[4][2], "formulas_found"),
    ("BAD64", "a bare serial number", lambda: book(with_cell(1, JOINED, 44440)), "day_from_number"),
    ("BAD67", "a second sheet", lambda: book(change=lambda made, _: made.add_worksheet("退休")), "sheets_left_out"),
    ("BAD67", "a hidden sheet", lambda: book(change=lambda made, _: made.add_worksheet("旧").hide()), "sheets_hidden"),
    ("BAD67", "a hidden row", lambda: book(change=lambda _, sheet: sheet.set_row(2, None, None, {"hidden": True})), "rows_hidden"),
    ("BAD68", "two of one name at one school", lambda: book([*ROWS, (*CHEN[:1], "T050010009", *CHEN[2:])]), "rows_alike"),
    ("PR22", "a name with a space", lambda: book(with_cell(1, 2, "王 雪")), "name_tidied"),
)  # fmt: skip


@pytest.mark.parametrize(("make", "code"), named(WARNED))
def test_what_is_odd_is_taken_and_said(make: Callable[[], bytes], code: str) -> None:
    sheet = sheets.read(make(), XLSX, TEACHERS)

    assert sheet.faults == []
    assert code in {warning.code for warning in sheet.warnings}


def test_bad62_merges_after_a_million_empty_rows_are_seen() -> None:
    rows = HEADING_ROW + inline(2, CHEN) + inline(3, ("", "T050010002", "林静", "语文"))
    empty = "".join(f'<row r="{number}"/>' for number in range(4, 200_000))
    data = with_sheet(sheet_xml(rows + empty, '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'))

    sheet = sheets.read(data, XLSX, TEACHERS)

    assert [row["school"] for row in sheet.rows] == ["青石镇中心小学"] * 2


def test_bad67_only_the_named_sheet_is_read() -> None:
    def change(made: Any, _: Any) -> None:
        other = made.add_worksheet("二月")
        for number, row in enumerate((HEADINGS, CHEN)):
            other.write_row(number, 0, row)

    sheet = sheets.read(book(change=change), XLSX, TEACHERS, sheet="二月")

    assert (sheet.name, len(sheet.rows)) == ("二月", 1)


def test_bad69_one_bad_row_of_5000_is_named() -> None:
    rows = [(*CHEN[:1], f"T05001{number:04d}", *CHEN[2:]) for number in range(5_000)]
    rows[3_210] = (*rows[3_210][:3], "", *rows[3_210][4:])

    sheet = sheets.read(text([HEADINGS, *rows]).encode(), CSV, TEACHERS)

    assert [fault.address for fault in sheet.faults] == ["D3212"]
    assert [row.texts["staff_number"] for row in sheet.rejected] == ["T050013210"]


def test_bad72_the_same_file_is_recognised() -> None:
    data = book()

    assert sheets.read(data, XLSX, TEACHERS).digest == sheets.read(data, "又一次.xlsx", TEACHERS).digest
    assert sheets.read(book(ROWS[:3]), XLSX, TEACHERS).digest != sheets.read(data, XLSX, TEACHERS).digest


def test_a_count_of_years_is_a_whole_number() -> None:
    rows = (
        ("师父工号", "徒弟工号", "开始日期", "期限年"),
        ("T1", "T2", "2024-9-10", "一年"),
        ("T1", "T3", "2024-9-10", "３"),
    )

    sheet = sheets.read(text(rows).encode(), CSV, PAIRINGS)

    assert [(fault.address, fault.code) for fault in sheet.faults] == [("D2", "not_a_number")]
    assert sheet.rows[0]["term_years"] == 3


def test_prefixed_elements_are_elements_all_the_same() -> None:
    def prefix(parts: dict[str, bytes]) -> None:
        xml = sheet_xml(HEADING_ROW + inline(2, CHEN)).replace("xmlns=", "xmlns:x=")
        parts["xl/worksheets/sheet1.xml"] = (
            xml.replace("</", "<?/").replace("<", "<x:").replace("<x:?/", "</x:").encode()
        )

    assert sheets.read(bent(prefix), XLSX, TEACHERS).rows[0]["name"] == "陈小雨"


def test_a_moment_is_its_day() -> None:
    def change(made: Any, sheet: Any) -> None:
        form = made.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_datetime(1, JOINED, datetime(2021, 9, 1, 8, 30), form)  # noqa: DTZ001  Excel knows no zones

    assert sheets.read(book(change=change), XLSX, TEACHERS).rows[0]["joined_on"] == date(2021, 9, 1)
