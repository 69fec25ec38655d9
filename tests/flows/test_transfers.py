"""A teacher moves in February: her hours go along, what was reported of October stays as it was."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy import audit
from deploy.cast import FIRST_PASSWORD
from deploy.demo_county import settle_in
from shared.client import Problem
from shared.vocabulary import Role
from tests.cast import CHEN, HU, QIAN, QINGSHI, SCHOOL_YEAR, SHIYAN, WU, ZHAO, Member
from tests.world import World

SUN = Member(name="孙校长", username="sunhead", school=SHIYAN, roles=(Role.PRINCIPAL,))
"""Leads the school to which Chen moves."""
OCTOBER = datetime(2026, 10, 15, 8, tzinfo=UTC)
FEBRUARY = datetime(2027, 2, 10, 8, tzinfo=UTC)
MOVED_ON = "2027-02-15"
MARCH = datetime(2027, 3, 15, 8, tzinfo=UTC)
END_OF_OCTOBER = "2026-10-31"


@pytest.fixture
def county(world: World) -> World:
    """The county in the middle of October, with a principal in Hu's school."""
    go_to(world, OCTOBER)
    newcomer = {"name": SUN.name, "subject": "语文", "roles": ["principal"], "joined_on": "2026-09-01"}
    body = {"teachers": [{**newcomer, "username": SUN.username, "password": FIRST_PASSWORD}]}
    world.as_person(QIAN).post("directory", f"/schools/{school_ids(world)[SHIYAN.name]}/teachers", body)
    settle_in(world.county.clients["directory"], SUN)
    world.settle()
    return world


def go_to(world: World, moment: datetime) -> None:
    """Time passes until then."""
    world.later(moment - world.clock())


def school_ids(world: World) -> dict[str, str]:
    """The schools of the county, by name."""
    return {
        one["name"]: one["school_id"] for one in world.as_person(QIAN).get("directory", "/schools")["items"]
    }


def moved(world: World) -> None:
    """Chen's transfer: Zhao proposes, Sun agrees."""
    body = {
        "person_id": world.id_of(CHEN),
        "to_school_id": school_ids(world)[SHIYAN.name],
        "subject": "语文",
        "effective_on": MOVED_ON,
    }
    transfer = world.as_person(ZHAO).post("directory", "/transfers", body)
    world.as_person(SUN).post("directory", f"/transfers/{transfer['transfer_id']}/agree", {})


def board(world: World, **query: Any) -> dict[str, tuple[int, int]]:
    """(teachers, average) of each school, as the county sees it."""
    said = world.as_person(QIAN).get("credits", "/board", school_year=SCHOOL_YEAR, **query)
    return {one["name"]: (one["teachers"], one["average_hundredths"]) for one in said["schools"]}


def statement(world: World, who: Member, **query: Any) -> Any:
    """Chen's year, as somebody sees it."""
    path = f"/teachers/{world.id_of(CHEN)}/statement"
    return world.as_person(who).get("credits", path, school_year=SCHOOL_YEAR, **query)


def findings(world: World) -> Sequence[Any]:
    """What an audit says of the county."""
    return audit.run({name: running.engine for name, running in world.platform.running.items()})


def at_the_new_school(world: World) -> str:
    """A session of Hu's group in March that Chen attended; its id."""
    go_to(world, MARCH)
    hu = world.as_person(HU)
    activity = hu.announce(starts_at=world.clock() - timedelta(minutes=90))
    hu.hold(activity)
    hu.confirm(activity, {world.id_of(CHEN): 45})
    world.settle()
    return activity


def test_what_was_reported_of_october_stays(county: World) -> None:
    county.confirmed_activity()
    go_to(county, FEBRUARY)
    before = board(county, on=END_OF_OCTOBER), statement(county, ZHAO, on=END_OF_OCTOBER)

    moved(county)
    county.settle()
    at_the_new_school(county)

    assert (board(county, on=END_OF_OCTOBER), statement(county, ZHAO, on=END_OF_OCTOBER)) == before
    assert board(county) == {QINGSHI.name: (3, 0), SHIYAN.name: (3, 100), "双桥镇中学": (0, 0)}
    assert findings(county) == []


