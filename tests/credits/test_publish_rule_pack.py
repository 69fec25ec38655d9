"""POST /rule-packs and GET /rule-packs: rules begin on their day, never behind anybody's back."""

from datetime import date
from typing import Any

import pytest

from shared.auth import Actor
from shared.values import Refused
from tests.credits.facts import RULES, confirmed, hear
from tests.signed_in import CHEN, HU, QIAN, ZHAO, Door, code_of, wrong_fields


def test_the_county_office_publishes_rules(empty: Door) -> None:
    answer = empty.as_(QIAN).post("/rule-packs", dict(RULES))

    assert answer.status_code == 201
    assert answer.get_json() == {"id": answer.get_json()["id"], **RULES}
    assert empty.as_(CHEN).get("/rule-packs").get_json() == [answer.get_json()]


def test_nobody_publishes_without_signing_in(empty: Door) -> None:
    assert empty.anonymous().post("/rule-packs", dict(RULES)).status_code == 401
    assert empty.anonymous().get("/rule-packs").status_code == 401


@pytest.mark.parametrize("somebody", [CHEN, ZHAO, HU], ids=lambda actor: actor.name)
def test_a_school_may_not_make_the_countys_rules(empty: Door, somebody: Actor) -> None:
    assert code_of(empty.as_(somebody).post("/rule-packs", dict(RULES))) == (403, "forbidden")
    assert empty.rows("rule_packs") == []


def test_every_wrong_field_is_named_at_once(empty: Door) -> None:
    wrong: dict[str, Any] = {
        "name": " ",
        "source": 12,
        "valid_from": "soon",
        "required_hours_hundredths": "7200",
        "required_school_based_hours_hundredths": -1,
        "minutes_per_hour": 0,
        "session_hundredths_max": 0,
        "default_category": "none",
        "role_weights": {"participant": 100},
        "forms": {"Bad Code": {"category": "school_based", "label": "x", "extra": 1}},
        "year_caps": {"cross_school": 1.5},
        "unheard_of": True,
    }

    named = {field.split(".")[0] for field in wrong_fields(empty.as_(QIAN).post("/rule-packs", wrong))}

    assert named == set(wrong)
    assert empty.rows("rule_packs") == []


def test_the_part_is_no_more_than_the_whole(empty: Door) -> None:
    wrong = {**RULES, "required_school_based_hours_hundredths": 7201}

    named = wrong_fields(empty.as_(QIAN).post("/rule-packs", wrong))

    assert set(named) == {"required_school_based_hours_hundredths"}


def test_a_pack_without_forms_caps_and_session_cap_is_whole(empty: Door) -> None:
    plain = {
        name: value for name, value in RULES.items() if name not in {"session_hundredths_max", "year_caps"}
    } | {"forms": {}}

    answer = empty.as_(QIAN).post("/rule-packs", plain)

    assert answer.status_code == 201
    assert (answer.get_json()["session_hundredths_max"], answer.get_json()["year_caps"]) == (None, {})


def test_a_request_sent_again_publishes_once(empty: Door) -> None:
    first, second = (empty.as_(QIAN).post("/rule-packs", dict(RULES), key="once") for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()
    assert len(empty.rows("rule_packs")) == 1


def test_no_two_rules_begin_on_the_same_day(door: Door) -> None:
    answer = door.as_(QIAN).post("/rule-packs", {**RULES, "valid_from": "2026-09-01"})

    assert code_of(answer) == (409, "rule_pack_same_day")
    assert "2026-09-01" in answer.get_json()["title"]


def test_rules_with_a_mistyped_year_do_not_stand_for_ever(door: Door) -> None:
    answer = door.as_(QIAN).post("/rule-packs", {**RULES, "valid_from": "2126-09-01"})

    assert code_of(answer) == (409, "rule_pack_too_far")
    assert len(door.rows("rule_packs")) == 1


def test_attendance_from_before_the_first_rules_is_paid_once_earlier_rules_are_published(door: Door) -> None:
    august = confirmed(held_on=date(2026, 8, 20))
    hear(door, confirmed(held_on=date(2026, 9, 10), activity_id=CHEN.person_id))
    with pytest.raises(Refused, match="no_rule_in_force"):
        hear(door, august)

    answer = door.as_(QIAN).post("/rule-packs", {**RULES, "valid_from": "2026-08-01"})
    hear(door, august)

    assert answer.status_code == 201
    entries = door.as_(CHEN).get("/me/statement?school_year=2025").get_json()["entries"]
    assert [one["held_on"] for one in entries] == ["2026-08-20"]


def test_earlier_rules_leave_what_was_paid_by_them_alone(door: Door) -> None:
    door.as_(QIAN).post("/rule-packs", {**RULES, "valid_from": "2026-08-01"})
    hear(door, confirmed(held_on=date(2026, 8, 20)))

    answer = door.as_(QIAN).post("/rule-packs", {**RULES, "valid_from": "2026-08-10"})

    assert code_of(answer) == (409, "rule_pack_retroactive")
    assert "2026-08-20" in answer.get_json()["title"]


@pytest.mark.parametrize(("valid_from", "status"), [("2026-09-10", 409), ("2026-09-11", 201)])
def test_rules_never_reach_back_to_a_day_that_was_paid(door: Door, valid_from: str, status: int) -> None:
    hear(door, confirmed(held_on=date(2026, 9, 10)))

    answer = door.as_(QIAN).post("/rule-packs", {**RULES, "valid_from": valid_from})

    assert answer.status_code == status
    if status == 409:
        assert answer.get_json()["code"] == "rule_pack_retroactive"
        assert "2026-09-10" in answer.get_json()["title"]


def test_each_day_is_paid_by_the_rules_in_force_on_it(door: Door) -> None:
    door.as_(QIAN).post(
        "/rule-packs", {**RULES, "valid_from": "2026-10-01", "minutes_per_hour": 40, "name": "新办法"}
    )

    hear(door, confirmed(held_on=date(2026, 10, 1)))
    hear(door, confirmed(held_on=date(2026, 9, 30), activity_id=CHEN.person_id))

    entries = door.as_(CHEN).get("/me/statement?school_year=2026").get_json()["entries"]
    assert [one["hours_hundredths"] for one in entries] == [225, 200]
    assert "《新办法》，40分钟计1学时" in entries[0]["explanation"]
