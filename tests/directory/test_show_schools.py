"""Schools and the people in them are shown to those within reach."""

from uuid import uuid4

from tests.signed_in import (
    CHEN,
    HU,
    OTHER_SCHOOL,
    QIAN,
    SCHOOL,
    WU,
    ZHAO,
    Door,
    code_of,
    said_in,
    wrong_fields,
)


def test_the_county_office_sees_every_school_page_by_page(door: Door) -> None:
    qian = door.as_(QIAN)

    first = said_in(qian.get("/schools?limit=1"))
    second = said_in(qian.get(f"/schools?limit=1&cursor={first['next_cursor']}"))

    assert [school["name"] for school in first["items"] + second["items"]] == ["青石镇中心小学", "县实验小学"]
    assert second["next_cursor"] is None


def test_a_school_sees_itself_alone(door: Door) -> None:
    schools = said_in(door.as_(HU).get("/schools"))["items"]

    assert [school["school_id"] for school in schools] == [str(OTHER_SCHOOL)]


def test_one_school_is_shown(door: Door) -> None:
    assert said_in(door.as_(CHEN).get(f"/schools/{SCHOOL}"))["stage"] == "primary"


def test_another_school_and_none_are_shown_alike(door: Door) -> None:
    another = door.as_(HU).get(f"/schools/{SCHOOL}")
    none = door.as_(HU).get(f"/schools/{uuid4()}")

    assert code_of(another) == (404, "not_found")
    assert another.json == none.json


def test_the_people_of_a_school_are_shown_page_by_page(door: Door) -> None:
    zhao = door.as_(ZHAO)

    first = said_in(zhao.get(f"/schools/{SCHOOL}/teachers?limit=3"))
    second = said_in(zhao.get(f"/schools/{SCHOOL}/teachers?limit=3&cursor={first['next_cursor']}"))

    names = [teacher["name"] for teacher in first["items"] + second["items"]]
    assert names == ["林老师", "陈老师", "吴老师", "赵校长"]
    assert second["next_cursor"] is None


def test_a_person_is_shown_with_subject_and_roles(door: Door) -> None:
    teachers = said_in(door.as_(CHEN).get(f"/schools/{SCHOOL}/teachers"))["items"]

    assert teachers[2] == {
        "person_id": str(WU.person_id),
        "name": "吴老师",
        "subject": "语文",
        "joined_on": "2020-09-01",
        "roles": teachers[2]["roles"],
    }
    assert set(teachers[2]["roles"]) == {"teacher", "group_leader"}


def test_the_people_of_another_school_are_not_shown(door: Door) -> None:
    assert code_of(door.as_(HU).get(f"/schools/{SCHOOL}/teachers")) == (404, "not_found")


def test_who_is_not_signed_in_sees_nobody(door: Door) -> None:
    for path in ("/schools", f"/schools/{SCHOOL}", f"/schools/{SCHOOL}/teachers"):
        assert code_of(door.anonymous().get(path)) == (401, "not_signed_in")


def test_a_page_is_asked_for_within_limits(door: Door) -> None:
    assert set(wrong_fields(door.as_(QIAN).get("/schools?limit=0&cursor=x"))) == {"limit", "cursor"}
