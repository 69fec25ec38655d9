"""A mentor who moves, leaves or is away ends no pairing: it is in question until an office decides."""

from datetime import date
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import insert, update

from services.directory import commands
from services.directory.models import Membership
from shared import db
from shared.auth import Actor
from shared.events.directory import PairingEnded
from shared.vocabulary import MembershipKind, PairingConcern
from tests.directory.test_agreements import approve, in_force, path_of, proposed, sign, state_of
from tests.directory.test_keep_agreement import BEGUN
from tests.directory.test_start_pairing import pair
from tests.signed_in import CHEN, HU, LIN, OTHER_SCHOOL, QIAN, WU, ZHAO, Door, code_of, said_in, wrong_fields

MOVED_ON = date(2026, 10, 12)
DECISION = {"note": "两校商定", "on": "2026-10-14"}


def question(door: Door, person: Actor = LIN, why: PairingConcern = PairingConcern.TRANSFERRED) -> int:
    """What whoever writes a transfer, an absence or a departure into the register does."""
    with db.transaction(door.engine) as session:
        return commands.question_pairings(session, {person.person_id}, why=why, now=door.now)


def move(door: Door, person: Actor = LIN, *, on: date = MOVED_ON) -> None:
    """Somebody's home is the other school, since two days ago or from a day to come."""
    row = {
        "id": uuid5(person.person_id, "moved"),
        "person_id": person.person_id,
        "school_id": OTHER_SCHOOL,
        "kind": MembershipKind.HOME,
        "subject": "语文",
        "starts_on": on,
        "recorded_at": door.now,
    }
    stay = {**row, "id": uuid5(person.person_id, "stay"), "school_id": person.school_id}
    with db.transaction(door.engine) as session:
        mine = (Membership.person_id == person.person_id, Membership.withdrawn_at.is_(None))
        session.execute(update(Membership).where(*mine).values(withdrawn_at=door.now))
        session.execute(insert(Membership), [{**stay, "starts_on": date(2020, 9, 1), "ends_on": on}])
        session.execute(insert(Membership), [row])


def asked(door: Door, agreement: Any) -> str:
    """The question about Lin, once she has moved; its address."""
    move(door)
    question(door)
    (one,) = said_in(door.as_(ZHAO).get("/pairings/questions"))["questions"]
    return f"{path_of(agreement)}/questions/{one['question_id']}/decide"


@pytest.fixture
def agreement(door: Door) -> Any:
    """Lin and Chen's, in force."""
    return in_force(door, **BEGUN)


def test_a_transfer_puts_every_pairing_in_question_and_ends_none(door: Door, agreement: Any) -> None:
    proposed(door, ZHAO, WU, LIN)
    door.as_(ZHAO).post("/pairings", pair(LIN, WU))

    assert question(door) == 3
    assert question(door) == 0
    assert question(door, why=PairingConcern.ABSENT) == 3
    assert state_of(said_in(door.as_(LIN).get(f"{path_of(agreement)}/agreement"))) == "active"
    assert not [one for one in door.said() if isinstance(one, PairingEnded)]


def test_nobody_without_pairings_is_in_question(door: Door, agreement: Any) -> None:
    del agreement
    assert question(door, HU) == 0


def test_questions_are_listed_for_the_offices_of_both(door: Door, agreement: Any) -> None:
    asked(door, agreement)

    (one,) = said_in(door.as_(ZHAO).get("/pairings/questions"))["questions"]
    assert (one["person_name"], one["reason_label"]) == ("林老师", "调动")
    assert one["pairing"]["apprentice_name"] == "陈老师"
    assert said_in(door.as_(HU).get("/pairings/questions"))["questions"] == []
    assert len(said_in(door.as_(QIAN).get("/pairings/questions"))["questions"]) == 1


def test_continued_across_schools_it_takes_a_new_version_and_goes_on(door: Door, agreement: Any) -> None:
    path = asked(door, agreement)

    decided = said_in(door.as_(ZHAO).post(path, {**DECISION, "choice": "continue"}))["agreement"]

    assert state_of(decided) == "active"
    assert "师父：林老师（县实验小学）" in decided["versions"][0]["text"]
    assert decided["versions"][0]["missing"] == ["mentor", "apprentice", "mentor_school"]
    assert (decided["in_force_no"], decided["pairing"]["is_across_schools"]) == (1, False)
    for somebody in (LIN, CHEN):
        sign(door, somebody, decided)
    assert code_of(approve(door, HU, decided)) == (404, "not_found")
    renewed = said_in(approve(door, QIAN, decided))
    assert (renewed["in_force_no"], renewed["pairing"]["is_across_schools"]) == (2, True)
    assert said_in(door.as_(HU).get(path_of(agreement)))["mentor_school_name"] == "县实验小学"


