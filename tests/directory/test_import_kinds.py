"""Groups, pairings, transfers, liaisons, absences from files (PR22): a file does no more than a form may."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from services.directory.models import Person
from shared import db
from shared.auth import Actor
from shared.events.directory import PairingEnded, PairingStarted, TeacherChanged
from shared.vocabulary import Role
from tests.directory.sending import act, counts, said_of, send
from tests.signed_in import CHEN, HU, LIN, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in

HERE, THERE = "青石镇中心小学", "县实验小学"
NUMBERS = {"T1": LIN, "T2": CHEN, "T3": WU, "T4": ZHAO, "T5": HU}
LAST_YEAR = date(2025, 9, 10)
Row = Mapping[str, Any]


@pytest.fixture
def numbered(door: Door) -> Door:
    """The cast with staff numbers."""
    with db.transaction(door.engine) as session:
        for number, member in NUMBERS.items():
            named = update(Person).where(Person.id == member.person_id).values(staff_no=number)
            session.execute(named)
    return door


def pairing(**more: Any) -> Row:
    """Lin takes Chen, on paper."""
    return {"mentor": "T1", "apprentice": "T2", "started_on": LAST_YEAR, "term_years": 3, **more}


def group(**more: Any) -> Row:
    """A group for Chinese of the school."""
    return {"school": HERE, "name": "语文教研组", "kind": "trg", "subject": "语文", **more}


def leave(**more: Any) -> Row:
    """Chen is ill for two months."""
    spell = {"starts_on": date(2026, 9, 1), "ends_on": date(2026, 11, 1)}
    return {"staff_number": "T2", "kind": "sick_leave", **spell, **more}


def move(**more: Any) -> Row:
    """Chen goes to the other school."""
    where = {"from_school": HERE, "to_school": THERE, "effective_on": date(2026, 10, 1)}
    return {"staff_number": "T2", **where, **more}


REFUSED: list[tuple[str, Row, str, str]] = [
    ("pairings", pairing(mentor="T9"), "师父工号", "person_unknown"),
    ("pairings", pairing(mentor="T2"), "徒弟工号", "same_person"),
    ("pairings", pairing(focus="养花"), "方向", "focus_unknown"),
    ("pairings", pairing(started_on=date(2019, 9, 10)), "开始日期", "pairing_before_joining"),
    ("pairings", pairing(started_on=date(2029, 9, 10)), "开始日期", "day_out_of_range"),
    ("pairings", pairing(term_years=4), "师父工号", "term_out_of_range"),
    ("pairings", pairing(term_years=0), "期限年", "term_empty"),
    ("pairings", pairing(state="waiting", term_years=None), "期限年", "term_missing"),
    ("pairings", pairing(ended_on=date(2025, 9, 10)), "结束日期", "pairing_ends_too_early"),
    ("pairings", pairing(state="dissolved"), "结束日期", "end_unclear"),
    ("pairings", pairing(state="active", ended_on=date(2026, 9, 10)), "结束日期", "end_unexpected"),
    (
        "pairings",
        pairing(state="dissolved", term_years=1, ended_on=date(2026, 10, 1)),
        "结束日期",
        "pairing_ends_after_term",
    ),
    ("groups", group(school="没有的学校"), "学校", "school_unknown"),
    ("groups", group(leader="T5"), "组长工号", "person_unknown"),
    ("groups", group(members=("T5",)), "组员工号", "person_unknown"),
    ("groups", group(members=("T1：副组长",)), "组员工号", "duty_without_leading_group"),
    (
        "groups",
        group(name="工作领导小组", kind="leading", leader="T1"),
        "组长工号",
        "leading_group_has_duties",
    ),
    ("groups", group(within="全校组"), "归入", "group_unknown"),
    ("absences", leave(staff_number="T9"), "工号", "person_unknown"),
    ("absences", leave(ends_on=date(2026, 9, 1)), "结束日期", "period_empty"),
    ("absences", leave(kind="retired"), "结束日期", "absence_for_good"),
    ("absences", leave(kind="personal_leave", ends_on=None), "结束日期", "absence_needs_an_end"),
    ("absences", leave(starts_on=date(1900, 9, 1)), "开始日期", "day_out_of_range"),
    ("transfers", move(from_school=THERE, to_school=HERE), "调出学校", "not_at_home"),
    ("transfers", move(to_school=HERE), "调入学校", "transfer_same_school"),
    ("transfers", move(to_school="没有的学校"), "调入学校", "school_unknown"),
    ("transfers", move(to_school=THERE, effective_on=date(1990, 1, 1)), "调出学校", "not_at_home"),
    ("liaisons", {"staff_number": "T1", "school": THERE}, "工号", "not_a_trainer"),
    ("liaisons", {"staff_number": "T9", "school": THERE}, "工号", "person_unknown"),
]


@pytest.mark.parametrize(("kind", "row", "column", "code"), REFUSED, ids=lambda one: str(one)[:24])
def test_what_a_form_refuses_a_file_is_refused(
    numbered: Door, kind: str, row: Row, column: str, code: str
) -> None:
    preview = send(numbered, [row], somebody=QIAN, kind=kind)

    (line,) = [one for one in said_of(preview)["lines"] if one["verdict"] == "rejected"]
    assert [(one["column"], one["code"]) for one in line["troubles"]] == [(column, code)]
    assert code_of(act(numbered, preview, "apply", somebody=QIAN)) == (409, "rows_rejected")


TWO_ROWS: list[tuple[str, Row, Row, str]] = [
    ("pairings", pairing(), pairing(started_on=date(2026, 9, 10)), "already_paired"),
    ("groups", group(), group(name="语文第一备课组", kind="lpg", within="语文教研组"), ""),
    ("groups", group(), group(name="数学教研组", within="语文教研组"), "group_not_within"),
    ("absences", leave(), leave(kind="maternity_leave", starts_on=date(2026, 10, 1)), "already_absent"),
    (
        "absences",
        leave(),
        {"staff_number": "T2", "kind": "retired", "starts_on": date(2026, 12, 1)},
        "absence_twice",
    ),
    ("transfers", move(), move(effective_on=date(2026, 10, 2)), "transfer_twice"),
]


@pytest.mark.parametrize(("kind", "first", "second", "code"), TWO_ROWS)
def test_a_row_is_judged_after_those_before_it(
    numbered: Door, kind: str, first: Row, second: Row, code: str
) -> None:
    lines = said_of(send(numbered, [first, second], somebody=QIAN, kind=kind))["lines"]

    found = {one["row"]: [trouble["code"] for trouble in one["troubles"]] for one in lines if one["row"]}
    assert found == {2: [], 3: [code] if code else []}


@pytest.mark.parametrize("kind", ["groups", "pairings", "absences"])
@pytest.mark.parametrize("somebody", [LIN, WU])
def test_who_keeps_no_register_imports_none(numbered: Door, kind: str, somebody: Actor) -> None:
    row = {"groups": group(), "pairings": pairing(), "absences": leave()}[kind]

    assert code_of(send(numbered, [row], somebody=somebody, kind=kind)) == (403, "forbidden")


@pytest.mark.parametrize("kind", ["transfers", "liaisons"])
def test_what_two_schools_decide_or_the_county_no_school_imports(numbered: Door, kind: str) -> None:
    row = {"transfers": move(), "liaisons": {"staff_number": "T1", "school": THERE}}[kind]

    assert code_of(send(numbered, [row], somebody=ZHAO, kind=kind)) == (403, "forbidden")


@pytest.mark.parametrize(
    ("kind", "row", "code"),
    [
        ("pairings", pairing(), "person_unknown"),
        ("absences", leave(), "person_unknown"),
        ("groups", group(), "school_unknown"),
        ("groups", group(school=THERE, leader="T1"), "person_unknown"),
        ("groups", group(school=THERE, name="青石镇联片组", kind="joint"), "forbidden"),
    ],
)
def test_another_school_sees_and_does_nothing(numbered: Door, kind: str, row: Row, code: str) -> None:
    preview = send(numbered, [row], somebody=HU, kind=kind)

    (line,) = said_of(preview)["lines"]
    assert [one["code"] for one in line["troubles"]] == [code]
    assert "陈老师" not in preview.text


def test_a_known_pairing_is_changed_on_its_page_and_not_by_a_file(numbered: Door) -> None:
    act(numbered, send(numbered, [pairing()], kind="pairings"), "apply")

    again = send(numbered, [pairing(state="dissolved", ended_on=date(2026, 1, 1))], kind="pairings")

    assert said_of(again)["lines"][0]["troubles"][0]["code"] == "pairing_known_otherwise"
    assert counts(send(numbered, [pairing()], kind="pairings")) == {"unchanged": 1}


def test_pairings_of_a_file_are_said_and_so_is_that_they_were_undone(numbered: Door) -> None:
    over = pairing(mentor="T3", state="dissolved", ended_on=date(2026, 1, 1))
    preview = send(numbered, [pairing(), over], kind="pairings")
    act(numbered, preview, "apply")
    said = [event for event in numbered.said() if isinstance(event, PairingStarted | PairingEnded)]
    assert [type(event) for event in said] == [PairingStarted, PairingStarted, PairingEnded]

    said_in(act(numbered, preview, "undo"))

    ends = [event.ended_on for event in numbered.said() if isinstance(event, PairingEnded)]
    assert ends == [date(2026, 1, 1), LAST_YEAR, LAST_YEAR]
    assert counts(send(numbered, [pairing(), over], kind="pairings")) == {"new": 2}


def test_a_pairing_that_was_ended_by_hand_keeps_its_file(numbered: Door) -> None:
    preview = send(numbered, [pairing()], kind="pairings")
    act(numbered, preview, "apply")
    (known,) = said_in(numbered.as_(ZHAO).get("/pairings"))["items"]
    numbered.later(minutes=1)
    numbered.as_(ZHAO).post(f"/pairings/{known['pairing_id']}/end", {"ended_on": "2026-10-01"})

    assert code_of(act(numbered, preview, "undo")) == (409, "changed_since_import")


def test_a_pairing_that_waits_for_signatures_is_proposed_and_withdrawn(numbered: Door) -> None:
    row = pairing(state="waiting", started_on=date(2026, 11, 1))
    preview = send(numbered, [row], kind="pairings")
    act(numbered, preview, "apply")
    (known,) = said_in(numbered.as_(ZHAO).get("/pairings"))["items"]
    assert (known["kind"], known["state"]) == ("agreement", "proposed")
    assert counts(send(numbered, [row], kind="pairings")) == {"unchanged": 1}

    act(numbered, preview, "undo")

    (known,) = said_in(numbered.as_(ZHAO).get("/pairings"))["items"]
    assert known["state"] == "refused"


def test_a_group_gets_its_leader_and_members_and_another_leader_ends_the_first(numbered: Door) -> None:
    first = send(numbered, [group(leader="T1", members=("T2", "T3"))], kind="groups")
    act(numbered, first, "apply")
    second = send(numbered, [group(leader="T3")], kind="groups")
    act(numbered, second, "apply")

    (known,) = said_in(numbered.as_(ZHAO).get("/groups"))["items"]
    assert ([one["name"] for one in known["leaders"]], known["member_count"]) == (["吴老师"], 3)
    assert said_of(second)["lines"][0]["differences"] == [
        {"column": "组长工号", "before": "T1", "after": "T3"}
    ]
    act(numbered, second, "undo")
    (known,) = said_in(numbered.as_(ZHAO).get("/groups"))["items"]
    assert [one["name"] for one in known["leaders"]] == ["林老师"]


def test_a_leading_group_comes_in_with_its_duties_and_goes_out_with_them(numbered: Door) -> None:
    row = group(name="校本研训领导小组", kind="leading", subject=None, members=("T4：组长", "T1"))
    act(numbered, send(numbered, [row], kind="groups"), "apply")

    assert counts(send(numbered, [row], kind="groups")) == {"unchanged": 1}
    changed = send(numbered, [{**row, "members": ("T1：副组长",)}], kind="groups")
    assert said_of(changed)["lines"][0]["differences"][0]["after"] == "T1：副组长"


def test_the_kind_of_a_group_stays(numbered: Door) -> None:
    act(numbered, send(numbered, [group()], kind="groups"), "apply")

    again = send(numbered, [group(kind="mixed")], kind="groups")

    assert said_of(again)["lines"][0]["troubles"][0]["code"] == "group_kind_fixed"


def test_a_whole_list_of_groups_names_those_it_leaves_out_and_ends_none(numbered: Door) -> None:
    act(numbered, send(numbered, [group(), group(name="数学教研组")], kind="groups"), "apply")

    preview = send(numbered, [group()], kind="groups")

    assert counts(preview) == {"unchanged": 1, "missing": 1}
    act(numbered, preview, "apply")
    assert len(said_in(numbered.as_(ZHAO).get("/groups"))["items"]) == 2


def test_a_transfer_from_a_file_is_agreed_and_may_be_undone_by_itself(numbered: Door) -> None:
    preview = send(numbered, [move(), move(staff_number="T1")], somebody=QIAN, kind="transfers")
    act(numbered, preview, "apply", somebody=QIAN)
    found = said_in(numbered.as_(QIAN).get("/transfers"))["items"]
    assert {(one["state"], one["to_school"]) for one in found} == {("agreed", THERE)}
    assert {type(event) for event in numbered.said()} >= {TeacherChanged}

    chen = next(one for one in found if one["name"] == "陈老师")
    path = f"/transfers/{chen['transfer_id']}/undo"
    said_in(numbered.as_(QIAN).post(path, {"reason": "写错了"}))

    here = said_in(numbered.as_(QIAN).get(f"/schools/{SCHOOL}/teachers"))["items"]
    assert {"陈老师", "林老师"} & {one["name"] for one in here} == {"陈老师"}
    assert code_of(act(numbered, preview, "undo", somebody=QIAN)) == (409, "changed_since_import")


def test_who_retires_by_a_file_comes_back_alone(numbered: Door) -> None:
    gone = [
        {"staff_number": number, "kind": "retired", "starts_on": date(2026, 10, 1)} for number in ("T1", "T2")
    ]
    act(numbered, send(numbered, gone, kind="absences"), "apply")
    (lin,) = said_in(numbered.as_(QIAN).get(f"/people/{LIN.person_id}/absences"))["items"]

    back = {"returned_on": "2026-10-01"}
    assert numbered.as_(QIAN).post(f"/absences/{lin['absence_id']}/return", back).status_code == 204

    here = {one["name"] for one in said_in(numbered.as_(QIAN).get(f"/schools/{SCHOOL}/teachers"))["items"]}
    assert {"陈老师", "林老师"} & here == {"林老师"}


def test_an_absence_is_corrected_by_its_first_day(numbered: Door) -> None:
    act(numbered, send(numbered, [leave()], kind="absences"), "apply")

    changed = send(numbered, [leave(ends_on=date(2026, 12, 1))], kind="absences")

    assert counts(changed) == {"changed": 1}
    act(numbered, changed, "apply")
    assert counts(send(numbered, [leave(ends_on=None)], kind="absences")) == {"unchanged": 1}


def test_a_trainer_looks_after_schools_until_the_file_is_undone(numbered: Door) -> None:
    post = {"person_id": str(LIN.person_id), "role": Role.COUNTY_TRAINER, "starts_on": "2026-09-01"}
    assert numbered.as_(QIAN).post("/posts", {"posts": [post]}).status_code == 204
    preview = send(numbered, [{"staff_number": "T1", "school": THERE}], somebody=QIAN, kind="liaisons")
    act(numbered, preview, "apply", somebody=QIAN)
    (link,) = said_in(numbered.as_(QIAN).get("/liaisons"))["items"]
    assert link["person_id"] == str(LIN.person_id)
    other = [{"staff_number": "T1", "school": HERE}]
    assert counts(send(numbered, other, somebody=QIAN, kind="liaisons")) == {"new": 1, "missing": 1}

    act(numbered, preview, "undo", somebody=QIAN)

    assert said_in(numbered.as_(QIAN).get("/liaisons"))["items"] == []
