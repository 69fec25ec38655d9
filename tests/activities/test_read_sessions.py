"""Sessions are listed and shown within reach: one's own school, or all for the county office."""

import pytest

from tests.activities.facts import NOBODY, announced, held
from tests.signed_in import CHEN, HU, LIN, QIAN, SUN, WU, Door, code_of, said_in, wrong_fields


def listed(door: Door, query: str = "") -> list[str]:
    """The topics of the sessions Chen is shown."""
    return [one["topic"] for one in said_in(door.as_(CHEN).get(f"/sessions{query}"))["items"]]


def test_the_session_that_starts_last_comes_first(door: Door) -> None:
    announced(door, topic="一", starts_at="2026-10-20T15:00:00+08:00")
    announced(door, topic="二", starts_at="2026-10-21T15:00:00+08:00")
    announced(door, topic="三", starts_at="2026-10-19T15:00:00+08:00")

    assert listed(door) == ["二", "一", "三"]


def test_pages_follow_one_another_without_gap_or_repeat(door: Door) -> None:
    for number in range(5):
        announced(door, topic=str(number), starts_at="2026-10-20T15:00:00+08:00")
    everything, pages, cursor = listed(door), [], ""

    while cursor is not None:
        page = said_in(door.as_(CHEN).get(f"/sessions?limit=2{cursor and f'&cursor={cursor}'}"))
        pages.append([one["topic"] for one in page["items"]])
        cursor = page["next_cursor"]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [topic for page in pages for topic in page] == everything


def test_filters_by_state_and_by_the_countys_days(door: Door) -> None:
    held(door, topic="已办")
    announced(door, topic="凌晨", starts_at="2026-10-19T00:00:00+08:00")
    announced(door, topic="深夜", starts_at="2026-10-19T23:59:00+08:00")
    announced(door, topic="次日", starts_at="2026-10-20T00:00:00+08:00")

    assert listed(door, "?state=held") == ["已办"]
    assert listed(door, "?starts_from=2026-10-19&starts_to=2026-10-19") == ["深夜", "凌晨"]
    assert listed(door, "?starts_from=2026-10-20&state=announced") == ["次日"]
    assert listed(door, "?starts_to=2026-10-14") == ["已办"]


def test_sessions_are_asked_for_by_their_ids(door: Door) -> None:
    one, two, _three = (announced(door, topic=topic).rsplit("/", 1)[-1] for topic in ("一", "二", "三"))

    assert sorted(listed(door, f"?ids={one},{two},{NOBODY},{one}")) == ["一", "二"]
    assert said_in(door.as_(HU).get(f"/sessions?ids={one}"))["items"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?ids=", "ids"),
        (f"?ids={NOBODY},x", "ids"),
        (f"?ids={','.join([str(NOBODY)] * 51)}", "ids"),
        ("?state=HELD", "state"),
        ("?starts_from=2026-02-30", "starts_from"),
        ("?starts_to=9999-12-31", "starts_to"),
        ("?starts_from=0001-01-01", "starts_from"),
        ("?starts_from=2026-10-02&starts_to=2026-10-01", "starts_to"),
        ("?limit=0", "limit"),
        ("?limit=1000000", "limit"),
        ("?cursor=x", "cursor"),
    ],
)
def test_a_wrong_filter_is_named(door: Door, query: str, field: str) -> None:
    assert set(wrong_fields(door.as_(CHEN).get(f"/sessions{query}"))) == {field}


def test_an_unknown_filter_is_refused(door: Door) -> None:
    assert code_of(door.as_(CHEN).get("/sessions?school=x")) == (400, "unknown_parameter")


def test_a_cursor_of_nowhere_is_not_found(door: Door) -> None:
    assert code_of(door.as_(CHEN).get(f"/sessions?cursor={NOBODY}")) == (404, "not_found")


def test_another_school_sees_nothing(door: Door) -> None:
    path = announced(door)
    activity_id = path.rsplit("/", 1)[-1]
    hu = door.as_(HU)

    assert said_in(hu.get("/sessions"))["items"] == []
    assert code_of(hu.get(path)) == (404, "not_found")
    assert code_of(hu.get(f"/sessions?cursor={activity_id}")) == (404, "not_found")


def test_the_county_office_sees_every_school(door: Door) -> None:
    announced(door, topic="青山")
    elsewhere = {"topic": "他校", "speaker_id": str(HU.person_id), "plan_item_id": None}
    body = {"form": "noon_salon", "starts_at": "2026-10-14T16:00:00+08:00", "length_minutes": 40}
    said_in(door.as_(HU).post("/sessions", {**body, **elsewhere}))

    items = said_in(door.as_(QIAN).get("/sessions"))["items"]

    assert [(one["topic"], one["school_name"]) for one in items] == [
        ("他校", None),
        ("青山", "青山镇中心小学"),
    ]


def test_speaker_and_host_are_named_and_not_only_numbered(door: Door) -> None:
    path = announced(door, host_id=str(WU.person_id))
    announced(door, topic="无主讲", speaker_id=None)

    shown = said_in(door.as_(CHEN).get(path))
    both = said_in(door.as_(CHEN).get("/sessions"))["items"]

    assert (shown["speaker_name"], shown["host_name"]) == ("林老师", "吴老师")
    assert {(one["speaker_name"], one["host_name"]) for one in both} == {("林老师", "吴老师"), (None, None)}


def test_nobody_reads_without_signing_in(door: Door) -> None:
    path = announced(door)

    assert code_of(door.anonymous().get("/sessions")) == (401, "not_signed_in")
    assert code_of(door.anonymous().get(path)) == (401, "not_signed_in")


def test_a_session_is_shown_with_nothing_in_it_yet(door: Door) -> None:
    shown = said_in(door.as_(LIN).get(announced(door)))

    assert (shown["check_ins"], shown["record"], shown["attendees"]) == ([], None, [])


@pytest.mark.parametrize("path", [f"/sessions/{NOBODY}", "/sessions/1", "/sessions/%00"])
def test_what_is_not_there_is_not_found(door: Door, path: str) -> None:
    assert code_of(door.as_(WU).get(path)) == (404, "not_found")


def test_the_districts_office_reads_the_sessions_of_its_schools_and_touches_none(door: Door) -> None:
    path = announced(door)
    held_path = held(door)

    assert said_in(door.as_(SUN).get(path))["topic"]
    assert len(said_in(door.as_(SUN).get("/sessions"))["items"]) == 2
    for action in ("hold", "cancel", "check-ins"):
        body: dict[str, str] | None = {} if action == "check-ins" else None
        assert code_of(door.as_(SUN).post(f"{path}/{action}", body)) == (404, "not_found")
    revoking = {"teacher_ids": [str(LIN.person_id)], "reason": "签到有误"}
    assert code_of(door.as_(SUN).post(f"{held_path}/attendance/revocations", revoking)) == (404, "not_found")
