"""Groups are opened, renamed, led and ended by day; joint ones reach over the small schools of a district."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.events.directory import AccessRevoked
from tests.directory.register import NOW, TOWN
from tests.signed_in import CHEN, HU, LIN, OTHER_SCHOOL, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in
from tests.signed_in import wrong_fields as wrong

GROUP: dict[str, Any] = {
    "kind": "trg",
    "name": "语文教研组",
    "subject": "语文",
    "school_id": str(SCHOOL),
    "opened_on": "2024-09-01",
}
JOINT = {"kind": "joint", "name": "青石片语文组", "district_id": str(TOWN), "opened_on": "2024-09-01"}
ALL_ALONG = {"starts_on": "2024-09-01"}


def opened(door: Door, by: Any = ZHAO, **other: Any) -> str:
    return str(said_in(door.as_(by).post("/groups", GROUP | other))["group_id"])


@pytest.fixture
def group(door: Door) -> str:
    """The group for Chinese of Lin's school."""
    return opened(door)


@pytest.fixture
def joint(door: Door) -> str:
    """A group over the schools of the town."""
    return str(said_in(door.as_(QIAN).post("/groups", JOINT))["group_id"])


def let_in(door: Door, group: str, *people: Any, by: Any = ZHAO, **other: Any) -> Any:
    members = [{"person_id": str(one.person_id)} for one in people]
    return door.as_(by).post(f"/groups/{group}/members", {"members": members, **ALL_ALONG, **other})


def lead(door: Door, group: str, person: Any, *, by: Any = ZHAO, **other: Any) -> Any:
    body = {"person_id": str(person.person_id), **ALL_ALONG, **other}
    return door.as_(by).post(f"/groups/{group}/leaders", body)


def members(door: Door, group: str, day: str, *, by: Any = ZHAO, known_at: str = "") -> list[str]:
    known = f"&known_at={known_at}" if known_at else ""
    page = said_in(door.as_(by).get(f"/groups/{group}/members?on={day}{known}"))
    return [one["name"] for one in page["items"]]


def test_an_opened_group_is_shown_and_listed(door: Door) -> None:
    answer = said_in(door.as_(ZHAO).post("/groups", GROUP))

    assert answer == GROUP | {
        "group_id": answer["group_id"],
        "version": 0,
        "district_id": None,
        "within_id": None,
        "ended_on": None,
        "leaders": [],
        "member_count": 0,
    }
    assert said_in(door.as_(CHEN).get("/groups?kind=trg"))["items"] == [answer]
    assert said_in(door.as_(CHEN).get("/groups?on=2024-08-31"))["items"] == []


def test_members_come_and_go_by_day(door: Door, group: str) -> None:
    said_in(let_in(door, group, LIN, CHEN))
    left = {"ended_on": "2025-09-01"}
    said_in(door.as_(ZHAO).post(f"/groups/{group}/members/{CHEN.person_id}/leave", left))

    assert members(door, group, "2025-08-31") == ["林老师", "陈老师"]
    assert members(door, group, "2025-09-01") == ["林老师"]
    own = said_in(door.as_(CHEN).get(f"/groups?person_id={CHEN.person_id}&on=2025-01-01"))["items"]
    assert [one["group_id"] for one in own] == [group]


def test_what_was_known_of_the_members_stays_known(door: Door, group: str) -> None:
    let_in(door, group, LIN)
    door.later(days=1)
    let_in(door, group, CHEN)

    assert members(door, group, "2025-01-01") == ["林老师", "陈老师"]
    then = f"{NOW + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    assert members(door, group, "2025-01-01", known_at=then) == ["林老师"]


def test_one_leads_at_a_time_unless_another_leads_beside(door: Door, group: str) -> None:
    said_in(lead(door, group, WU))
    said_in(lead(door, group, LIN, starts_on="2025-09-01"))
    said_in(lead(door, group, CHEN, starts_on="2026-09-01", beside=True))

    def leaders(day: str) -> list[str]:
        return [one["name"] for one in said_in(door.as_(CHEN).get(f"/groups/{group}?on={day}"))["leaders"]]

    assert leaders("2025-08-31") == ["吴老师"]
    assert leaders("2025-09-01") == ["林老师"]
    assert leaders("2026-09-01") == ["林老师", "陈老师"]
    assert "林老师" in members(door, group, "2025-09-01")


def test_who_leads_no_longer_is_signed_out(door: Door, group: str) -> None:
    said_in(lead(door, group, LIN))
    lin = door.as_(LIN)
    door.later(seconds=1)

    body = {"ended_on": "2026-10-14"}
    said_in(door.as_(ZHAO).post(f"/groups/{group}/leaders/{LIN.person_id}/end", body))

    assert [one.person_id for one in door.said() if isinstance(one, AccessRevoked)] == [LIN.person_id]
    assert code_of(lin.get("/me")) == (401, "token_revoked")


