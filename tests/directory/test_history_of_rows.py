"""Rows come along through the directory's migrations, and back."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, MetaData, insert, select
from sqlalchemy.exc import IntegrityError

from services.directory.service import SERVICE
from shared import db, migrations

ENTERED = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)
SCHOOLS = [UUID(int=number) for number in (1, 2, 3)]
PEOPLE = [UUID(int=number) for number in (11, 12, 13)]
TABLES = ("schools", "people", "memberships", "posts", "accounts")


def school_row(number: int, name: str, township: str, **other: Any) -> dict[str, Any]:
    return {
        "id": SCHOOLS[number],
        "name": name,
        "name_key": name,
        "stage": "primary",
        "township": township,
        "opened_on": date(1998, 9, 1),
        "entered_at": ENTERED,
        **other,
    }


def during(number: int, starts: int, ends: int | None) -> dict[str, Any]:
    days = {"starts_on": date(starts, 9, 1), "ends_on": date(ends, 9, 1) if ends else None}
    return {"person_id": PEOPLE[number], **days}


FIRST_ROWS: Mapping[str, list[dict[str, Any]]] = {
    "schools": [
        school_row(0, "青石镇中心小学", "青石镇"),
        school_row(1, "双桥中学", "双桥乡", stage="junior"),
        school_row(2, "青石小学", "青石镇"),
    ],
    "people": [
        {"id": key, "name": name, "entered_at": ENTERED}
        for key, name in zip(PEOPLE, ("林老师", "钱科长", "无岗者"), strict=True)
    ],
    "memberships": [
        {"id": UUID(int=21), "school_id": SCHOOLS[0], "subject": "语文", **during(0, 2010, 2020)},
        {"id": UUID(int=22), "school_id": SCHOOLS[1], "subject": "语文", **during(0, 2020, None)},
    ],
    "posts": [
        {"id": UUID(int=31), "school_id": SCHOOLS[0], "role": "teacher", **during(0, 2010, 2020)},
        {"id": UUID(int=32), "school_id": SCHOOLS[1], "role": "principal", **during(0, 2020, None)},
        {"id": UUID(int=33), "school_id": None, "role": "county_officer", **during(1, 2015, None)},
    ],
    "accounts": [{"person_id": PEOPLE[0], "username": "lin", "password_hash": "x"}],
}


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Engine]:
    """A database of the first step, empty."""
    engine = db.make_engine(f"sqlite:///{tmp_path / 'directory.sqlite'}")
    migrations.upgrade(engine, SERVICE.migrations, to="0001")
    yield engine
    engine.dispose()


def write(engine: Engine, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    with db.transaction(engine) as session:
        connection = session.connection()
        tables = reflected(connection)
        for name, several in rows.items():
            connection.execute(insert(tables[name]), [_stored(tables[name], row) for row in several])


def reflected(connection: Connection) -> Mapping[str, Any]:
    found = MetaData()
    found.reflect(connection)
    return found.tables


def _stored(table: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """SQLite's tables as read back know no ids and no moments: both are text there."""
    return {name: _plain(value, table.columns[name].type) for name, value in row.items()}


def _plain(value: Any, kind: Any) -> Any:
    if isinstance(value, UUID) and kind.python_type is str:
        return value.hex
    if isinstance(value, datetime) and not getattr(kind, "timezone", False):
        return value.replace(tzinfo=None)
    return value


def rows_of(engine: Engine, *names: str) -> dict[str, list[Any]]:
    with db.transaction(engine, write=False) as session:
        connection = session.connection()
        tables = reflected(connection)
        return {
            name: sorted((_said(row) for row in connection.execute(select(tables[name]))), key=repr)
            for name in names
        }


def _said(row: Any) -> dict[str, str]:
    return {key: str(value) for key, value in sorted(row._mapping.items())}


