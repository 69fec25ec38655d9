"""Posts of a district, and of trainers, open the schools they count in: to be read, and never written."""

from typing import Any

import pytest

from services.directory import queries
from services.directory.domain.acts import MAY, Act
from shared import db, rights
from shared.auth import Actor
from shared.vocabulary import Role
from tests.directory.register import TODAY, TOWN
from tests.directory.test_posts import give, post_of
from tests.signed_in import CHEN, HU, LIN, OTHER_SCHOOL, QIAN, SCHOOL, SUN, WU, ZHAO, Door, code_of, said_in

NEWCOMER = {"teachers": [{"name": "新老师", "subject": "语文", "joined_on": "2026-10-14"}]}
SCHOOLS = {str(SCHOOL), str(OTHER_SCHOOL)}


def signed_in(door: Door, person: Any) -> Actor:
    """Who she is today, as a token would say."""
    with db.transaction(door.engine, write=False) as session:
        found = queries.actor_of(session, person_id=person.person_id, on=TODAY)
    assert found is not None
    return found


def of_the_district(door: Door, person: Any = CHEN) -> Actor:
    """Somebody who was given the district's post beside her own."""
    assert give(door, post_of(person, "township_office", district_id=str(TOWN))).status_code == 204
    return signed_in(door, person)


def read(door: Door, somebody: Actor, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = said_in(door.as_(somebody).get(path))["items"]
    return items


def test_a_post_of_a_district_opens_its_schools_to_be_read(door: Door) -> None:
    somebody = of_the_district(door)

    assert somebody.school_id == SCHOOL
    assert somebody.beyond == frozenset((SCHOOL, OTHER_SCHOOL))
    assert {one["school_id"] for one in read(door, somebody, "/schools")} == SCHOOLS
    assert [one["name"] for one in read(door, somebody, f"/schools/{OTHER_SCHOOL}/teachers")] == [HU.name]


def test_a_trainers_liaisons_open_the_linked_schools_on_their_days(door: Door) -> None:
    give(door, post_of(WU, "county_trainer"))
    link = {"person_id": str(WU.person_id), "school_id": str(OTHER_SCHOOL), "starts_on": "2026-10-01"}
    assert door.as_(QIAN).post("/liaisons", link).status_code == 204

    assert signed_in(door, WU).beyond == frozenset((OTHER_SCHOOL,))
    assert {one["school_id"] for one in read(door, signed_in(door, WU), "/schools")} == SCHOOLS
    ended = {**link, "ended_on": "2026-10-10"}
    door.as_(QIAN).post(
        "/liaisons/end", {name: ended[name] for name in ("person_id", "school_id", "ended_on")}
    )
    assert signed_in(door, WU).beyond == frozenset()


def test_who_leads_a_school_too_writes_in_her_own_and_nowhere_else(door: Door) -> None:
    principal = of_the_district(door, ZHAO)

    assert door.as_(principal).post(f"/schools/{SCHOOL}/teachers", NEWCOMER).status_code == 201
    assert code_of(door.as_(principal).post(f"/schools/{OTHER_SCHOOL}/teachers", NEWCOMER)) == (
        404,
        "not_found",
    )


@pytest.mark.parametrize(
    "path",
    [
        f"/schools/{OTHER_SCHOOL}/accounts",
        f"/people/{HU.person_id}",
        f"/people/{HU.person_id}/account",
        f"/people/{HU.person_id}/absences",
    ],
)
def test_what_only_an_office_reads_stays_with_the_office(door: Door, path: str) -> None:
    principal = of_the_district(door, ZHAO)

    assert code_of(door.as_(principal).get(path)) == (404, "not_found")
    assert door.as_(QIAN).get(path).status_code == 200


def test_who_has_no_school_of_her_own_writes_in_none(door: Door) -> None:
    for path, body in (
        (f"/schools/{SCHOOL}/teachers", NEWCOMER),
        (f"/people/{LIN.person_id}/absences", {"kind": "sick_leave", "starts_on": "2026-10-14"}),
    ):
        assert code_of(door.as_(SUN).post(path, body)) == (404, "not_found")
    assert door.as_(SUN).get(f"/schools/{SCHOOL}").status_code == 200
    assert code_of(door.as_(SUN).get(f"/schools/{OTHER_SCHOOL}")) == (404, "not_found")


def test_one_is_told_what_one_may_do(door: Door) -> None:
    told = {one: said_in(door.as_(one).get("/me"))["may"] for one in (LIN, ZHAO, QIAN, SUN)}

    assert told[LIN] == told[SUN] == []
    assert told[QIAN] == [*Act, *rights.Act]
    assert told[ZHAO] == [act for act, roles in {**MAY, **rights.MAY}.items() if Role.PRINCIPAL in roles]
    assert told[ZHAO] == said_in(door.as_(ZHAO).get("/me/acts"))["may"]
    assert said_in(door.as_(SUN).get("/me"))["beyond"] == [str(SCHOOL)]
