"""GET /inbox, POST /notices/<id>/read and /inbox/read-all: one's own notices, and nobody else's."""

from typing import Any
from uuid import UUID

import pytest

from shared.auth import Actor
from shared.events.credits import HoursAccrued, HoursReversed
from tests.notify.facts import hear, hours, joined, paired
from tests.signed_in import CHEN, HU, LIN, QIAN, ZHAO, Door, code_of


def test_a_mentor_reads_of_her_apprentice(door: Door) -> None:
    hear(door, joined(), paired(), hours(HoursAccrued))

    read = inbox(door, LIN)

    (notice,) = read["items"]
    assert (notice["title"], notice["kind_label"]) == ("您的徒弟陈老师获得2学时", "徒弟学时入账")
    assert notice["body"] == "2026年9月10日的活动出勤已确认，2学时记入校本研修。"
    assert (read["unread"], read["next_cursor"], notice["read_at"]) == (1, None, None)


def test_a_name_heard_later_stands_in_the_notice(door: Door) -> None:
    hear(door, paired(), hours(HoursAccrued), joined())

    assert inbox(door, LIN)["items"][0]["title"] == "您的徒弟陈老师获得2学时"


@pytest.mark.parametrize("somebody", [ZHAO, QIAN, HU], ids=lambda actor: actor.name)
def test_nobody_sees_anothers_notices(door: Door, somebody: Actor) -> None:
    hear(door, paired(), hours(HoursAccrued))

    assert inbox(door, somebody) == {"items": [], "next_cursor": None, "unread": 0}


def test_pages_follow_each_other_without_gap_or_repetition(door: Door) -> None:
    for number in range(5):
        door.later(minutes=1)
        hear(door, hours(HoursAccrued, activity_id=UUID(int=0xB0 + number)))

    first = inbox(door, CHEN, "?limit=2")
    second = inbox(door, CHEN, f"?limit=2&cursor={first['next_cursor']}")
    third = inbox(door, CHEN, f"?limit=2&cursor={second['next_cursor']}")

    activities = [notice["activity_id"] for page in (first, second, third) for notice in page["items"]]
    assert activities == [str(UUID(int=0xB0 + number)) for number in (4, 3, 2, 1, 0)]
    assert (third["next_cursor"], third["unread"]) == (None, 5)


def test_a_notice_is_read_once(door: Door) -> None:
    hear(door, hours(HoursAccrued))
    path = f"/notices/{inbox(door, CHEN)['items'][0]['id']}/read"

    first = door.as_(CHEN).post(path).get_json()
    door.later(hours=1)
    second = door.as_(CHEN).post(path).get_json()

    assert first["read_at"] is not None
    assert second == first
    assert inbox(door, CHEN)["unread"] == 0


def test_all_are_read_at_once(door: Door) -> None:
    hear(door, paired(), hours(HoursAccrued), hours(HoursReversed))

    read = [door.as_(CHEN).post("/inbox/read-all").get_json() for _ in range(2)]

    assert read == [{"read": 2}, {"read": 0}]
    assert (inbox(door, CHEN)["unread"], inbox(door, LIN)["unread"]) == (0, 2)


@pytest.mark.parametrize("path", ["/inbox/read-all", f"/notices/{UUID(int=1)}/read"])
def test_nobody_marks_without_signing_in(door: Door, path: str) -> None:
    assert door.anonymous().post(path).status_code == 401
    assert door.anonymous().get("/inbox").status_code == 401


@pytest.mark.parametrize("somebody", [LIN, ZHAO, QIAN, HU], ids=lambda actor: actor.name)
def test_anothers_notice_looks_like_none(door: Door, somebody: Actor) -> None:
    hear(door, hours(HoursAccrued))
    chens = inbox(door, CHEN)["items"][0]["id"]

    hers, nobodys = (door.as_(somebody).post(f"/notices/{one}/read") for one in (chens, UUID(int=1)))

    assert code_of(hers) == code_of(nobodys) == (404, "not_found")
    assert hers.get_json() == nobodys.get_json()
    assert inbox(door, CHEN)["unread"] == 1


@pytest.mark.parametrize("query", ["?limit=0", "?limit=201", "?limit=ten", "?cursor=yesterday"])
def test_a_page_out_of_reason_is_refused(door: Door, query: str) -> None:
    assert door.as_(CHEN).get(f"/inbox{query}").status_code == 422


def test_an_unknown_filter_is_refused(door: Door) -> None:
    assert door.as_(CHEN).get("/inbox?unread=true").status_code == 400


def inbox(door: Door, reader: Actor, query: str = "") -> dict[str, Any]:
    """What somebody finds in her inbox."""
    read: dict[str, Any] = door.as_(reader).get(f"/inbox{query}").get_json()
    return read
