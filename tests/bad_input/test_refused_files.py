"""Files of which nothing can be taken: each is refused for its own reason, before a parser sees it (PR22, FACT17)."""

import tracemalloc
from collections.abc import Callable

import pytest

from services.directory.domain.layouts import TEACHERS
from shared import sheets
from shared.sheets import FileRefused
from shared.sheets.limits import FILE_BYTES_MAX
from tests.bad_input import makers
from tests.bad_input.makers import ROWS, bent, book, link, ole, parts_of, text, with_sheet, zipped

Case = tuple[str, str, Callable[[], bytes], str, int, str]

BOMB = b"\0" * 300_000_000
DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x/>'
XLSX, CSV = "名册.xlsx", "名册.csv"

# Id, what it is, the file, its name, the status of the answer, the code.
CASES: tuple[Case, ...] = (
    ("BAD57", "0 bytes", lambda: b"", XLSX, 422, "file_empty"),
    ("BAD57", "text under the name of a workbook", lambda: text().encode(), XLSX, 415, "extension_wrong"),
    ("BAD57", "a workbook under the name of a text", book, CSV, 415, "extension_wrong"),
    ("BAD57", "no extension", lambda: text().encode(), "名册", 415, "extension_wrong"),
    ("BAD57", "BIFF renamed", lambda: ole("Workbook"), XLSX, 415, "file_is_xls"),
    ("BAD57", "BIFF of 1990 renamed", lambda: b"\x09\x08\x10\x00" + b"\0" * 99, XLSX, 415, "file_is_xls"),
    ("BAD57", "a web page renamed", lambda: b"\xef\xbb\xbf<HTML><table>", "名册.xls", 415, "file_is_markup"),
    ("BAD57", "a password", lambda: ole("EncryptionInfo", "EncryptedPackage"), XLSX, 422, "file_encrypted"),
    ("BAD57", "macros", lambda: zipped(parts_of(book()) | {"xl/vbaProject.bin": b"x"}), "a.xlsm", 415, "file_has_macros"),
    ("BAD58", "larger than the limit", lambda: b"PK\x03\x04" + b"\0" * FILE_BYTES_MAX, XLSX, 413, "file_too_large"),
    ("BAD58", "300 kB that become 300 MB", lambda: zipped({"[Content_Types].xml": BOMB}), XLSX, 413, "archive_too_large"),
    ("BAD58", "150 kB that become 150 MB", lambda: zipped({"[Content_Types].xml": BOMB[:150_000_000]}), XLSX, 413, "archive_too_large"),
    ("BAD58", "a bomb that lies about its size", lambda: makers.with_declared_size(zipped({"[Content_Types].xml": BOMB[:90_000_000]}), "[Content_Types].xml", 1000), XLSX, 400, "file_broken"),
    ("BAD58", "very many members", lambda: makers.many_members(5_000), XLSX, 413, "archive_too_large"),
    ("BAD58", "says 65,535 members", lambda: makers.with_member_count(book(), 65_535), XLSX, 413, "archive_too_large"),
    ("BAD58", "nested", lambda: zipped(parts_of(book()) | {"xl/more.xml": zipped({"a": b""})}), XLSX, 413, "archive_nested"),
    ("BAD58", "a zip of files", lambda: zipped({"名册.csv": text()}), XLSX, 415, "file_is_archive"),
    ("BAD59", "a document type in the sheet", lambda: with_sheet(DOCTYPE.decode()), XLSX, 422, "document_type_found"),
    ("BAD59", "one in a part nobody reads", lambda: zipped(parts_of(book()) | {"customXml/item1.xml": DOCTYPE}), XLSX, 422, "document_type_found"),
    ("BAD59", "one in UTF-16", lambda: zipped(parts_of(book()) | {"customXml/item1.xml": DOCTYPE.decode().encode("utf-16")}), XLSX, 422, "document_type_found"),
    ("BAD59", "one behind a long comment", lambda: with_sheet(f"<!--{'x' * 9_000}--><!DOCTYPE x><x/>"), XLSX, 422, "document_type_found"),
    ("BAD60", "a way up", lambda: zipped(parts_of(book()), also=[("../../etc/passwd", b"x")]), XLSX, 422, "archive_unsafe"),
    ("BAD60", "an absolute path", lambda: zipped(parts_of(book()), also=[("/etc/passwd", b"x")]), XLSX, 422, "archive_unsafe"),
    ("BAD60", "a path of Windows", lambda: zipped(parts_of(book()), also=[("C:\\x", b"x")]), XLSX, 422, "archive_unsafe"),
    ("BAD60", "a member in another case again", lambda: zipped(parts_of(book()), also=[("XL/workbook.xml", b"x")]), XLSX, 422, "archive_unsafe"),
    ("BAD60", "a link", lambda: zipped(parts_of(book()), also=[(link("xl/link.xml"), b"/etc/passwd")]), XLSX, 422, "archive_unsafe"),
    ("BAD61", "no headings", lambda: book(ROWS[1:]), XLSX, 422, "header_missing"),
    ("BAD62", "cells at the far corner, twice", lambda: with_sheet(makers.sheet_xml('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>')), XLSX, 422, "sheet_twisted"),
    ("BAD67", "all sheets hidden", lambda: bent(lambda p: p.update({"xl/workbook.xml": p["xl/workbook.xml"].replace(b'sheetId="1"', b'sheetId="1" state="hidden"')})), XLSX, 422, "sheet_missing"),
    ("BAD70", "an unclosed quote", lambda: text().replace("林静", '"林静', 1).encode(), CSV, 400, "quote_unclosed"),
    ("BAD70", "NUL", lambda: text().replace("林静", "林\0静").encode(), CSV, 422, "null_found"),
    ("BAD70", "no encoding at all", lambda: b"\xff\xff\xfe\x80\x81" * 9, CSV, 422, "encoding_unknown"),
    ("BAD70", "one endless line", lambda: b"," * 10_000_000, CSV, 413, "line_too_long"),
    ("BAD73", "a .docx plan where a roster belongs", lambda: zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}), "计划.docx", 415, "file_is_docx"),
    ("BAD74", ".doc", lambda: ole("WordDocument"), "名册.doc", 415, "file_is_doc"),
    ("BAD74", ".wps", lambda: ole("WordDocument"), "名册.wps", 415, "file_is_doc"),
    ("BAD74", ".pdf", lambda: b"%PDF-1.7 ...", "名册.pdf", 415, "file_is_pdf"),
    ("BAD76", "cut off", lambda: book()[:-500], XLSX, 400, "file_broken"),
    ("BAD76", "cut in the middle, the end put back", lambda: book()[:800] + book()[-900:], XLSX, 400, "file_broken"),
    ("BAD76", "a directory that is none", lambda: book().replace(b"PK\x01\x02", b"PK\x01\x03"), XLSX, 400, "file_broken"),
    ("BAD76", "a sheet that ends too early", lambda: with_sheet("<worksheet><sheetData><row>"), XLSX, 400, "file_broken"),
    ("BAD76", "packed in a way nobody unpacks", lambda: book().replace(b"\x08\x00", b"\x63\x00"), XLSX, 400, "file_broken"),
    ("ATK45", "a program renamed", lambda: b"MZ\x90\x00" + b"\0" * 99, XLSX, 415, "file_is_program"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("make", "name", "status", "code"),
    [pytest.param(*case[2:], id=f"{case[0]} {case[1]}") for case in CASES],
)
def test_a_file_is_refused_for_its_own_reason(
    make: Callable[[], bytes], name: str, status: int, code: str
) -> None:
    data = make()

    tracemalloc.start()
    with pytest.raises(FileRefused) as refused:
        sheets.read(data, name, TEACHERS)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (refused.value.status, refused.value.code) == (status, code), refused.value.text
    assert most < 64 * 1024 * 1024


def test_the_same_rows_are_taken_when_nothing_is_wrong_with_them() -> None:
    for data, name in ((book(), XLSX), (text().encode(), CSV)):
        sheet = sheets.read(data, name, TEACHERS)

        assert (len(sheet.rows), sheet.faults, sheet.warnings) == (3, [], [])


def test_every_refusal_says_what_to_do_in_chinese() -> None:
    said = set()
    for _, _, make, name, _, _ in CASES:
        with pytest.raises(FileRefused) as refused:
            sheets.read(make(), name, TEACHERS)
        said.add(refused.value.text)

    assert all(any("\u4e00" <= character <= "\u9fff" for character in one) for one in said)
