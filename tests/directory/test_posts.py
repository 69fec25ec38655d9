"""Posts are held by day, in a school, a district or the county; tokens with old roles are void."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from werkzeug.test import TestResponse

from services.directory import queries
from services.directory.domain.posts import MAY_GIVE
from shared import db
from shared.auth import Verifier
from shared.events.directory import AccessRevoked
from shared.vocabulary import Role
from tests.directory.register import NOW, PASSWORD, TODAY, TOWN
from tests.signed_in import (
    CHEN,
    DEPLOYMENT,
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
)
from tests.signed_in import wrong_fields as wrong

SINCE = "2026-09-01"


def post_of(person: Any, role: str, **other: Any) -> dict[str, Any]:
    return {"person_id": str(person.person_id), "role": role, "starts_on": SINCE, **other}


def at(school: UUID = SCHOOL) -> dict[str, str]:
    return {"school_id": str(school)}


def give(door: Door, *posts: dict[str, Any], by: Any = QIAN) -> TestResponse:
    return door.as_(by).post("/posts", {"posts": list(posts)})


def listed(door: Door, asked: str, *, by: Any = QIAN) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = said_in(door.as_(by).get(f"/posts?{asked}"))["items"]
    return items


def roles_of(door: Door, person: Any, *, on: str = "2026-10-14") -> list[str]:
    return sorted(one["role"] for one in listed(door, f"person_id={person.person_id}&on={on}"))


def end(door: Door, person: Any, role: str, day: str, *, by: Any = QIAN) -> TestResponse:
    (post,) = listed(door, f"person_id={person.person_id}&role={role}")
    return door.as_(by).post(f"/posts/{post['post_id']}/end", {"ended_on": day})


def test_several_posts_are_given_at_once(door: Door) -> None:
    answer = give(
        door,
        post_of(LIN, "academic_office", **at()),
        post_of(LIN, "recorder", **at(), ends_on="2027-09-01"),
        post_of(CHEN, "township_office", district_id=str(TOWN)),
        post_of(WU, "county_trainer"),
    )

    assert answer.status_code == 204
    assert roles_of(door, LIN) == ["academic_office", "recorder", "teacher"]
    assert roles_of(door, LIN, on="2026-08-31") == ["teacher"]
    assert roles_of(door, LIN, on="2027-09-01") == ["academic_office", "teacher"]
    assert roles_of(door, CHEN) == ["teacher", "township_office"]


def test_one_that_cannot_be_given_keeps_all_from_being_given(door: Door) -> None:
    answer = give(door, post_of(LIN, "recorder", **at()), post_of(CHEN, "county_trainer", **at()))

    assert code_of(answer) == (409, "wrong_place_for_post")
    assert roles_of(door, LIN) == ["teacher"]


def test_a_post_given_twice_is_held_once(door: Door) -> None:
    for _ in range(2):
        give(door, post_of(LIN, "recorder", **at()), by=ZHAO)

    assert len(listed(door, f"person_id={LIN.person_id}&role=recorder")) == 1


@pytest.mark.parametrize(
    ("role", "place"),
    [("principal", {}), ("township_office", at()), ("auditor", {"district_id": str(TOWN)})],
)
def test_a_post_has_its_place(door: Door, role: str, place: dict[str, str]) -> None:
    assert code_of(give(door, post_of(LIN, role, **place))) == (409, "wrong_place_for_post")


def test_a_group_leader_is_appointed_in_the_group(door: Door) -> None:
    assert code_of(give(door, post_of(LIN, "group_leader", **at()))) == (409, "post_needs_its_group")


# --- ended


def test_an_ended_post_is_void_at_once(door: Door) -> None:
    give(door, post_of(LIN, "academic_office", **at()))
    lin = door.as_(LIN)
    door.later(seconds=1)

    assert end(door, LIN, "academic_office", "2026-10-14").status_code == 204

    assert code_of(lin.get("/me")) == (401, "token_revoked")
    assert code_of(lin.post("/renew-token")) == (401, "token_revoked")
    assert door.said() == [
        AccessRevoked(person_id=LIN.person_id, school_id=SCHOOL, issued_before=door.now),
    ]
    assert roles_of(door, LIN) == ["teacher"]
    door.later(seconds=1)
    signed_in = door.anonymous().post("/sign-in", {"username": "lin", "password": PASSWORD})
    assert said_in(signed_in)["person"]["roles"] == ["teacher"]


def test_a_post_that_ends_on_a_day_to_come_is_held_until_then(door: Door) -> None:
    give(door, post_of(LIN, "academic_office", **at()))
    lin = door.as_(LIN)

    end(door, LIN, "academic_office", "2026-10-15")

    assert lin.get("/me").status_code == 200
    assert door.said() == []
    door.later(days=1)
    signed_in = door.anonymous().post("/sign-in", {"username": "lin", "password": PASSWORD})
    assert said_in(signed_in)["person"]["roles"] == ["teacher"]


def test_a_post_ended_twice_is_ended_once(door: Door) -> None:
    give(door, post_of(LIN, "recorder", **at()))
    (post,) = listed(door, f"person_id={LIN.person_id}&role=recorder")
    for _ in range(2):
        answer = door.as_(ZHAO).post(f"/posts/{post['post_id']}/end", {"ended_on": "2026-10-14"})
        assert answer.status_code == 204

    assert len(door.said()) == 1


def test_what_was_known_of_a_post_stays_known(door: Door) -> None:
    give(door, post_of(LIN, "recorder", **at()))
    door.later(days=1)
    end(door, LIN, "recorder", "2026-09-15")

    known_at = f"{NOW + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    day = f"person_id={LIN.person_id}&role=recorder&on=2026-10-01"
    assert listed(door, day) == []
    assert len(listed(door, f"{day}&known_at={known_at}")) == 1


# --- who may give which


def test_a_principal_gives_what_is_below_her_own(door: Door) -> None:
    assert give(door, post_of(LIN, "academic_office", **at()), by=ZHAO).status_code == 204
    assert code_of(give(door, post_of(LIN, "principal", **at()), by=ZHAO)) == (403, "forbidden")
    assert code_of(give(door, post_of(LIN, "county_trainer"), by=ZHAO)) == (403, "forbidden")


def test_nobody_gives_what_is_not_below_their_own_but_the_county_its_colleagues() -> None:
    ranks = {
        Role.ACADEMIC_OFFICE: {Role.ACADEMIC_OFFICE, Role.PRINCIPAL, Role.COUNTY_OFFICER},
        Role.PRINCIPAL: {Role.PRINCIPAL, Role.COUNTY_OFFICER, Role.AUDITOR},
    }
    for role, beyond in ranks.items():
        assert not MAY_GIVE[role] & beyond
    assert MAY_GIVE[Role.COUNTY_OFFICER] == set(Role)


def test_nobody_gives_or_ends_a_post_of_their_own(door: Door) -> None:
    assert code_of(give(door, post_of(ZHAO, "recorder", **at()), by=ZHAO)) == (409, "own_post")
    assert code_of(end(door, QIAN, "county_officer", "2026-10-14")) == (409, "own_post")


def test_another_schools_posts_are_not_there(door: Door) -> None:
    (post,) = listed(door, f"person_id={LIN.person_id}")

    ending = door.as_(HU).post(f"/posts/{post['post_id']}/end", {"ended_on": "2026-10-14"})
    none = door.as_(HU).post(f"/posts/{uuid4()}/end", {"ended_on": "2026-10-14"})

    assert code_of(ending) == (404, "not_found")
    assert ending.json == none.json
    assert code_of(give(door, post_of(LIN, "recorder", **at()), by=HU)) == (404, "not_found")
    assert code_of(give(door, post_of(LIN, "recorder", **at(OTHER_SCHOOL)), by=HU)) == (404, "not_found")
    assert {one["school_id"] for one in listed(door, "limit=200", by=HU)} == {str(OTHER_SCHOOL)}
    assert listed(door, f"school_id={SCHOOL}", by=HU) == []


def test_nobody_has_a_post_before_they_came(door: Door) -> None:
    early = post_of(LIN, "recorder", **at()) | {"starts_on": "2019-09-01"}

    assert code_of(give(door, early)) == (409, "does_not_belong")


def test_an_unknown_person_or_district_is_not_found(door: Door) -> None:
    nobody = post_of(LIN, "county_trainer") | {"person_id": str(uuid4())}

    assert code_of(give(door, nobody)) == (404, "not_found")
    assert code_of(give(door, post_of(LIN, "township_office", district_id=str(uuid4())))) == (
        404,
        "not_found",
    )


def test_every_wrong_field_of_a_post_is_named(door: Door) -> None:
    both = post_of(LIN, "recorder", **at(), district_id=str(TOWN))

    assert set(wrong(give(door, {"role": "boss"}))) == {
        "posts.0.role",
        "posts.0.person_id",
        "posts.0.starts_on",
    }
    assert set(wrong(give(door, both))) == {"posts.0.district_id"}
    assert code_of(door.anonymous().post("/posts", {"posts": [both]})) == (401, "not_signed_in")


# --- who could do this on that day


def could(door: Door, role: str, *, by: Any = QIAN, on: str = "2026-10-14", known_at: str = "") -> list[str]:
    known = f"&known_at={known_at}" if known_at else ""
    answer = door.as_(by).get(f"/schools/{SCHOOL}/who-could?role={role}&on={on}{known}")
    return [one["name"] for one in said_in(answer)["items"]]


def test_who_could_do_something_on_a_day_is_told_from_wherever_they_held_it(door: Door) -> None:
    give(door, post_of(HU, "township_office", district_id=str(TOWN)), post_of(HU, "county_trainer"))
    link = {"person_id": str(HU.person_id), "school_id": str(SCHOOL), "starts_on": "2026-10-01"}
    assert door.as_(QIAN).post("/liaisons", link).status_code == 204

    assert could(door, "principal") == ["赵校长"]
    assert could(door, "principal", on="2020-08-31") == []
    assert could(door, "township_office") == ["胡老师"]
    assert could(door, "county_trainer", on="2026-09-30") == []
    assert could(door, "county_trainer", by=CHEN) == ["胡老师"]
    assert could(door, "county_officer", by=CHEN) == ["钱科长"]


def test_a_post_corrected_away_could_be_told_then(door: Door) -> None:
    give(door, post_of(LIN, "recorder", **at()))
    door.later(days=1)
    end(door, LIN, "recorder", SINCE)

    assert could(door, "recorder") == []
    assert could(door, "recorder", known_at=f"{NOW + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}") == ["林老师"]


def test_another_school_is_not_told(door: Door) -> None:
    answer = door.as_(HU).get(f"/schools/{SCHOOL}/who-could?role=principal")

    assert code_of(answer) == (404, "not_found")


# --- trainers and the schools they look after


def test_a_liaison_holds_by_day_and_ends_with_the_trainers_post(door: Door) -> None:
    link = {"person_id": str(WU.person_id), "school_id": str(OTHER_SCHOOL), "starts_on": SINCE}
    assert code_of(door.as_(QIAN).post("/liaisons", link)) == (409, "not_a_trainer")
    give(door, post_of(WU, "county_trainer"))
    assert door.as_(QIAN).post("/liaisons", link).status_code == 204

    def linked(day: str, by: Any = QIAN) -> list[str]:
        asked = f"/liaisons?person_id={WU.person_id}&on={day}"
        return [one["school_id"] for one in said_in(door.as_(by).get(asked))["items"]]

    assert linked("2026-10-14", by=HU) == [str(OTHER_SCHOOL)]
    assert linked("2026-10-14", by=CHEN) == []
    end(door, WU, "county_trainer", "2026-10-01")
    assert linked("2026-09-30") == [str(OTHER_SCHOOL)]
    assert linked("2026-10-14") == []


def test_a_liaison_is_ended_by_the_county_office_alone(door: Door) -> None:
    give(door, post_of(WU, "county_trainer"))
    link = {"person_id": str(WU.person_id), "school_id": str(SCHOOL), "starts_on": SINCE}
    door.as_(QIAN).post("/liaisons", link)
    ending = {"person_id": str(WU.person_id), "school_id": str(SCHOOL), "ended_on": "2026-10-01"}

    assert code_of(door.as_(HU).post("/liaisons/end", ending)) == (404, "not_found")
    assert code_of(door.as_(HU).post("/liaisons", link)) == (404, "not_found")
    assert code_of(door.as_(ZHAO).post("/liaisons/end", ending)) == (403, "forbidden")
    for _ in range(2):
        assert door.as_(QIAN).post("/liaisons/end", ending).status_code == 204
    assert said_in(door.as_(QIAN).get(f"/liaisons?school_id={SCHOOL}"))["items"] == []


def test_where_posts_of_a_district_and_of_a_trainer_count_is_told(door: Door) -> None:
    give(door, post_of(WU, "county_trainer"), post_of(CHEN, "township_office", district_id=str(TOWN)))
    link = {"person_id": str(WU.person_id), "school_id": str(OTHER_SCHOOL), "starts_on": SINCE}
    door.as_(QIAN).post("/liaisons", link)

    with db.transaction(door.engine, write=False) as session:
        trainer, town, teacher = (
            queries.schools_within(session, person_id=one.person_id, on=TODAY) for one in (WU, CHEN, LIN)
        )

    assert [set(trainer), set(town), set(teacher)] == [{OTHER_SCHOOL}, {SCHOOL, OTHER_SCHOOL}, set()]


def test_a_post_of_a_district_does_not_open_the_whole_county(door: Door) -> None:
    give(door, post_of(LIN, "township_office", district_id=str(TOWN)), post_of(LIN, "county_trainer"))

    signed_in = door.anonymous().post("/sign-in", {"username": "lin", "password": PASSWORD})

    assert said_in(signed_in)["person"]["school_id"] == str(SCHOOL)
    assert said_in(signed_in)["person"]["roles"] == ["county_trainer", "teacher", "township_office"]
    verifier = Verifier(said_in(door.anonymous().get("/jwks")), deployment=DEPLOYMENT)
    actor = verifier.verify(said_in(signed_in)["token"], now=door.now).actor
    assert not actor.is_county
    assert actor.beyond == frozenset((SCHOOL, OTHER_SCHOOL))
