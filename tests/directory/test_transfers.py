"""Transfers: both schools agree, then the register is rewritten from a day on; the past stays known."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.directory import commands
from shared import db
from shared.auth import Actor
from shared.events.directory import AccessRevoked, TeacherChanged
from shared.vocabulary import Role
from tests.signed_in import CHEN, HU, LIN, OTHER_SCHOOL, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in

STRANGER = Actor(
    person_id=UUID(int=0xE1), name="远校长", school_id=UUID(int=0x59), roles=frozenset({Role.PRINCIPAL})
)
FEBRUARY = "2027-02-15"


def proposal(**changed: Any) -> dict[str, Any]:
    """Lin moves to Hu's school in February."""
    return {
        "person_id": str(LIN.person_id),
        "to_school_id": str(OTHER_SCHOOL),
        "subject": "语文",
        "effective_on": FEBRUARY,
        **changed,
    }


def proposed(door: Door, **changed: Any) -> str:
    """The path of a transfer that Zhao proposed."""
    shown = said_in(door.as_(ZHAO).post("/transfers", proposal(**changed)))
    return f"/transfers/{shown['transfer_id']}"


def agreed(door: Door, **changed: Any) -> str:
    """The same, with Hu's agreement."""
    path = proposed(door, **changed)
    said_in(door.as_(HU).post(f"{path}/agree", {}))
    return path


def places(door: Door, on: str) -> list[tuple[str, str]]:
    """Where Lin belongs on a day: (school, kind)."""
    page = said_in(door.as_(QIAN).get(f"/people/{LIN.person_id}?on={on}"))
    return [
        (one["school"], one["kind"])
        for one in page["memberships"]
        if one["starts_on"] <= on and (one["ends_on"] is None or on < one["ends_on"])
    ]


def test_a_transfer_takes_effect_when_both_schools_have_agreed(door: Door) -> None:
    path = proposed(door)
    assert places(door, FEBRUARY) == [("青石镇中心小学", "home")]

    shown = said_in(door.as_(HU).post(f"{path}/agree", {}))

    assert shown["state"] == "agreed"
    assert places(door, "2027-02-14") == [("青石镇中心小学", "home")]
    assert places(door, FEBRUARY) == [("县实验小学", "home")]
    (said,) = [event for event in door.said() if isinstance(event, TeacherChanged)]
    assert [(one.school_id, str(one.ends_on)) for one in said.belongs] == [
        (SCHOOL, FEBRUARY),
        (OTHER_SCHOOL, "None"),
    ]


def test_each_school_sees_what_waits_for_it(door: Door) -> None:
    proposed(door)

    waiting = [
        len(said_in(door.as_(who).get("/transfers?waits_for_me=true"))["items"]) for who in (ZHAO, HU, QIAN)
    ]

    assert waiting == [0, 1, 1]


def test_the_county_may_agree_for_either_school(door: Door) -> None:
    shown = said_in(door.as_(QIAN).post("/transfers", proposal()))
    path = f"/transfers/{shown['transfer_id']}"
    assert (shown["is_let_go"], shown["is_taken"]) == (False, False)

    half = said_in(door.as_(QIAN).post(f"{path}/agree", {"side": "taking"}))
    whole = said_in(door.as_(QIAN).post(f"{path}/agree", {"side": "letting_go"}))

    assert (half["state"], whole["state"]) == ("proposed", "agreed")


@pytest.mark.parametrize("ways", ["", "/preview"])
def test_another_schools_transfer_is_not_found(door: Door, ways: str) -> None:
    path = proposed(door)

    assert code_of(door.as_(STRANGER).get(path + ways)) == (404, "not_found")


def test_a_teacher_sees_her_own_transfer_and_nobody_elses(door: Door) -> None:
    path = proposed(door)

    assert said_in(door.as_(LIN).get(path))["state"] == "proposed"
    assert len(said_in(door.as_(LIN).get("/transfers"))["items"]) == 1
    assert code_of(door.as_(CHEN).get(path)) == (404, "not_found")
    assert said_in(door.as_(CHEN).get("/transfers"))["items"] == []


