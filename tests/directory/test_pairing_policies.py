"""The county's policies: what they refuse, what they point out, since when they hold."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.directory.domain import policies
from services.directory.domain.policies import Mentor, Policy
from shared.values import Refused
from shared.vocabulary import RuleWeight, TitleGrade
from tests.directory.test_agreements import proposal
from tests.directory.test_start_pairing import pair
from tests.signed_in import CHEN, LIN, QIAN, WU, ZHAO, Door, code_of, said_in, wrong_fields

TODAY = date(2026, 10, 14)
POLICY = Policy()


@pytest.mark.parametrize(
    ("mentor", "ends", "codes"),
    [
        ({}, date(2027, 10, 14), []),
        ({"apprentices": 3}, date(2027, 10, 14), ["mentor_full"]),
        ({"service_years": 4}, None, ["mentor_too_new"]),
        ({"service_years": None}, None, ["mentor_service_unknown"]),
        ({"title": TitleGrade.SECOND}, None, ["mentor_title_too_low"]),
        ({"title": None}, None, ["mentor_title_unknown"]),
        ({}, date(2027, 1, 14), ["term_out_of_range"]),
        ({}, date(2029, 10, 14), []),
        ({}, date(2029, 12, 14), ["term_out_of_range"]),
    ],
)
def test_rules_that_are_not_kept_are_found(
    mentor: dict[str, Any], ends: date | None, codes: list[str]
) -> None:
    found = policies.violations(POLICY, mentor=standing(**mentor), starts_on=TODAY, term_ends_on=ends)

    assert [one.code for one in found] == codes


def standing(**other: Any) -> Mentor:
    facts: dict[str, Any] = {
        "name": "林老师",
        "apprentices": 0,
        "service_years": 12,
        "title": TitleGrade.FIRST,
    }
    return Mentor(**{**facts, **other})


def test_by_the_policy_a_rule_is_refused_or_pointed_out() -> None:
    lenient = Policy(weights={"mentor_full": RuleWeight.FLAG})
    full: dict[str, Any] = {
        "mentor": standing(apprentices=3),
        "starts_on": TODAY,
        "term_ends_on": None,
        "reverse": False,
    }

    assert [one.code for one in policies.check_rules(lenient, **full)] == ["mentor_full"]
    with pytest.raises(Refused, match="林老师已带3名徒弟，最多3名，请另选师父"):
        policies.check_rules(POLICY, **full)


def test_of_the_young_who_mentor_the_old_no_years_are_asked() -> None:
    young = standing(service_years=1, title=TitleGrade.THIRD)

    found = policies.check_rules(POLICY, mentor=young, starts_on=TODAY, term_ends_on=None, reverse=True)

    assert found == []


@pytest.mark.parametrize(
    ("after", "months"),
    [(date(2027, 10, 14), 12), (date(2027, 4, 10), 6), (date(2027, 4, 1), 6), (date(2026, 11, 1), 1)],
)
def test_a_term_is_counted_in_whole_months(after: date, months: int) -> None:
    assert policies.whole_months(TODAY, after) == months


PUBLISHED = {
    "valid_from": "2026-09-01",
    "source": "县教育局（2026）18号",
    "apprentices_max": 1,
    "service_years_min": 5,
    "title_min": "first",
    "term_months_min": 12,
    "term_months_max": 36,
    "new_years_max": 2,
    "match_days_max": 20,
    "office_approves": False,
    "weights": {"mentor_full": "refuse", "mentor_too_new": "flag"},
    "focuses": [{"code": "teaching", "label": "教学"}, {"code": "moral", "label": "德育"}],
    "duties": [{"code": "hears", "party": "mentor", "name": "听课", "unit": "节", "target": 8}],
}


def test_a_policy_holds_from_its_day_on(door: Door) -> None:
    published = said_in(door.as_(QIAN).post("/pairing-policies", PUBLISHED))

    assert published["apprentices_max"] == 1
    listed = said_in(door.as_(CHEN).get("/pairing-policies"))
    assert listed["today"]["source"] == "县教育局（2026）18号"
    assert [one["valid_from"] for one in listed["policies"]] == ["2026-09-01", None]
    agreement = said_in(door.as_(CHEN).post("/pairings/proposals", proposal(focus="moral")))
    assert agreement["pairing"]["focus_label"] == "德育"
    assert agreement["versions"][0]["missing"] == ["mentor", "apprentice"]
    assert [one["name"] for one in agreement["duties"]] == ["听课"]
    full = door.as_(ZHAO).post("/pairings/proposals", proposal(LIN, WU))
    assert code_of(full) == (409, "mentor_full")
    assert code_of(door.as_(ZHAO).post("/pairings", pair(LIN, WU))) == (409, "mentor_full")


def test_a_policy_is_the_countys_and_is_never_changed(door: Door) -> None:
    assert code_of(door.as_(ZHAO).post("/pairing-policies", PUBLISHED)) == (403, "forbidden")
    door.as_(QIAN).post("/pairing-policies", PUBLISHED)
    assert code_of(door.as_(QIAN).post("/pairing-policies", PUBLISHED)) == (409, "policy_day_taken")
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"), door.engine.begin() as connection:
        connection.execute(text("UPDATE pairing_policies SET apprentices_max = 9"))


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"focuses": []}, "policy_unclear"),
        ({"duties": PUBLISHED["duties"] * 2}, "policy_unclear"),  # type: ignore[operator]  # a list of one
        ({"term_months_min": 40}, "policy_unclear"),
        ({"template": "师父和徒弟结对"}, "template_unclear"),
    ],
)
def test_a_policy_nobody_could_follow_is_refused(door: Door, other: dict[str, Any], code: str) -> None:
    assert code_of(door.as_(QIAN).post("/pairing-policies", {**PUBLISHED, **other})) == (409, code)


def test_a_new_template_has_a_new_number(door: Door) -> None:
    template = "{mentor}、{apprentice}：自{starts_on}至{last_day}结对。"
    body = {**PUBLISHED, "template": template}

    numbers = [
        said_in(door.as_(QIAN).post("/pairing-policies", {**body, "valid_from": day}))["template_no"]
        for day in ("2026-09-01", "2026-10-01")
    ]

    assert numbers == [2, 2]
    agreement = said_in(door.as_(ZHAO).post("/pairings/proposals", proposal()))
    assert agreement["versions"][0]["text"] == "林老师、陈老师：自2026年10月20日至2027年10月19日结对。"


def test_every_wrong_field_of_a_policy_is_named(door: Door) -> None:
    body = {**PUBLISHED, "apprentices_max": 0, "weights": {"x": "refuse"}, "title_min": "king"}

    wrong = wrong_fields(door.as_(QIAN).post("/pairing-policies", body))

    assert {name.split(".")[0] for name in wrong} == {"apprentices_max", "weights", "title_min"}