def test_a_renamed_group_stays_the_same_with_its_people(door: Door, group: str) -> None:
    let_in(door, group, LIN)
    body = {"name": "大语文教研组", "starts_on": "2026-09-01"}

    answer = door.as_(ZHAO).post(f"/groups/{group}/rename", body, seen=1)

    assert said_in(answer)["name"] == "大语文教研组"
    before = said_in(door.as_(CHEN).get(f"/groups/{group}?on=2026-08-31"))
    assert (before["name"], before["member_count"]) == ("语文教研组", 1)
    assert members(door, group, "2026-09-01") == ["林老师"]


def test_an_ended_group_lets_everybody_go(door: Door, group: str) -> None:
    lead(door, group, LIN)

    answer = door.as_(ZHAO).post(f"/groups/{group}/end", {"ended_on": "2026-09-01"}, seen=1)

    assert said_in(answer)["ended_on"] == "2026-09-01"
    assert members(door, group, "2026-08-31") == ["林老师"]
    assert members(door, group, "2026-09-01") == []
    posts = said_in(door.as_(ZHAO).get(f"/posts?person_id={LIN.person_id}"))["items"]
    assert [one["role"] for one in posts] == ["teacher"]


def test_who_has_not_seen_the_newest_looks_again(door: Door, group: str) -> None:
    let_in(door, group, LIN)

    stale = door.as_(ZHAO).post(f"/groups/{group}/end", {"ended_on": "2026-09-01"}, seen=0)
    unread = door.as_(ZHAO).post(f"/groups/{group}/end", {"ended_on": "2026-09-01"})

    assert code_of(stale) == (412, "stale_version")
    assert code_of(unread) == (428, "version_missing")


def test_a_planning_group_is_part_of_a_research_group(door: Door, group: str) -> None:
    part = opened(door, kind="lpg", name="一年级备课组", within_id=group)

    assert said_in(door.as_(CHEN).get(f"/groups/{part}"))["within_id"] == group
    answer = door.as_(ZHAO).post(f"/groups/{group}/end", {"ended_on": "2026-09-01"}, seen=0)
    assert code_of(answer) == (409, "group_has_parts")


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"kind": "grade", "name": "一年级组"}, "group_not_within"),
        ({"kind": "lpg", "name": "一年级备课组", "opened_on": "2023-09-01"}, "larger_group_not_there"),
    ],
)
def test_only_a_planning_group_is_part_of_one_and_in_its_time(
    door: Door, group: str, other: dict[str, Any], code: str
) -> None:
    answer = door.as_(ZHAO).post("/groups", GROUP | {"within_id": group} | other)

    assert code_of(answer) == (409, code)


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"name": "语文 教研组"}, "group_name_taken"),
        ({"kind": "joint", "name": "联片组"}, "joint_group_needs_a_district"),
        ({"name": "早组", "opened_on": "1990-09-01"}, "school_not_open"),
    ],
)
def test_a_group_that_cannot_be_is_refused(door: Door, other: dict[str, Any], code: str) -> None:
    assert code_of(door.as_(ZHAO).post("/groups", GROUP | other)) == (409, code)


def test_days_on_which_a_group_does_not_meet_have_no_members(door: Door, group: str) -> None:
    assert code_of(let_in(door, group, LIN, starts_on="2023-09-01")) == (409, "group_not_there")
    assert code_of(lead(door, group, LIN, starts_on="2023-09-01")) == (409, "group_not_there")


def test_a_name_another_school_took_is_as_free_as_any(door: Door, group: str) -> None:
    """ATK05: an answer tells nothing of what another school has."""
    answer = door.as_(HU).post("/groups", GROUP | {"school_id": str(OTHER_SCHOOL)})

    assert said_in(answer)["name"] == GROUP["name"]
    assert said_in(answer)["group_id"] != group


def test_nobody_of_another_school_is_let_in(door: Door, group: str) -> None:
    assert code_of(let_in(door, group, HU)) == (404, "not_found")
    assert code_of(lead(door, group, HU)) == (404, "not_found")


# --- joint groups


def test_a_joint_group_takes_people_of_several_schools(door: Door, joint: str) -> None:
    said_in(let_in(door, joint, LIN, HU, by=QIAN))
    said_in(lead(door, joint, HU, by=QIAN))

    assert members(door, joint, "2025-01-01", by=CHEN) == ["林老师", "胡老师"]
    posts = said_in(door.as_(HU).get(f"/posts?person_id={HU.person_id}&role=group_leader"))["items"]
    assert [one["school_id"] for one in posts if one["group_id"] == joint] == [str(OTHER_SCHOOL)]


def test_a_joint_group_without_ones_own_people_is_not_there(door: Door, joint: str) -> None:
    said_in(let_in(door, joint, LIN, by=QIAN))

    assert code_of(door.as_(HU).get(f"/groups/{joint}")) == (404, "not_found")
    assert said_in(door.as_(HU).get("/groups"))["items"] == []
    assert said_in(door.as_(CHEN).get("/groups"))["items"] != []