def test_the_hours_go_along_and_each_school_sees_its_part(county: World) -> None:
    county.confirmed_activity()
    go_to(county, FEBRUARY)
    moved(county)
    county.settle()
    at_the_new_school(county)

    new, old = statement(county, SUN), statement(county, ZHAO)

    assert [entry["hours_hundredths"] for entry in new["entries"]] == [100, 200]
    assert (new["note"], new["total"] is not None) == (None, True)
    assert [entry["hours_hundredths"] for entry in old["entries"]] == [200]
    assert old["total"] is None
    assert "2026年9月1日至2027年2月14日" in old["note"]
    assert county.as_person(CHEN).balance_hundredths() == 300


def test_the_school_she_left_finds_nothing_of_the_time_after(county: World) -> None:
    go_to(county, FEBRUARY)
    moved(county)
    county.settle()
    activity = at_the_new_school(county)
    (entry,) = statement(county, SUN)["entries"]

    for service, path, query in (
        ("credits", f"/entries/{entry['id']}", {}),
        ("credits", f"/teachers/{county.id_of(CHEN)}/statement", {"school_year": SCHOOL_YEAR + 1}),
        ("activities", f"/sessions/{activity}", {}),
        ("directory", f"/people/{county.id_of(CHEN)}", {}),
    ):
        with pytest.raises(Problem) as refused:
            county.as_person(ZHAO).get(service, path, **query)
        assert refused.value.status == 404


@pytest.mark.parametrize("order", [("directory", "activities"), ("activities", "directory")], ids=str)
def test_in_either_order_of_arrival_the_end_is_the_same(county: World, order: tuple[str, str]) -> None:
    activity = county.held_activity()
    go_to(county, FEBRUARY)
    moved(county)
    county.as_person(WU).confirm(activity, {county.id_of(CHEN): 90})

    for producer in order:
        county.relays[producer].step(now=county.clock())
        county.workers["credits"].step(clock=county.clock, wait_seconds=0)
    county.settle()
    go_to(county, MARCH)

    assert board(county) == {QINGSHI.name: (3, 0), SHIYAN.name: (3, 66), "双桥镇中学": (0, 0)}
    assert board(county, on=END_OF_OCTOBER)[QINGSHI.name] == (4, 50)
    assert findings(county) == []


def test_two_entries_of_one_person_are_read_as_one_until_that_is_undone(county: World) -> None:
    newcomer = {"name": CHEN.name, "subject": "语文", "joined_on": "2026-09-01"}
    path = f"/schools/{school_ids(county)[QINGSHI.name]}/teachers"
    (twin,) = county.as_person(QIAN).post("directory", path, {"teachers": [newcomer]})["teachers"]
    county.settle()
    activities = [county.held_activity(), county.held_activity()]
    for activity, person_id in zip(activities, (county.id_of(CHEN), twin["person_id"]), strict=True):
        county.as_person(WU).confirm(activity, {person_id: 90})
    county.settle()
    before = board(county), statement(county, ZHAO)

    merge = county.as_person(QIAN).post(
        "directory", f"/people/{county.id_of(CHEN)}/merges", {"alias_id": twin["person_id"]}
    )
    county.settle()

    assert before[0][QINGSHI.name] == (5, 80)
    assert board(county)[QINGSHI.name] == (4, 100)
    assert statement(county, ZHAO)["counted_hundredths"] == 400
    assert findings(county) == []
    county.as_person(QIAN).post("directory", f"/merges/{merge['merge_id']}/undo")
    county.settle()
    assert (board(county), statement(county, ZHAO)) == before
    assert findings(county) == []
