"""What people write: trimmed, in one form, nothing invisible, within limits; numbers are numbers."""

import pytest

from tests.signed_in import LIN, Door, wrong_fields


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("陈", "陈"),
        (" \u3000陈老师\u3000 ", "陈老师"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("𠮷野", "𠮷野"),
        ("e\u0301", "é"),
        ("很好👩‍🏫", "很好👩‍🏫"),
        ("字" * 64, "字" * 64),
    ],
)
def test_a_text_is_kept_trimmed_and_whole(door: Door, written: str, kept: str) -> None:
    answer = door.as_(LIN).post("/things", {"name": written})

    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["name"] == kept


@pytest.mark.parametrize(
    "written",
    ["", "  ", "\u3000", "字" * 65, "a\0b", "a\x1bb", "a\u202eb", "a\u200bb", "a\nb", "a\tb", None, 7, ["a"]],
)
def test_a_text_that_is_none_is_refused(door: Door, written: object) -> None:
    assert set(wrong_fields(door.as_(LIN).post("/things", {"name": written}))) == {"name"}


@pytest.mark.parametrize("remark", ["a" * 2_001, "a\0b", "a\u202eb"])
def test_a_text_nobody_bounded_is_bounded_all_the_same(door: Door, remark: str) -> None:
    assert set(wrong_fields(door.as_(LIN).post("/things", {"name": "a", "remark": remark}))) == {"remark"}


def test_a_longer_text_may_have_lines(door: Door) -> None:
    assert door.as_(LIN).post("/things", {"name": "a", "remark": "一\n二"}).status_code == 201


@pytest.mark.parametrize(
    "minutes", ["90", "\uff19\uff10", 1.5, 0.001, True, 0, -1, 1441, 10**9, None, [], {}]
)
def test_a_number_that_is_none_or_absurd_is_refused(door: Door, minutes: object) -> None:
    assert set(wrong_fields(door.as_(LIN).post("/things", {"name": "a", "minutes": minutes}))) == {"minutes"}


def test_a_number_nobody_bounded_is_bounded_all_the_same(door: Door) -> None:
    assert set(wrong_fields(door.as_(LIN).post("/things", {"name": "a", "sizes": [1, 2**31]}))) == {"sizes.1"}


@pytest.mark.parametrize(
    "day", ["2025-02-30", "2025/2/3", "25-1-1", "下周三", 20250203, "0001-01-01", "9999-12-31"]
)
def test_a_day_that_is_none_or_absurd_is_refused(door: Door, day: object) -> None:
    assert set(wrong_fields(door.as_(LIN).post("/things", {"name": "a", "made_on": day}))) == {"made_on"}


@pytest.mark.parametrize(
    "moment",
    ["2026-10-14T14:00:00", "2026-10-14", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", 1],
)
def test_a_moment_has_a_zone_and_a_year_one_can_reckon_with(door: Door, moment: object) -> None:
    assert set(wrong_fields(door.as_(LIN).post("/things", {"name": "a", "made_at": moment}))) == {"made_at"}