@pytest.mark.parametrize("verb", ["agree", "refuse", "call-off", "undo"])
def test_nobody_else_touches_it(door: Door, verb: str) -> None:
    path = proposed(door)
    body = {} if verb == "agree" else {"reason": "试一试"}

    assert code_of(door.as_(STRANGER).post(f"{path}/{verb}", body)) == (404, "not_found")
    assert code_of(door.as_(WU).post(f"{path}/{verb}", body)) == (403, "forbidden")
    assert code_of(door.anonymous().post(f"{path}/{verb}", body))[0] == 401


def test_somebody_of_another_school_is_named_by_number_and_name_only(door: Door) -> None:
    said_in(door.as_(QIAN).post(f"/people/{LIN.person_id}/staff-number", {"staff_no": "T-1001"}))
    body = proposal(person_id=None, to_school_id=None, staff_no="T-1001", name="林老师")

    by_id = door.as_(HU).post("/transfers", proposal(to_school_id=None))
    wrong = door.as_(HU).post("/transfers", {**body, "name": "陈老师"})
    right = said_in(door.as_(HU).post("/transfers", body))

    assert code_of(by_id) == code_of(wrong) == (404, "not_found")
    assert (right["is_let_go"], right["is_taken"]) == (False, True)


def test_nobody_proposes_a_transfer_between_two_other_schools(door: Door) -> None:
    said_in(door.as_(QIAN).post(f"/people/{LIN.person_id}/staff-number", {"staff_no": "T-1001"}))
    body = proposal(person_id=None, staff_no="T-1001", name="林老师")

    assert code_of(door.as_(STRANGER).post("/transfers", body)) == (404, "not_found")


def test_one_transfer_is_open_at_a_time(door: Door) -> None:
    path = proposed(door)

    assert code_of(door.as_(ZHAO).post("/transfers", proposal())) == (409, "transfer_open")
    said_in(door.as_(HU).post(f"{path}/refuse", {"reason": "没有空编"}))
    assert said_in(door.as_(HU).get(path))["reason"] == "没有空编"
    proposed(door)


def test_only_who_proposed_it_calls_it_off(door: Door) -> None:
    path = proposed(door)

    assert code_of(door.as_(HU).post(f"{path}/call-off", {})) == (403, "forbidden")
    assert said_in(door.as_(ZHAO).post(f"{path}/call-off", {}))["state"] == "called_off"
    assert code_of(door.as_(HU).post(f"{path}/agree", {})) == (409, "transfer_settled")


