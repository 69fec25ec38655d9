"""Schools are closed and opened again, merged and split; all of it is looked at before, and may be undone."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from werkzeug.test import TestResponse

from shared.events.directory import AccessRevoked, SchoolChanged, TeacherChanged
from tests.directory.register import NOW
from tests.signed_in import (
    CHEN,
    HU,
    LIN,
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

HERE = f"/schools/{SCHOOL}"
MERGE = {"into_id": str(OTHER_SCHOOL), "merged_on": "2026-09-01"}
EVERYBODY = {str(one.person_id) for one in (LIN, CHEN, WU, ZHAO)}


@pytest.fixture
def empty(door: Door) -> str:
    """A school without anybody in it."""
    school = {"name": "双桥教学点", "stage": "primary", "township": "双桥镇", "opened_on": "2020-09-01"}
    return str(said_in(door.as_(QIAN).post("/schools", school))["school_id"])


def close(door: Door, school_id: str, day: str, *, by: Any = QIAN, seen: int = 0) -> TestResponse:
    return door.as_(by).post(f"/schools/{school_id}/close", {"closed_on": day}, seen=seen)


def teachers(door: Door, school: UUID, *, day: str = "2026-10-14", known_at: str = "") -> set[str]:
    known = f"&known_at={known_at}" if known_at else ""
    page = said_in(door.as_(QIAN).get(f"/schools/{school}/teachers?on={day}{known}"))
    return {one["person_id"] for one in page["items"]}


def roles(door: Door, school: UUID, person: Any) -> list[str]:
    page = said_in(door.as_(QIAN).get(f"/posts?school_id={school}&person_id={person.person_id}"))
    return sorted(one["role"] for one in page["items"])


# --- closed


def test_a_closed_school_is_open_until_that_day(door: Door, empty: str) -> None:
    assert said_in(close(door, empty, "2026-09-01"))["closed_on"] == "2026-09-01"

    def listed(day: str) -> bool:
        page = said_in(door.as_(QIAN).get(f"/schools?on={day}"))
        return empty in {one["school_id"] for one in page["items"]}

    assert listed("2026-08-31")
    assert not listed("2026-09-01")
    said = door.said()[-1]
    assert isinstance(said, SchoolChanged)
    assert str(said.closed_on) == "2026-09-01"


def test_a_school_with_people_is_not_closed_and_they_are_named(door: Door) -> None:
    answer = close(door, str(SCHOOL), "2026-09-01")

    assert code_of(answer) == (409, "school_has_members")
    assert answer.json is not None
    assert "还有4人" in answer.json["title"]
    assert door.said() == []


def test_before_it_is_closed_everybody_affected_is_named(door: Door) -> None:
    seen = said_in(door.as_(QIAN).get(f"{HERE}/close/preview?on=2026-09-01"))

    assert {one["person_id"] for one in seen["members"]} == EVERYBODY
    assert (seen["member_count"], seen["post_count"], seen["pairing_count"]) == (4, 5, 0)


def test_a_school_opened_again_on_the_day_it_closed_is_as_before(door: Door, empty: str) -> None:
    group = {"kind": "trg", "name": "语文组", "school_id": empty, "opened_on": "2020-09-01"}
    said_in(door.as_(QIAN).post("/groups", group))
    close(door, empty, "2026-09-01")
    assert said_in(door.as_(QIAN).get(f"/groups?school_id={empty}"))["items"] == []

    answer = door.as_(QIAN).post(f"/schools/{empty}/reopen", {"reopened_on": "2026-09-01"}, seen=1)

    assert said_in(answer)["closed_on"] is None
    assert len(said_in(door.as_(QIAN).get(f"/groups?school_id={empty}"))["items"]) == 1


def test_a_school_opened_again_later_was_closed_in_between(door: Door, empty: str) -> None:
    close(door, empty, "2024-09-01")
    door.as_(QIAN).post(f"/schools/{empty}/reopen", {"reopened_on": "2026-09-01"}, seen=1)

    days = ("2024-08-31", "2025-09-01", "2026-09-01")
    pages = [said_in(door.as_(QIAN).get(f"/schools?on={day}"))["items"] for day in days]
    assert [empty in {one["school_id"] for one in page} for page in pages] == [True, False, True]


@pytest.mark.parametrize(
    ("day", "code"), [("2020-09-01", "closes_before_opening"), ("1949-01-01", "day_out_of_range")]
)
def test_a_school_closes_on_a_day_that_makes_sense(door: Door, empty: str, day: str, code: str) -> None:
    assert code_of(close(door, empty, day)) == (409, code)


def test_an_open_school_is_not_opened_again(door: Door, empty: str) -> None:
    answer = door.as_(QIAN).post(f"/schools/{empty}/reopen", {"reopened_on": "2026-09-01"}, seen=0)

    assert code_of(answer) == (409, "school_is_open")


def test_a_name_taken_meanwhile_keeps_a_school_closed(door: Door, empty: str) -> None:
    close(door, empty, "2024-09-01")
    other = {"name": "双桥教学点", "stage": "primary", "township": "双桥镇", "opened_on": "2025-09-01"}
    said_in(door.as_(QIAN).post("/schools", other))

    answer = door.as_(QIAN).post(f"/schools/{empty}/reopen", {"reopened_on": "2026-09-01"}, seen=1)

    assert code_of(answer) == (409, "school_name_taken")


@pytest.mark.parametrize("verb", ["close/preview", "merge/preview"])
def test_another_school_is_not_looked_at(door: Door, verb: str) -> None:
    assert code_of(door.as_(HU).get(f"{HERE}/{verb}?on=2026-09-01")) == (404, "not_found")
    assert code_of(door.anonymous().get(f"{HERE}/{verb}?on=2026-09-01")) == (401, "not_signed_in")


@pytest.mark.parametrize(("by", "code"), [(ZHAO, (403, "forbidden")), (HU, (404, "not_found"))])
def test_only_the_county_office_closes_and_merges(door: Door, by: Any, code: tuple[int, str]) -> None:
    person = door.as_(by)

    assert code_of(close(door, str(SCHOOL), "2026-09-01", by=by)) == code
    assert code_of(person.post(f"{HERE}/reopen", {"reopened_on": "2026-09-01"}, seen=0)) == code
    if by is HU:
        assert code_of(person.post(f"{HERE}/merge", MERGE)) == code
        body = {"into_id": str(OTHER_SCHOOL), "split_on": "2026-09-01", "people": [str(LIN.person_id)]}
        assert code_of(person.post(f"{HERE}/split", body)) == code
        assert code_of(person.get(f"{HERE}/lineages")) == code


# --- merged


def test_a_merged_school_closes_and_its_people_go_along(door: Door) -> None:
    lineage = said_in(door.as_(QIAN).post(f"{HERE}/merge", MERGE))["items"]

    assert [(one["kind"], one["from_school_name"], one["to_school_name"]) for one in lineage] == [
        ("merged", "青石镇中心小学", "县实验小学")
    ]
    assert teachers(door, OTHER_SCHOOL) == EVERYBODY | {str(HU.person_id)}
    assert teachers(door, SCHOOL) == set()
    assert teachers(door, SCHOOL, day="2026-08-31") == EVERYBODY
    assert said_in(door.as_(QIAN).get(HERE))["closed_on"] == "2026-09-01"


def test_in_the_other_school_they_are_teachers_and_lead_nobody(door: Door) -> None:
    door.as_(QIAN).post(f"{HERE}/merge", MERGE)

    assert roles(door, OTHER_SCHOOL, WU) == ["teacher"]
    assert roles(door, OTHER_SCHOOL, ZHAO) == []
    assert roles(door, SCHOOL, ZHAO) == []


def test_a_merger_is_said_and_old_tokens_are_void(door: Door) -> None:
    lin = door.as_(LIN)
    door.later(seconds=1)

    door.as_(QIAN).post(f"{HERE}/merge", MERGE)

    said = door.said()
    assert {one.teacher_id for one in said if isinstance(one, TeacherChanged)} == {
        UUID(one) for one in EVERYBODY
    }
    belongs = next(one.belongs for one in said if isinstance(one, TeacherChanged))
    assert [one.school_id for one in belongs] == [SCHOOL, OTHER_SCHOOL]
    assert {one.person_id for one in said if isinstance(one, AccessRevoked)} == {
        LIN.person_id,
        ZHAO.person_id,
    }
    assert code_of(lin.get("/me")) == (401, "token_revoked")


def test_a_merger_undone_was_never_there_but_is_still_known(door: Door) -> None:
    (lineage,) = said_in(door.as_(QIAN).post(f"{HERE}/merge", MERGE))["items"]
    door.later(days=1)

    undone = door.as_(QIAN).post(f"/lineages/{lineage['lineage_id']}/undo")

    assert undone.status_code == 204
    assert teachers(door, SCHOOL) == EVERYBODY
    assert teachers(door, OTHER_SCHOOL) == {str(HU.person_id)}
    assert roles(door, SCHOOL, ZHAO) == ["principal"]
    assert said_in(door.as_(QIAN).get(f"{HERE}/lineages"))["items"] == []
    meanwhile = f"{NOW + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    assert teachers(door, SCHOOL, known_at=meanwhile) == set()
    again = door.as_(QIAN).post(f"/lineages/{lineage['lineage_id']}/undo")
    assert code_of(again) == (409, "lineage_undone")
    assert said_in(door.as_(QIAN).post(f"{HERE}/merge", MERGE))["items"] != []


def test_a_merger_is_not_undone_over_what_was_changed_since(door: Door) -> None:
    (lineage,) = said_in(door.as_(QIAN).post(f"{HERE}/merge", MERGE))["items"]
    retired = {"kind": "retired", "starts_on": "2026-10-01"}
    said_in(door.as_(QIAN).post(f"/people/{CHEN.person_id}/absences", retired))

    answer = door.as_(QIAN).post(f"/lineages/{lineage['lineage_id']}/undo")

    assert code_of(answer) == (409, "changed_since")
    assert str(LIN.person_id) in teachers(door, OTHER_SCHOOL)


def test_a_merged_school_is_not_opened_again_but_its_merger_undone(door: Door) -> None:
    door.as_(QIAN).post(f"{HERE}/merge", MERGE)
    version = said_in(door.as_(QIAN).get(HERE))["version"]

    answer = door.as_(QIAN).post(f"{HERE}/reopen", {"reopened_on": "2026-09-01"}, seen=version)

    assert code_of(answer) == (409, "school_was_merged")


def test_schools_it_looked_after_are_looked_after_by_the_other(door: Door, empty: str) -> None:
    body = {"central_school_id": str(SCHOOL), "starts_on": "2025-09-01"}
    said_in(door.as_(QIAN).post(f"/schools/{empty}/amend", body, seen=0))
    preview = said_in(door.as_(QIAN).get(f"{HERE}/merge/preview?on=2026-09-01"))
    assert [one["name"] for one in preview["looks_after"]] == ["双桥教学点"]

    door.as_(QIAN).post(f"{HERE}/merge", MERGE)

    after = [
        said_in(door.as_(QIAN).get(f"/schools/{empty}?on={day}")) for day in ("2026-08-31", "2026-09-01")
    ]
    assert [one["central_school_id"] for one in after] == [str(SCHOOL), str(OTHER_SCHOOL)]


def test_a_merger_asked_for_twice_happens_once(door: Door) -> None:
    qian = door.as_(QIAN)

    first, second = (qian.post(f"{HERE}/merge", MERGE, key="k") for _ in range(2))

    assert first.json == second.json
    assert code_of(qian.post(f"{HERE}/merge", MERGE)) == (409, "lineage_exists")


def test_a_school_merges_with_another_that_is_open(door: Door, empty: str) -> None:
    qian = door.as_(QIAN)
    close(door, empty, "2024-09-01")

    assert code_of(qian.post(f"{HERE}/merge", MERGE | {"into_id": str(SCHOOL)})) == (409, "same_school")
    assert code_of(qian.post(f"{HERE}/merge", MERGE | {"into_id": empty})) == (409, "school_not_open")
    assert code_of(qian.post(f"{HERE}/merge", MERGE | {"into_id": str(uuid4())})) == (404, "not_found")
    assert set(wrong_fields(qian.post(f"{HERE}/merge", {"into_id": 1}))) == {"into_id", "merged_on"}


# --- split


def test_part_of_a_school_goes_on_in_another(door: Door, empty: str) -> None:
    body = {"into_id": empty, "split_on": "2026-09-01", "people": [str(LIN.person_id), str(CHEN.person_id)]}

    (lineage,) = said_in(door.as_(QIAN).post(f"{HERE}/split", body))["items"]

    assert teachers(door, UUID(empty)) == {str(LIN.person_id), str(CHEN.person_id)}
    assert teachers(door, SCHOOL) == {str(WU.person_id), str(ZHAO.person_id)}
    assert said_in(door.as_(QIAN).get(HERE))["closed_on"] is None
    assert door.as_(QIAN).post(f"/lineages/{lineage['lineage_id']}/undo").status_code == 204
    assert teachers(door, SCHOOL) == EVERYBODY


def test_nobody_of_a_third_school_goes_along(door: Door, empty: str) -> None:
    body = {"into_id": empty, "split_on": "2026-09-01", "people": [str(LIN.person_id), str(HU.person_id)]}

    assert code_of(door.as_(QIAN).post(f"{HERE}/split", body)) == (404, "not_found")
    assert teachers(door, SCHOOL) == EVERYBODY


# --- left behind


def test_nobody_is_left_behind_by_a_merger(door: Door) -> None:
    door.as_(QIAN).post(f"{HERE}/merge", MERGE)

    assert said_in(door.as_(QIAN).get("/left-behind"))["items"] == []


def test_who_joined_for_days_after_the_closing_is_left_behind(door: Door, empty: str) -> None:
    close(door, empty, "2026-09-01")
    newcomer = {"name": "孙老师", "subject": "数学", "joined_on": "2026-09-01"}
    said_in(door.as_(QIAN).post(f"/schools/{empty}/teachers", {"teachers": [newcomer]}))

    assert [one["name"] for one in said_in(door.as_(QIAN).get("/left-behind"))["items"]] == ["孙老师"]
    assert said_in(door.as_(HU).get("/left-behind"))["items"] == []
