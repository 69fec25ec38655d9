"""An agreement is proposed, signed by the two, approved by offices, changed, refused."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared import db
from shared.auth import Actor
from shared.events.directory import PairingStarted
from tests.directory.test_start_pairing import pair
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

TERM = {"focus": "teaching", "starts_on": "2026-10-20", "term_ends_on": "2027-10-20"}


def proposal(mentor: Actor = LIN, apprentice: Actor = CHEN, **other: Any) -> dict[str, Any]:
    return {
        "mentor_id": str(mentor.person_id),
        "apprentice_id": str(apprentice.person_id),
        **TERM,
        **other,
    }


def proposed(
    door: Door, by: Actor = ZHAO, mentor: Actor = LIN, apprentice: Actor = CHEN, **other: Any
) -> Any:
    return said_in(door.as_(by).post("/pairings/proposals", proposal(mentor, apprentice, **other)))


def path_of(agreement: Mapping[str, Any]) -> str:
    return f"/pairings/{agreement['pairing']['pairing_id']}"


def sign(door: Door, somebody: Actor, agreement: Mapping[str, Any]) -> Any:
    words = {"content_hash": agreement["versions"][0]["content_hash"]}
    return door.as_(somebody).post(f"{path_of(agreement)}/sign", words)


def approve(door: Door, somebody: Actor, agreement: Mapping[str, Any]) -> Any:
    words = {"content_hash": agreement["versions"][0]["content_hash"]}
    return door.as_(somebody).post(f"{path_of(agreement)}/approve", words)


def in_force(door: Door, **other: Any) -> Any:
    """Lin and Chen's agreement, signed by both and approved by their principal, who proposed it."""
    agreement = proposed(door, **other)
    sign(door, LIN, agreement)
    return said_in(sign(door, CHEN, agreement))


def state_of(agreement: Mapping[str, Any]) -> Any:
    return agreement["pairing"]["state"]


# --- proposed ---------------------------------------------------------------------------------------------


def test_a_proposal_of_the_office_has_its_words_and_waits_for_the_two(door: Door) -> None:
    agreement = proposed(door)

    assert state_of(agreement) == "proposed"
    assert agreement["pairing"]["number"] == "师徒（2026）第0001号"
    (version,) = agreement["versions"]
    assert version["missing"] == ["mentor", "apprentice"]
    assert [one["party"] for one in version["signatures"]] == ["school"]
    assert "师父：林老师（青石镇中心小学）" in version["text"]
    assert "自2026年10月20日起至2027年10月19日止" in version["text"]
    assert "（1）师父听徒弟的课不少于7节" in version["text"]
    assert [one["code"] for one in version["flags"]] == ["mentor_service_unknown", "mentor_title_unknown"]
    assert door.said() == []


def test_the_hash_is_that_of_the_canonical_words(door: Door) -> None:
    (version,) = proposed(door)["versions"]

    canonical = json.dumps(
        json.loads(version["content"]), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )

    assert version["content"] == canonical
    assert version["content_hash"] == hashlib.sha256(canonical.encode()).hexdigest()


def test_who_is_not_signed_in_proposes_nothing(door: Door) -> None:
    assert code_of(door.anonymous().post("/pairings/proposals", proposal())) == (401, "not_signed_in")


def test_two_of_another_school_are_not_found(door: Door) -> None:
    assert code_of(door.as_(HU).post("/pairings/proposals", proposal())) == (404, "not_found")


def test_a_teacher_proposes_for_herself_only(door: Door) -> None:
    chen = proposed(door, CHEN)

    assert chen["versions"][0]["missing"] == ["mentor", "apprentice", "school"]
    assert code_of(door.as_(CHEN).post("/pairings/proposals", proposal(LIN, WU))) == (403, "forbidden")
    assert code_of(door.as_(CHEN).post("/pairings/proposals", proposal(HU))) == (404, "not_found")