REFUSED = {
    "transfer_too_early": {"effective_on": "2026-08-31", "because": "补办"},
    "transfer_needs_reason": {"effective_on": "2026-09-15"},
    "transfer_without_end": {"ends_on": "2027-07-01"},
    "transfer_needs_end": {"kind": "seconded"},
    "period_empty": {"kind": "seconded", "ends_on": FEBRUARY},
    "transfer_same_school": {"to_school_id": str(SCHOOL)},
    "day_out_of_range": {"effective_on": "2029-02-01"},
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_no_register_holds_is_refused(door: Door, code: str) -> None:
    assert code_of(door.as_(ZHAO).post("/transfers", proposal(**REFUSED[code]))) == (409, code)


def test_a_late_transfer_ends_posts_and_voids_tokens_at_once(door: Door) -> None:
    lin = door.as_(LIN)
    assert lin.get("/me").status_code == 200

    door.later(minutes=1)
    agreed(door, effective_on="2026-10-01", because="九月底已报到，补办手续")

    assert code_of(lin.get("/me")) == (401, "token_revoked")
    page = said_in(door.as_(HU).get(f"/people/{LIN.person_id}"))
    assert [(post["school"], post["role"]) for post in page["posts"]] == [("县实验小学", "teacher")]
    assert len([event for event in door.said() if isinstance(event, AccessRevoked)]) == 1


def test_a_transfer_to_come_leaves_todays_tokens_alone(door: Door) -> None:
    lin = door.as_(LIN)

    agreed(door)

    assert lin.get("/me").status_code == 200
    assert not [event for event in door.said() if isinstance(event, AccessRevoked)]


def test_a_secondment_is_a_second_place_with_an_end(door: Door) -> None:
    agreed(door, kind="seconded", ends_on="2027-07-01")

    assert sorted(places(door, "2027-03-01")) == [("县实验小学", "seconded"), ("青石镇中心小学", "home")]
    assert places(door, "2027-07-01") == [("青石镇中心小学", "home")]


def test_the_county_undoes_what_was_a_mistake(door: Door) -> None:
    path = agreed(door, effective_on="2026-10-01", because="补办")
    assert code_of(door.as_(ZHAO).post(f"{path}/undo", {"reason": "弄错了人"})) == (403, "forbidden")

    shown = said_in(door.as_(QIAN).post(f"{path}/undo", {"reason": "弄错了人"}))

    assert shown["state"] == "undone"
    assert places(door, "2026-10-01") == places(door, FEBRUARY) == [("青石镇中心小学", "home")]
    page = said_in(door.as_(QIAN).get(f"/people/{LIN.person_id}"))
    assert [(post["school"], post["role"]) for post in page["posts"]] == [("青石镇中心小学", "teacher")]


def test_what_others_built_on_is_not_undone(door: Door) -> None:
    path = agreed(door, effective_on="2026-10-01", because="补办")
    body = {"starts_on": "2026-10-05", "subject": "数学"}
    said_in(door.as_(HU).post(f"/people/{LIN.person_id}/amend", body))

    assert code_of(door.as_(QIAN).post(f"{path}/undo", {"reason": "弄错了人"})) == (409, "changed_since")


def test_a_preview_says_what_will_change_and_writes_nothing(door: Door) -> None:
    paired = {"mentor_id": str(LIN.person_id), "apprentice_id": str(CHEN.person_id)}
    said_in(door.as_(ZHAO).post("/pairings", {**paired, "started_on": "2026-09-01"}))

    seen = said_in(door.as_(ZHAO).post("/transfers/preview", proposal()))

    assert [(one["school"], one["ends_on"]) for one in seen["before"]] == [("青石镇中心小学", None)]
    assert [(one["school"], one["starts_on"]) for one in seen["after"]] == [
        ("青石镇中心小学", "2020-09-01"),
        ("县实验小学", FEBRUARY),
    ]
    assert (seen["posts_ending"], len(seen["pairings_in_question"])) == (["teacher"], 1)
    assert door.rows("transfers") == []


def test_a_preview_of_an_open_transfer_says_the_same(door: Door) -> None:
    transfer_id = UUID(proposed(door).rsplit("/", 1)[1])

    with db.transaction(door.engine, write=False) as session:
        seen = commands.preview_transfer(session, actor=ZHAO, transfer_id=transfer_id, now=door.now)

    assert (seen.posts_ending, seen.tokens_void_on) == ([Role.TEACHER], date.fromisoformat(FEBRUARY))


def test_the_other_school_sees_neither_posts_nor_pairings(door: Door) -> None:
    path = proposed(door)

    seen = said_in(door.as_(HU).get(f"{path}/preview"))

    assert (seen["posts_ending"], seen["pairings_in_question"]) == ([], [])


def test_pairings_of_a_transferred_mentor_are_not_ended(door: Door) -> None:
    paired = {"mentor_id": str(LIN.person_id), "apprentice_id": str(CHEN.person_id)}
    said_in(door.as_(ZHAO).post("/pairings", {**paired, "started_on": "2026-09-01"}))

    agreed(door, effective_on="2026-10-01", because="补办")

    (pairing,) = said_in(door.as_(ZHAO).get("/pairings"))["items"]
    assert pairing["ended_on"] is None


def test_every_school_is_named_to_whoever_proposes(door: Door) -> None:
    names = [one["name"] for one in said_in(door.as_(ZHAO).get("/transfers/schools"))["schools"]]

    assert sorted(names) == ["县实验小学", "青石镇中心小学"]