def test_a_transfer_to_come_is_decided_for_its_day(door: Door, agreement: Any) -> None:
    move(door, on=date(2026, 11, 1))
    question(door)
    (one,) = said_in(door.as_(ZHAO).get("/pairings/questions"))["questions"]
    path = f"{path_of(agreement)}/questions/{one['question_id']}/decide"

    decision = {"choice": "continue", "note": "两校商定", "on": "2026-11-01"}
    decided = said_in(door.as_(ZHAO).post(path, decision))["agreement"]

    assert "师父：林老师（县实验小学）" in decided["versions"][0]["text"]


def test_a_paper_one_goes_on_across_schools_at_once(door: Door) -> None:
    pairing = {"pairing": said_in(door.as_(ZHAO).post("/pairings", pair()))}

    decided = said_in(door.as_(ZHAO).post(asked(door, pairing), {**DECISION, "choice": "continue"}))

    assert decided["agreement"]["pairing"]["is_across_schools"]


def test_a_dissolved_one_ends_on_the_day_that_was_decided(door: Door, agreement: Any) -> None:
    path = asked(door, agreement)
    question(door, why=PairingConcern.ABSENT)

    decided = said_in(door.as_(ZHAO).post(path, {**DECISION, "choice": "dissolve"}))["agreement"]

    assert state_of(decided) == "dissolved"
    assert [one["choice"] for one in decided["questions"]] == ["dissolve", "dissolve"]
    assert [one.ended_on for one in door.said() if isinstance(one, PairingEnded)] == [date(2026, 10, 14)]


def test_another_mentor_takes_over_what_is_left_of_the_term(door: Door, agreement: Any) -> None:
    body = {**DECISION, "choice": "replace", "mentor_id": str(WU.person_id)}

    decided = said_in(door.as_(ZHAO).post(asked(door, agreement), body))

    assert state_of(decided["agreement"]) == "dissolved"
    new = said_in(door.as_(WU).get(f"/pairings/{decided['proposed_id']}/agreement"))
    assert (state_of(new), new["replaces_id"]) == ("proposed", agreement["pairing"]["pairing_id"])
    assert (new["pairing"]["started_on"], new["pairing"]["term_ends_on"]) == ("2026-10-14", "2027-04-10")
    assert [one["code"] for one in new["duties"]] == [one["code"] for one in agreement["duties"]]


def test_a_replacement_names_the_new_mentor(door: Door, agreement: Any) -> None:
    answer = door.as_(ZHAO).post(asked(door, agreement), {**DECISION, "choice": "replace"})

    assert code_of(answer) == (409, "new_mentor_missing")
    assert state_of(said_in(door.as_(ZHAO).get(f"{path_of(agreement)}/agreement"))) == "active"


def test_a_proposal_in_question_that_is_dissolved_comes_to_nothing(door: Door) -> None:
    agreement = proposed(door)

    decided = said_in(door.as_(ZHAO).post(asked(door, agreement), {**DECISION, "choice": "dissolve"}))

    assert state_of(decided["agreement"]) == "refused"


def test_what_was_decided_is_not_decided_again(door: Door, agreement: Any) -> None:
    path = asked(door, agreement)
    door.as_(ZHAO).post(path, {**DECISION, "choice": "continue"})

    assert code_of(door.as_(ZHAO).post(path, {**DECISION, "choice": "dissolve"})) == (409, "question_decided")


