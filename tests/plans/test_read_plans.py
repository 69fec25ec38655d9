"""Plans are listed and shown within reach: one's own school's, or all for the county office."""

import pytest

from tests.plans.facts import NOBODY, approved, draft, drafted, item, submitted
from tests.signed_in import CHEN, HU, QIAN, SUN, WU, Door, code_of, said_in, wrong_fields


def listed(door: Door, query: str = "") -> list[str]:
    """The titles of the plans Chen is shown."""
    return [one["title"] for one in said_in(door.as_(CHEN).get(f"/plans{query}"))["items"]]


def test_the_newest_comes_first(door: Door) -> None:
    for title in ("一", "二", "三"):
        drafted(door, title=title)
        door.later(seconds=1)

    assert listed(door) == ["三", "二", "一"]


def test_pages_follow_one_another_without_gap_or_repeat(door: Door) -> None:
    for number in range(5):
        drafted(door, title=str(number))
    everything, pages, cursor = listed(door), [], ""

    while cursor is not None:
        page = said_in(door.as_(CHEN).get(f"/plans?limit=2{cursor and f'&cursor={cursor}'}"))
        pages.append([one["title"] for one in page["items"]])
        cursor = page["next_cursor"]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [title for page in pages for title in page] == everything


def test_filters_by_state_and_school_year(door: Door) -> None:
    approved(door, title="通过")
    submitted(door, title="待审")
    drafted(door, title="明年", school_year=2027, items=[item(due_on="2027-10-01")])

    assert listed(door, "?state=approved") == ["通过"]
    assert listed(door, "?school_year=2027") == ["明年"]
    assert listed(door, "?school_year=2026&state=submitted") == ["待审"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?state=done", "state"),
        ("?school_year=x", "school_year"),
        ("?school_year=99999999999999999999", "school_year"),
        ("?limit=201", "limit"),
        ("?cursor=x", "cursor"),
    ],
)
def test_a_wrong_filter_is_named(door: Door, query: str, field: str) -> None:
    assert set(wrong_fields(door.as_(CHEN).get(f"/plans{query}"))) == {field}


def test_another_school_sees_nothing(door: Door) -> None:
    path = drafted(door)
    hu = door.as_(HU)

    assert said_in(hu.get("/plans"))["items"] == []
    assert code_of(hu.get(path)) == (404, "not_found")


def test_the_county_office_sees_every_school(door: Door) -> None:
    drafted(door, title="青山")
    door.later(seconds=1)
    said_in(door.as_(HU).post("/plans", draft(title="他校")))

    assert [one["title"] for one in said_in(door.as_(QIAN).get("/plans"))["items"]] == ["他校", "青山"]


def test_nobody_reads_without_signing_in(door: Door) -> None:
    path = drafted(door)

    assert code_of(door.anonymous().get("/plans")) == (401, "not_signed_in")
    assert code_of(door.anonymous().get(path)) == (401, "not_signed_in")


@pytest.mark.parametrize("path", [f"/plans/{NOBODY}", "/plans/1", "/plans/%00"])
def test_what_is_not_there_is_not_found(door: Door, path: str) -> None:
    assert code_of(door.as_(WU).get(path)) == (404, "not_found")


def test_the_districts_office_reads_the_plans_of_its_schools_and_touches_none(door: Door) -> None:
    path = submitted(door)

    assert said_in(door.as_(SUN).get(path))["title"]
    assert len(said_in(door.as_(SUN).get("/plans"))["items"]) == 1
    for action, body in (("submit", None), ("approve", None), ("return", {"reason": "请补充"})):
        assert code_of(door.as_(SUN).post(f"{path}/{action}", body)) == (404, "not_found")