def test_every_wrong_field_of_a_proposal_is_named(door: Door) -> None:
    body = {
        "mentor_id": "lin",
        "focus": "教学",
        "starts_on": "soon",
        "duties": [{"code": "x", "party": "county", "target": 0}],
        "why": "x",
    }

    wrong = set(wrong_fields(door.as_(ZHAO).post("/pairings/proposals", body)))

    assert {"mentor_id", "apprentice_id", "focus", "starts_on", "term_ends_on", "why"} <= wrong
    assert {"duties.0.party", "duties.0.name", "duties.0.unit", "duties.0.target"} <= wrong


def test_a_proposal_sent_twice_is_one(door: Door) -> None:
    first = door.as_(ZHAO).post("/pairings/proposals", proposal(), key="k")
    second = door.as_(ZHAO).post("/pairings/proposals", proposal(), key="k")

    assert first.json == second.json
    assert len(door.rows("pairings")) == 1


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"focus": "cooking"}, "focus_unknown"),
        ({"term_ends_on": "2026-11-20"}, "term_out_of_range"),
        ({"term_ends_on": "2031-10-20"}, "term_out_of_range"),
        ({"starts_on": "2019-09-01"}, "pairing_before_joining"),
        ({"starts_on": "2029-09-01", "term_ends_on": "2030-09-01"}, "day_out_of_range"),
        (
            {"duties": [{"code": "x", "party": "mentor", "name": "听课", "unit": "节", "target": 1}] * 2},
            "duties_unclear",
        ),
    ],
)
def test_terms_nobody_could_keep_are_refused(door: Door, other: dict[str, Any], code: str) -> None:
    assert code_of(door.as_(ZHAO).post("/pairings/proposals", proposal(**other))) == (409, code)
    assert door.rows("pairings") == []


def test_the_same_two_are_proposed_once_at_a_time(door: Door) -> None:
    proposed(door)

    assert code_of(door.as_(ZHAO).post("/pairings/proposals", proposal())) == (409, "already_paired")
    assert code_of(door.as_(ZHAO).post("/pairings", pair(LIN, CHEN))) == (409, "already_paired")


def test_two_mentor_each_other_in_different_things_only(door: Door) -> None:
    in_force(door)
    back = proposal(CHEN, LIN)

    same = door.as_(ZHAO).post("/pairings/proposals", back)
    other = door.as_(ZHAO).post("/pairings/proposals", back | {"focus": "information_technology"})

    assert code_of(same) == (409, "focus_both_ways")
    assert other.status_code == 201


# --- signed -----------------------------------------------------------------------------------------------


def test_with_both_signatures_it_holds_from_its_day_on_and_is_said(door: Door) -> None:
    agreement = proposed(door)
    first = said_in(sign(door, LIN, agreement))
    second = said_in(sign(door, CHEN, agreement))

    assert (state_of(first), first["versions"][0]["missing"]) == ("proposed", ["apprentice"])
    assert (state_of(second), second["in_force_no"]) == ("signed", 1)
    assert door.said() == [
        PairingStarted(
            pairing_id=UUID(agreement["pairing"]["pairing_id"]),
            school_id=SCHOOL,
            mentor_id=LIN.person_id,
            apprentice_id=CHEN.person_id,
            started_on=date(2026, 10, 20),
        )
    ]

    door.later(days=6)
    assert state_of(said_in(door.as_(CHEN).get(f"{path_of(agreement)}/agreement"))) == "active"


def test_each_signs_in_her_own_name_and_once(door: Door) -> None:
    agreement = proposed(door)

    assert code_of(sign(door, WU, agreement)) == (404, "not_found")
    assert code_of(sign(door, HU, agreement)) == (404, "not_found")
    assert code_of(sign(door, ZHAO, agreement)) == (403, "forbidden")
    for _ in range(2):
        signed = said_in(sign(door, LIN, agreement))
    mine = [one for one in signed["versions"][0]["signatures"] if one["party"] == "mentor"]
    assert [(one["signed_name"], one["signed_by"]) for one in mine] == [("林老师", str(LIN.person_id))]
    assert mine[0]["content_hash"] == agreement["versions"][0]["content_hash"]