def test_a_joint_group_is_the_countys_to_change(door: Door, joint: str) -> None:
    said_in(let_in(door, joint, LIN, by=QIAN))

    assert code_of(let_in(door, joint, CHEN, by=ZHAO)) == (403, "forbidden")
    assert code_of(door.as_(ZHAO).post("/groups", JOINT | {"name": "另一联片组"})) == (403, "forbidden")
    unknown = door.as_(QIAN).post("/groups", JOINT | {"district_id": str(uuid4())})
    assert code_of(unknown) == (404, "not_found")
    misplaced = door.as_(QIAN).post("/groups", JOINT | {"kind": "trg"})
    assert code_of(misplaced) == (409, "group_needs_a_school")


# --- leading groups


def test_a_leading_group_has_a_roster_of_duties(door: Door) -> None:
    leading = opened(door, kind="leading", name="校本研训领导小组")
    duties = [
        {"person_id": str(ZHAO.person_id), "duty": "组长：第一责任人，审定计划"},
        {"person_id": str(WU.person_id), "duty": "副组长：组织活动"},
    ]

    said_in(door.as_(ZHAO).post(f"/groups/{leading}/members", {"members": duties, **ALL_ALONG}))
    changed = {"members": [duties[1] | {"duty": "副组长：管档案"}], "starts_on": "2025-09-01"}
    said_in(door.as_(ZHAO).post(f"/groups/{leading}/members", changed))

    def roster(day: str) -> list[str]:
        page = said_in(door.as_(CHEN).get(f"/groups/{leading}/members?on={day}"))
        return [one["duty"] for one in page["items"]]

    assert roster("2025-08-31") == ["副组长：组织活动", "组长：第一责任人，审定计划"]
    assert roster("2025-09-01") == ["副组长：管档案", "组长：第一责任人，审定计划"]
    assert code_of(lead(door, leading, ZHAO)) == (409, "leading_group_has_duties")


def test_duties_are_for_leading_groups(door: Door, group: str) -> None:
    body = {"members": [{"person_id": str(LIN.person_id), "duty": "组长"}], **ALL_ALONG}

    answer = door.as_(ZHAO).post(f"/groups/{group}/members", body)

    assert code_of(answer) == (409, "duty_without_leading_group")


# --- who may


def test_another_schools_group_and_none_look_the_same(door: Door, group: str) -> None:
    hu = door.as_(HU)
    for path in (f"/groups/{group}", f"/groups/{group}/members"):
        assert code_of(hu.get(path)) == (404, "not_found")
    posts = {
        "rename": {"name": "新组", **ALL_ALONG},
        "end": {"ended_on": "2026-09-01"},
        "members": {"members": [{"person_id": str(HU.person_id)}], **ALL_ALONG},
        "leaders": {"person_id": str(HU.person_id), **ALL_ALONG},
        f"members/{LIN.person_id}/leave": {"ended_on": "2026-09-01"},
        f"leaders/{LIN.person_id}/end": {"ended_on": "2026-09-01"},
    }
    for verb, body in posts.items():
        another, none = (hu.post(f"/groups/{one}/{verb}", body, seen=0) for one in (group, uuid4()))
        assert code_of(another) == (404, "not_found")
        assert another.json == none.json
    assert code_of(hu.post("/groups", GROUP)) == (404, "not_found")


@pytest.mark.parametrize("by", [CHEN, WU])
def test_a_teacher_keeps_no_groups(door: Door, group: str, by: Any) -> None:
    assert code_of(door.as_(by).post("/groups", GROUP)) == (403, "forbidden")
    assert code_of(let_in(door, group, LIN, by=by)) == (403, "forbidden")
    assert code_of(lead(door, group, LIN, by=by)) == (403, "forbidden")


def test_who_is_not_signed_in_sees_no_group(door: Door, group: str) -> None:
    assert code_of(door.anonymous().get(f"/groups/{group}")) == (401, "not_signed_in")
    assert code_of(door.anonymous().post("/groups", GROUP)) == (401, "not_signed_in")


def test_every_wrong_field_of_a_group_is_named(door: Door, group: str) -> None:
    zhao = door.as_(ZHAO)

    assert set(wrong(zhao.post("/groups", {"kind": "club", "name": "x", "opened_on": 1}))) == {
        "kind",
        "name",
        "opened_on",
    }
    two = GROUP | {"district_id": str(TOWN)}
    assert set(wrong(zhao.post("/groups", two))) == {"school_id"}
    assert set(wrong(zhao.post(f"/groups/{group}/members", {"members": []}))) == {"members", "starts_on"}


def test_who_was_never_in_a_group_does_not_leave_it(door: Door, group: str) -> None:
    answer = door.as_(ZHAO).post(
        f"/groups/{group}/members/{CHEN.person_id}/leave", {"ended_on": "2026-09-01"}
    )

    assert code_of(answer) == (404, "not_found")


def test_a_leader_of_no_school_leads_no_joint_group(door: Door, joint: str) -> None:
    assert code_of(lead(door, joint, QIAN, by=QIAN)) == (404, "not_found")
