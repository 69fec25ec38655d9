"""Schools are renamed, moved and otherwise amended from a day on; what was, and what was known, stays."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from shared.events.directory import SchoolChanged
from shared.vocabulary import SchoolStage
from tests.directory.register import NOW
from tests.signed_in import CHEN, HU, OTHER_SCHOOL, QIAN, SCHOOL, ZHAO, Door, Person, code_of, said_in
from tests.signed_in import wrong_fields as wrong

RENAME = {"name": "青石镇第一小学", "starts_on": "2026-09-01"}
HERE = f"/schools/{SCHOOL}"


def version_of(door: Door, school_id: object = SCHOOL) -> int:
    return int(said_in(door.as_(QIAN).get(f"/schools/{school_id}"))["version"])


def amended(door: Door, verb: str, body: object, *, by: Any = QIAN, school: object = SCHOOL) -> TestResponse:
    return door.as_(by).post(f"/schools/{school}/{verb}", body, seen=version_of(door, school))


def name_on(person: Person, day: str, *, known_at: object = None) -> str:
    known = f"&known_at={known_at:%Y-%m-%dT%H:%M:%SZ}" if known_at else ""
    return str(said_in(person.get(f"{HERE}?on={day}{known}"))["name"])


def test_a_renamed_school_keeps_its_old_name_for_the_days_before(door: Door) -> None:
    answer = amended(door, "rename", RENAME)

    assert said_in(answer)["name"] == "青石镇第一小学"
    assert name_on(door.as_(CHEN), "2026-08-31") == "青石镇中心小学"
    assert name_on(door.as_(CHEN), "2026-09-01") == "青石镇第一小学"
    assert door.said() == [
        SchoolChanged(
            school_id=SCHOOL,
            version=1,
            name="青石镇第一小学",
            stage=SchoolStage.PRIMARY,
            township="青石镇",
            closed_on=None,
        )
    ]


def test_a_correction_of_the_past_leaves_what_was_known_before(door: Door) -> None:
    door.later(days=1)
    amended(door, "rename", {"name": "青石村小学", "starts_on": "1998-09-01", "ends_on": "2005-09-01"})

    qian = door.as_(QIAN)
    assert name_on(qian, "2000-01-01") == "青石村小学"
    assert name_on(qian, "2000-01-01", known_at=NOW + timedelta(hours=1)) == "青石镇中心小学"
    assert name_on(qian, "2026-10-15") == "青石镇中心小学"


def test_a_school_moves_to_a_township_nobody_named_before(door: Door) -> None:
    assert (
        said_in(amended(door, "move", {"township": "双桥镇", "starts_on": "2026-09-01"}))["township"]
        == "双桥镇"
    )

    before = said_in(door.as_(QIAN).get(f"{HERE}?on=2026-08-31"))
    assert before["township"] == "青石镇"


def test_stage_category_and_central_school_change_from_a_day_on(door: Door) -> None:
    body = {
        "stage": "nine_year",
        "category": "village",
        "central_school_id": str(OTHER_SCHOOL),
        "starts_on": "2026-09-01",
    }

    school = said_in(amended(door, "amend", body))

    assert {name: school[name] for name in body if name != "starts_on"} == {
        name: value for name, value in body.items() if name != "starts_on"
    }
    assert said_in(door.as_(QIAN).get(f"{HERE}?on=2026-08-31"))["central_school_id"] is None


def test_no_school_looks_after_itself_at_any_remove(door: Door) -> None:
    later = {"starts_on": "2026-09-01"}
    amended(door, "amend", {"central_school_id": str(OTHER_SCHOOL), **later})

    ring = amended(door, "amend", {"central_school_id": str(SCHOOL), **later}, school=OTHER_SCHOOL)
    itself = amended(door, "amend", {"central_school_id": str(SCHOOL), **later})

    assert code_of(ring) == (409, "central_school_ring")
    assert code_of(itself) == (409, "central_school_ring")


def test_a_central_school_nobody_knows_is_not_found(door: Door) -> None:
    answer = amended(door, "amend", {"central_school_id": str(uuid4()), "starts_on": "2026-09-01"})

    assert code_of(answer) == (404, "not_found")


@pytest.mark.parametrize(("by", "code"), [(ZHAO, (403, "forbidden")), (HU, (404, "not_found"))])
def test_only_the_county_office_amends_a_school(door: Door, by: Any, code: tuple[int, str]) -> None:
    assert code_of(amended(door, "rename", RENAME, by=by)) == code
    assert door.said() == []


def test_who_has_not_seen_the_newest_is_told_to_look_again(door: Door) -> None:
    qian = door.as_(QIAN)
    qian.post(f"{HERE}/rename", RENAME, seen=0)

    stale = qian.post(f"{HERE}/move", {"township": "双桥镇", "starts_on": "2026-09-01"}, seen=0)
    unread = qian.post(f"{HERE}/move", {"township": "双桥镇", "starts_on": "2026-09-01"})
    garbled = qian.post(f"{HERE}/move", {"township": "双桥镇", "starts_on": "2026-09-01"}, seen="x")

    assert code_of(stale) == (412, "stale_version")
    assert code_of(unread) == (428, "version_missing")
    assert code_of(garbled) == (412, "stale_version")
    assert qian.get(HERE).headers["ETag"] == '"1"'


def test_a_name_another_school_has_then_is_refused(door: Door) -> None:
    answer = amended(door, "rename", {"name": "县 实验小学", "starts_on": "2026-09-01"})

    assert code_of(answer) == (409, "school_name_taken")


def test_days_on_which_a_school_was_not_open_say_nothing(door: Door) -> None:
    body = {"name": "旧名小学", "starts_on": "1980-01-01", "ends_on": "1990-01-01"}

    assert code_of(amended(door, "rename", body)) == (409, "school_not_open")


def test_a_period_without_a_day_is_refused(door: Door) -> None:
    body = RENAME | {"ends_on": "2026-09-01"}

    assert code_of(amended(door, "rename", body)) == (409, "period_empty")


def test_every_wrong_field_is_named(door: Door) -> None:
    qian = door.as_(QIAN)

    rename = qian.post(f"{HERE}/rename", {"name": "校", "starts_on": "x", "version": 1}, seen=0)
    amend = qian.post(f"{HERE}/amend", {"starts_on": "2026-09-01"}, seen=0)

    assert set(wrong(rename)) == {"name", "starts_on", "version"}
    assert set(wrong(amend)) == {"stage"}


# --- districts


def test_a_renamed_township_keeps_its_old_name_for_the_days_before(door: Door) -> None:
    qian = door.as_(QIAN)
    (town,) = said_in(qian.get("/districts"))["items"]
    path = f"/districts/{town['district_id']}/rename"

    assert qian.post(path, {"name": "青石街道", "renamed_on": "2026-09-01"}).status_code == 200

    assert said_in(qian.get("/districts"))["items"] == [town | {"name": "青石街道", "kind": "street"}]
    assert said_in(qian.get(f"{HERE}?on=2026-08-31"))["township"] == "青石镇"
    assert said_in(qian.get(HERE))["township"] == "青石街道"
    assert [said.township for said in door.said() if isinstance(said, SchoolChanged)] == ["青石街道"] * 2


def test_a_district_is_entered_once_and_no_two_share_a_name(door: Door) -> None:
    qian = door.as_(QIAN)
    for _ in range(2):
        names = [one["name"] for one in said_in(qian.post("/districts", {"name": "双桥乡"}))["items"]]
    town = said_in(qian.get("/districts"))["items"][0]

    assert sorted(names) == sorted(["青石镇", "双桥乡"])
    clash = {"name": "双桥乡" if town["name"] == "青石镇" else "青石镇", "renamed_on": "2026-09-01"}
    assert code_of(qian.post(f"/districts/{town['district_id']}/rename", clash)) == (
        409,
        "district_name_taken",
    )


def test_only_the_county_office_keeps_the_districts(door: Door) -> None:
    assert code_of(door.as_(ZHAO).post("/districts", {"name": "双桥乡"})) == (403, "forbidden")
    unknown = door.as_(QIAN).post(
        f"/districts/{uuid4()}/rename", {"name": "甲镇", "renamed_on": "2026-09-01"}
    )
    assert code_of(unknown) == (404, "not_found")


# --- aliases, and finding a school by whatever it is called


def found(door: Door, text: str, *, by: Any = QIAN) -> list[tuple[str, str]]:
    answer = said_in(door.as_(by).get(f"/schools/find?text={text}"))
    assert answer["is_ambiguous"] == (len(answer["items"]) > 1)
    return [(one["name"], one["way"]) for one in answer["items"]]


def test_a_school_is_found_by_any_of_its_names(door: Door) -> None:
    amended(door, "rename", RENAME | {"short_name": "青石一小"})
    for school in (SCHOOL, OTHER_SCHOOL):
        door.as_(QIAN).post(f"/schools/{school}/aliases", {"alias": "一小"})

    assert found(door, "青石镇 第一小学") == [("青石镇第一小学", "name")]
    assert found(door, "青石镇中心小学") == [("青石镇第一小学", "former_name")]
    assert found(door, "青石一小") == [("青石镇第一小学", "short_name")]
    assert sorted(found(door, "一小")) == [("县实验小学", "alias"), ("青石镇第一小学", "alias")]
    assert found(door, "实验") == [("县实验小学", "name")]
    assert found(door, "没有这所") == []


def test_a_school_finds_itself_alone(door: Door) -> None:
    assert found(door, "小学", by=HU) == [("县实验小学", "name")]
    assert found(door, "青石镇中心小学", by=HU) == []


def test_an_alias_is_added_and_removed_once(door: Door) -> None:
    qian, path = door.as_(QIAN), f"{HERE}/aliases"
    for _ in range(2):
        aliases = said_in(qian.post(path, {"alias": "老街小学"}))["items"]
    assert [one["alias"] for one in aliases] == ["老街小学"]

    for _ in range(2):
        assert said_in(qian.post(f"{path}/remove", {"alias": "老街 小学"}))["items"] == []
    assert found(door, "老街小学") == []
    assert said_in(qian.post(path, {"alias": "老街小学"}))["items"] != []


@pytest.mark.parametrize("verb", ["aliases", "aliases/remove"])
def test_another_schools_aliases_are_not_there(door: Door, verb: str) -> None:
    assert code_of(door.as_(HU).post(f"{HERE}/{verb}", {"alias": "老街小学"})) == (404, "not_found")
    assert code_of(door.as_(HU).get(f"{HERE}/aliases")) == (404, "not_found")
    assert code_of(door.as_(ZHAO).post(f"{HERE}/{verb}", {"alias": "老街小学"})) == (403, "forbidden")


def test_the_day_asked_about_is_today_unless_another_is_named(door: Door) -> None:
    amended(door, "rename", {"name": "青石镇新小学", "starts_on": "2026-10-15"})

    assert said_in(door.as_(CHEN).get(HERE))["name"] == "青石镇中心小学"
    door.later(days=1)
    assert said_in(door.as_(CHEN).get(HERE))["name"] == "青石镇新小学"
    assert date(2026, 10, 15) > NOW.date()