def test_other_words_than_those_that_were_read_are_not_signed(door: Door) -> None:
    agreement = proposed(door)
    changed = {"why": "任务太多", "term_ends_on": "2027-07-01"}
    said_in(door.as_(ZHAO).post(f"{path_of(agreement)}/amend", changed))

    assert code_of(sign(door, LIN, agreement)) == (409, "agreement_changed")


def test_what_is_no_hash_is_named(door: Door) -> None:
    answer = door.as_(LIN).post(f"{path_of(proposed(door))}/sign", {"content_hash": "yes"})

    assert set(wrong_fields(answer)) == {"content_hash"}


@pytest.mark.parametrize("table", ["signatures", "agreement_versions", "duties"])
def test_what_was_signed_is_never_changed(door: Door, table: str) -> None:
    in_force(door)

    for change in (f"UPDATE {table} SET version_no = 7", f"DELETE FROM {table}"):  # noqa: S608  three names
        with (
            pytest.raises(DBAPIError, match=r"append-only|permission denied"),
            db.transaction(door.engine) as session,
        ):
            session.execute(text(change))


def test_a_teachers_own_proposal_waits_for_the_office(door: Door) -> None:
    agreement = proposed(door, CHEN)
    sign(door, LIN, agreement)
    signed = said_in(sign(door, CHEN, agreement))

    assert (state_of(signed), signed["in_force_no"]) == ("signed", None)
    assert door.said() == []
    assert code_of(approve(door, LIN, agreement)) == (403, "forbidden")
    assert said_in(approve(door, ZHAO, agreement))["in_force_no"] == 1
    assert len(door.said()) == 1


# --- across schools ---------------------------------------------------------------------------------------


def test_across_schools_both_offices_agree(door: Door) -> None:
    agreement = proposed(door, ZHAO, HU, CHEN)

    assert agreement["pairing"]["is_across_schools"]
    assert agreement["pairing"]["mentor_school_id"] == str(OTHER_SCHOOL)
    assert agreement["versions"][0]["missing"] == ["mentor", "apprentice", "mentor_school"]
    assert said_in(door.as_(HU).get(path_of(agreement)))["state"] == "proposed"
    sign(door, CHEN, agreement)
    sign(door, HU, agreement)
    assert door.said() == []
    assert said_in(approve(door, HU, agreement))["in_force_no"] == 1
    assert len(door.said()) == 1


def test_the_county_alone_may_agree_for_both_schools(door: Door) -> None:
    agreement = proposed(door, QIAN, HU, CHEN)
    sign(door, CHEN, agreement)

    assert said_in(sign(door, HU, agreement))["in_force_no"] == 1


def test_a_pair_of_one_school_is_nothing_to_another(door: Door) -> None:
    path = path_of(in_force(door))
    hu = door.as_(HU)

    for verb, body in (
        ("sign", {"content_hash": "0" * 64}),
        ("approve", {"content_hash": "0" * 64}),
        ("refuse", {"reason": "x"}),
        ("amend", {"why": "x"}),
        ("dissolve", {"ended_on": "2026-11-01", "reason": "x"}),
        ("questions", {"note": "x"}),
        ("duty-entries", {"duty": "x", "amount": 1, "done_on": "2026-10-20"}),
        (f"duty-entries/{uuid4()}/confirm", None),
        (f"questions/{uuid4()}/decide", {"choice": "continue", "note": "x", "on": "2026-11-01"}),
    ):
        assert code_of(hu.post(f"{path}/{verb}", body)) == (404, "not_found"), verb
    assert code_of(hu.get(f"{path}/agreement")) == (404, "not_found")


# --- changed and refused ----------------------------------------------------------------------------------