def test_the_two_ask_and_an_office_decides(door: Door, agreement: Any) -> None:
    path = f"{path_of(agreement)}/questions"
    for _ in range(2):
        told = said_in(door.as_(CHEN).post(path, {"note": "希望换一位同年级的师父"}))

    (one,) = told["questions"]
    assert (one["reason"], one["person_id"]) == ("requested", str(CHEN.person_id))
    decide = f"{path}/{one['question_id']}/decide"
    assert code_of(door.as_(CHEN).post(decide, {**DECISION, "choice": "dissolve"})) == (403, "forbidden")
    assert code_of(door.as_(HU).post(decide, {**DECISION, "choice": "dissolve"})) == (404, "not_found")
    assert set(wrong_fields(door.as_(ZHAO).post(decide, {"choice": "x"}))) == {"choice", "note", "on"}
    unknown = f"{path}/{UUID(int=7)}/decide"
    assert code_of(door.as_(ZHAO).post(unknown, {**DECISION, "choice": "dissolve"})) == (404, "not_found")


def test_who_has_left_cannot_go_on(door: Door, agreement: Any) -> None:
    question(door, why=PairingConcern.LEFT)
    with db.transaction(door.engine) as session:
        mine = Membership.person_id == LIN.person_id
        session.execute(update(Membership).where(mine).values(withdrawn_at=door.now))
    (one,) = said_in(door.as_(ZHAO).get("/pairings/questions"))["questions"]

    path = f"{path_of(agreement)}/questions/{one['question_id']}/decide"

    answer = door.as_(ZHAO).post(path, {**DECISION, "choice": "continue"})
    assert code_of(answer) == (409, "person_has_left")


# --- raised by the register itself -------------------------------------------------------------------------


def open_questions(door: Door) -> list[tuple[str, str]]:
    """What an office must decide: about whom, and why."""
    found = said_in(door.as_(QIAN).get("/pairings/questions"))["questions"]
    return [(one["person_name"], one["reason"]) for one in found]


SOON = "2026-10-20"


def transferred(door: Door) -> str:
    """Lin goes to Hu's school for good; the path of her transfer."""
    proposal = {"person_id": str(LIN.person_id), "to_school_id": str(OTHER_SCHOOL), "effective_on": SOON}
    made = said_in(door.as_(ZHAO).post("/transfers", {**proposal, "kind": "home", "subject": "语文"}))
    path = f"/transfers/{made['transfer_id']}"
    said_in(door.as_(HU).post(f"{path}/agree", {}))
    return path


def test_a_mentors_transfer_puts_her_pairing_in_question_and_ends_nothing(door: Door, agreement: Any) -> None:
    path = transferred(door)

    assert open_questions(door) == [("林老师", "transferred")]
    assert said_in(door.as_(CHEN).get(path_of(agreement)))["state"] == "active"

    said_in(door.as_(QIAN).post(f"{path}/undo", {"reason": "录错了人"}))

    assert open_questions(door) == []


@pytest.mark.parametrize(
    ("leave", "asked_for"),
    [
        ({"kind": "sick_leave", "starts_on": "2026-10-12", "ends_on": "2026-10-26"}, []),
        ({"kind": "maternity_leave", "starts_on": "2026-10-12", "ends_on": "2027-02-12"}, ["absent"]),
        ({"kind": "sick_leave", "starts_on": "2026-10-12"}, ["absent"]),
        ({"kind": "retired", "starts_on": "2026-10-12"}, ["left"]),
    ],
    ids=["a fortnight", "months", "no end", "for good"],
)
def test_a_mentor_who_is_away_for_long_puts_her_pairing_in_question(
    door: Door, agreement: Any, leave: dict[str, str], asked_for: list[str]
) -> None:
    entered = said_in(door.as_(ZHAO).post(f"/people/{LIN.person_id}/absences", leave))

    assert open_questions(door) == [("林老师", why) for why in asked_for]
    assert said_in(door.as_(CHEN).get(path_of(agreement)))["state"] == "active"

    back = {"returned_on": leave["starts_on"]}
    assert door.as_(QIAN).post(f"/absences/{entered['absence_id']}/return", back).status_code == 204

    assert open_questions(door) == []


def test_what_an_office_has_decided_stays_decided_when_the_transfer_was_a_mistake(
    door: Door, agreement: Any
) -> None:
    path = transferred(door)
    (one,) = said_in(door.as_(QIAN).get("/pairings/questions"))["questions"]
    decide = f"{path_of(agreement)}/questions/{one['question_id']}/decide"
    said_in(door.as_(QIAN).post(decide, {"choice": "continue", **DECISION}))

    said_in(door.as_(QIAN).post(f"{path}/undo", {"reason": "录错了人"}))

    assert len(door.rows("pairing_questions")) == 1
