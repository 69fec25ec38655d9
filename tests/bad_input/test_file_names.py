"""BAD75: names of files that would mislead a reader, a disk or a header."""

import pytest

from shared import sheets

NAMES = (
    ("300 characters", "名" * 300 + ".xlsx", "名" * 95 + ".xlsx"),
    ("a device of Windows", "CON.xlsx", "_CON.xlsx"),
    ("a device in small letters", "aux", "_aux"),
    ("the direction turned", "名册\u202excod.xlsx", "名册xcod.xlsx"),
    ("a path", "../../etc/名册.csv", "名册.csv"),
    ("a path of Windows", "C:\\Users\\钱\\名册.csv", "名册.csv"),
    ("quotes and new lines", '名"册\r\nX: y.csv', "名册X y.csv"),
    ("nothing", "...", "未命名"),
)


@pytest.mark.parametrize(("what", "name", "shown"), NAMES, ids=[f"BAD75 {case[0]}" for case in NAMES])
def test_a_name_is_made_harmless(what: str, name: str, shown: str) -> None:
    assert sheets.shown_name(name) == shown, what


@pytest.mark.parametrize("name", [case[1] for case in NAMES])
def test_a_header_holds_any_name(name: str) -> None:
    header = sheets.content_disposition(name)

    assert header.startswith("attachment; filename=")
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