def test_a_change_takes_new_signatures_and_the_old_words_hold_until_then(door: Door) -> None:
    agreement = in_force(door)
    amended = said_in(
        door.as_(ZHAO).post(f"{path_of(agreement)}/amend", {"why": "延长一年", "term_ends_on": "2028-10-20"})
    )

    assert [one["version_no"] for one in amended["versions"]] == [2, 1]
    assert amended["versions"][0]["why"] == "延长一年"
    assert amended["in_force_no"] == 1
    assert amended["pairing"]["term_ends_on"] == "2027-10-20"
    sign(door, LIN, amended)
    renewed = said_in(sign(door, CHEN, amended))
    assert renewed["in_force_no"] == 2
    assert renewed["pairing"]["term_ends_on"] == "2028-10-20"
    assert len(door.said()) == 1  # it started once


def test_a_change_of_a_proposal_makes_the_signatures_so_far_void(door: Door) -> None:
    agreement = proposed(door)
    sign(door, LIN, agreement)

    amended = said_in(
        door.as_(CHEN).post(f"{path_of(agreement)}/amend", {"why": "晚一个月", "starts_on": "2026-11-20"})
    )

    assert amended["versions"][0]["missing"] == ["mentor", "apprentice", "school"]
    assert amended["pairing"]["started_on"] == "2026-11-20"
    assert state_of(amended) == "proposed"


def test_the_first_day_of_what_is_in_force_stays(door: Door) -> None:
    answer = door.as_(ZHAO).post(f"{path_of(in_force(door))}/amend", {"why": "改", "starts_on": "2026-11-20"})

    assert code_of(answer) == (409, "start_settled")


@pytest.mark.parametrize(("somebody", "party"), [(LIN, "mentor"), (CHEN, "apprentice"), (ZHAO, "school")])
def test_a_proposal_is_refused_by_any_of_them(door: Door, somebody: Actor, party: str) -> None:
    agreement = proposed(door)

    refused = said_in(door.as_(somebody).post(f"{path_of(agreement)}/refuse", {"reason": "另有安排"}))

    assert state_of(refused) == "refused"
    assert refused["pairing"]["close_reason"] == "另有安排"
    assert party in {row for rows in door.rows("pairings") for row in rows if isinstance(row, str)}
    assert code_of(sign(door, LIN, agreement)) == (409, "pairing_not_in_force")
    assert proposed(door)["pairing"]["number"] == "师徒（2026）第0002号"


def test_what_is_in_force_is_not_refused_any_more(door: Door) -> None:
    answer = door.as_(LIN).post(f"{path_of(in_force(door))}/refuse", {"reason": "x"})

    assert code_of(answer) == (409, "pairing_settled")


def test_a_paper_contract_is_neither_signed_nor_changed_here(door: Door) -> None:
    paper = pair() | {"number": "青小师徒2026-03", "term_ends_on": "2027-09-01"}
    pairing = said_in(door.as_(ZHAO).post("/pairings", paper))
    path = f"/pairings/{pairing['pairing_id']}"

    assert (pairing["kind"], pairing["number"]) == ("paper", "青小师徒2026-03")
    assert code_of(door.as_(LIN).post(f"{path}/sign", {"content_hash": "0" * 64})) == (409, "paper_agreement")
    assert code_of(door.as_(ZHAO).post(f"{path}/amend", {"why": "x"})) == (409, "paper_agreement")
    assert said_in(door.as_(LIN).get(f"{path}/agreement"))["versions"] == []


@pytest.mark.parametrize(
    ("somebody", "may"),
    [
        (LIN, {"sign", "refuse", "amend"}),
        (CHEN, {"sign", "refuse", "amend"}),
        (ZHAO, {"refuse", "amend"}),
        (QIAN, {"refuse", "amend"}),
    ],
)
def test_the_answer_says_what_one_may_do(door: Door, somebody: Actor, may: set[str]) -> None:
    path = path_of(proposed(door))

    assert set(said_in(door.as_(somebody).get(f"{path}/agreement"))["may"]) == may