def test_rows_of_the_first_step_get_a_history_and_come_back_as_they_were(first: Engine) -> None:
    write(first, FIRST_ROWS)
    before = rows_of(first, *TABLES)

    migrations.upgrade(first, SERVICE.migrations)
    found = rows_of(first, "districts", "district_records", "school_records", "person_records", "memberships")
    migrations.downgrade(first, SERVICE.migrations, to="0001")

    assert sorted((one["name"], one["kind"]) for one in found["districts"]) == [
        ("双桥乡", "township"),
        ("青石镇", "town"),
    ]
    assert {one["starts_on"] for one in found["district_records"]} == {"1950-01-01"}
    assert sorted(one["name"] for one in found["school_records"]) == [
        "双桥中学",
        "青石小学",
        "青石镇中心小学",
    ]
    assert {one["starts_on"] for one in found["school_records"]} == {"1998-09-01"}
    assert sorted((one["name"], one["starts_on"]) for one in found["person_records"]) == [
        ("无岗者", "2026-09-01"),
        ("林老师", "2010-09-01"),
        ("钱科长", "2015-09-01"),
    ]
    assert {one["kind"] for one in found["memberships"]} == {"home"}
    assert rows_of(first, *TABLES) == before


def test_a_township_written_in_two_ways_becomes_one_district(first: Engine) -> None:
    two = [school_row(0, "甲小学", "青石镇"), school_row(1, "乙小学", "青石 镇")]
    write(first, {"schools": two})

    migrations.upgrade(first, SERVICE.migrations)

    found = rows_of(first, "districts", "school_records")
    assert [one["name_key"] for one in found["districts"]] == ["青石镇"]
    assert len({one["district_id"] for one in found["school_records"]}) == 1


def test_facts_that_came_along_are_watched_over(first: Engine) -> None:
    write(first, FIRST_ROWS)
    migrations.upgrade(first, SERVICE.migrations)

    for change in ("UPDATE memberships SET subject = 'x'", "DELETE FROM memberships"):
        with pytest.raises(IntegrityError, match="dated facts"), db.transaction(first) as session:
            session.connection().exec_driver_sql(change)


GROUPS = {
    "groups": [
        {
            "id": UUID(int=41 + number),
            "school_id": SCHOOLS[0],
            "within_id": UUID(int=41) if number else None,
            "kind": "lpg" if number else "trg",
            "name": name,
            "starts_on": date(2024, 9, 1),
            "ends_on": None,
            "entered_at": ENTERED,
        }
        for number, name in enumerate(("语文教研组", "一年级备课组"))
    ],
    "group_memberships": [
        {"id": UUID(int=51), "group_id": UUID(int=42), "recorded_at": ENTERED, **during(0, 2024, None)}
    ],
    "school_aliases": [
        {
            "id": UUID(int=61),
            "school_id": SCHOOLS[0],
            "alias": "一小",
            "alias_key": "一小",
            "entered_at": ENTERED,
        }
    ],
}


def test_groups_get_their_names_by_day_and_come_back_as_they_were(first: Engine) -> None:
    write(first, FIRST_ROWS)
    migrations.upgrade(first, SERVICE.migrations, to="0002")
    write(first, GROUPS)
    before = rows_of(first, *GROUPS)

    migrations.upgrade(first, SERVICE.migrations)
    records = rows_of(first, "group_records")["group_records"]
    write(first, newer_rows())
    migrations.downgrade(first, SERVICE.migrations, to="0002")

    assert sorted((one["name"], one["starts_on"]) for one in records) == [
        ("一年级备课组", "2024-09-01"),
        ("语文教研组", "2024-09-01"),
    ]
    assert rows_of(first, *GROUPS) == before
    migrations.upgrade(first, SERVICE.migrations)


def newer_rows() -> dict[str, list[dict[str, Any]]]:
    """What the step before knows nothing of: a leading group with a duty, an alias that was removed."""
    leading = UUID(int=43)
    known = {"starts_on": date(2025, 9, 1), "recorded_at": ENTERED}
    alias = {"id": UUID(int=62), "school_id": SCHOOLS[0], "alias": "老名", "alias_key": "老名"}
    return {
        "groups": [
            {"id": leading, "school_id": SCHOOLS[0], "kind": "leading", "version": 0, "entered_at": ENTERED}
        ],
        "group_records": [{"id": UUID(int=44), "group_id": leading, "name": "领导小组", **known}],
        "group_memberships": [
            {"id": UUID(int=52), "group_id": leading, "person_id": PEOPLE[0], "duty": "组长", **known}
        ],
        "school_aliases": [{**alias, "entered_at": ENTERED, "removed_at": ENTERED}],
    }
