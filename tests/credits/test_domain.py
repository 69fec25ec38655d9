"""The rules of hours as tables of cases: worth, standing, publication, and their explanations."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.credits import domain
from shared.values import Refused
from shared.vocabulary import EntryKind, HourCategory, SessionRole

TODAY = date(2026, 9, 10)
SCHOOL_BASED, CROSS_SCHOOL = HourCategory.SCHOOL_BASED, HourCategory.CROSS_SCHOOL

PACK = domain.RulePack(
    id=UUID(int=1),
    name="教师培训学时管理办法",
    source="县教发2026年12号",
    valid_from=date(2026, 9, 1),
    required_hours_hundredths=7200,
    required_school_based_hours_hundredths=2400,
    minutes_per_hour=45,
    session_hundredths_max=400,
    role_weights={SessionRole.PARTICIPANT: 100, SessionRole.SPEAKER: 200},
    forms={"county_forum": domain.FormRule(category=CROSS_SCHOOL, label="论坛")},
    default_category=SCHOOL_BASED,
    year_caps={CROSS_SCHOOL: 600},
)

ENTRY = domain.EntryFacts(
    kind=EntryKind.ACCRUAL,
    held_on=date(2026, 9, 10),
    form="county_forum",
    category=CROSS_SCHOOL,
    role=SessionRole.PARTICIPANT,
    minutes=90,
    weight_hundredths=100,
    minutes_per_hour=45,
    cut_hundredths=0,
    hours_hundredths=200,
)

DAY = "2026年9月10日参加“论坛”"
RULE = "按《教师培训学时管理办法》，45分钟计1学时"


# --- one attendance ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "weight", "minutes_per_hour", "most", "hours", "cut"),
    [
        (90, 100, 45, None, 200, 0),
        (90, 200, 45, None, 400, 0),
        (90, 150, 45, None, 300, 0),
        (40, 100, 45, None, 88, 0),  # 0.888… is rounded down, never up
        (44, 100, 45, None, 97, 0),
        (1, 100, 60, None, 1, 0),
        (0, 100, 45, None, 0, 0),
        (90, 0, 45, None, 0, 0),
        (90, 200, 45, 300, 300, 100),
        (90, 200, 45, 400, 400, 0),
        (90, 100, 40, 400, 225, 0),
    ],
)
def test_minutes_become_hours(
    *, minutes: int, weight: int, minutes_per_hour: int, most: int | None, hours: int, cut: int
) -> None:
    worth = domain.worth_of(
        minutes=minutes, weight=weight, minutes_per_hour=minutes_per_hour, session_hundredths_max=most
    )

    assert worth == domain.Worth(hours, cut)


def test_negative_minutes_are_refused() -> None:
    with pytest.raises(Refused, match="minutes_negative"):
        domain.worth_of(minutes=-1, weight=100, minutes_per_hour=45, session_hundredths_max=None)


@given(
    minutes=st.integers(0, 1_440),
    more=st.integers(0, 100),
    weight=st.integers(0, 1_000),
    minutes_per_hour=st.integers(1, 240),
    most=st.none() | st.integers(1, 5_000),
)
def test_more_minutes_never_earn_less_and_the_cap_always_holds(
    *, minutes: int, more: int, weight: int, minutes_per_hour: int, most: int | None
) -> None:
    worth, worth_of_more = (
        domain.worth_of(
            minutes=stayed, weight=weight, minutes_per_hour=minutes_per_hour, session_hundredths_max=most
        )
        for stayed in (minutes, minutes + more)
    )

    assert 0 <= worth.hours_hundredths <= worth_of_more.hours_hundredths
    assert most is None or worth_of_more.hours_hundredths <= most
    assert (worth.hours_hundredths + worth.cut_hundredths) * minutes_per_hour <= minutes * weight


def test_a_role_the_rules_do_not_weigh_is_refused() -> None:
    assert domain.weight_for(PACK, role=SessionRole.SPEAKER) == 200

    with pytest.raises(Refused, match="role_without_weight: 规则“教师培训学时管理办法”没有规定主持人的权重"):
        domain.weight_for(PACK, role=SessionRole.HOST)


@pytest.mark.parametrize(
    ("form", "category", "label"),
    [("county_forum", CROSS_SCHOOL, "论坛"), ("new_form", SCHOOL_BASED, "new_form")],
)
def test_a_form_the_rules_do_not_name_goes_to_the_default(
    form: str, category: HourCategory, label: str
) -> None:
    assert (PACK.category_of(form), PACK.label_of(form)) == (category, label)


# --- publication ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, None),
        ({"today": date(2030, 1, 1)}, None),
        ({"valid_from": TODAY + timedelta(days=400)}, None),
        ({"valid_from": TODAY + timedelta(days=401)}, "rule_pack_too_far"),
        ({"valid_from": date(2126, 9, 1)}, "rule_pack_too_far"),
        ({"begins_already": True}, "rule_pack_same_day"),
        ({"last_held_on": date(2026, 9, 1)}, "rule_pack_retroactive"),
    ],
)
def test_a_pack_begins_on_a_day_of_its_own_near_by_and_behind_nobodys_back(
    changed: Mapping[str, Any], code: str | None
) -> None:
    right = {"valid_from": date(2026, 9, 1), "begins_already": False, "last_held_on": None, "today": TODAY}
    try:
        domain.check_publishable(**{**right, **changed})
        refused = None
    except Refused as refusal:
        refused = refusal.code

    assert refused == code


# --- one year ------------------------------------------------------------------------------------------


def test_what_is_over_the_cap_is_earned_but_does_not_count() -> None:
    standing = domain.standing_of({CROSS_SCHOOL: 900, SCHOOL_BASED: 2400}, pack=PACK)

    assert [one.counted_hundredths for one in standing.categories] == [2400, 600]
    assert (standing.earned_hundredths, standing.counted_hundredths) == (3300, 3000)
    assert [one.explanation for one in standing.categories] == [
        "校本研修已得24学时，全部计入",
        "校际研修已得9学时，每学年封顶6学时，计入6学时",
    ]


@pytest.mark.parametrize(
    ("school_based", "online", "missing", "missing_school_based", "is_met"),
    [
        (0, 0, 7200, 2400, False),
        (2400, 4800, 0, 0, True),
        (2399, 4801, 0, 1, False),
        (2400, 4799, 1, 0, False),
        (7200, 0, 0, 0, True),
        (0, 9000, 0, 2400, False),
    ],
)
def test_both_floors_must_be_reached(
    *, school_based: int, online: int, missing: int, missing_school_based: int, is_met: bool
) -> None:
    earned = {SCHOOL_BASED: school_based, HourCategory.ONLINE: online}

    standing = domain.standing_of(earned, pack=PACK)

    assert standing.total
    assert standing.total.missing_hundredths == missing
    assert standing.school_based
    assert standing.school_based.missing_hundredths == missing_school_based
    assert standing.is_met is is_met


def test_without_rules_there_is_no_floor_to_reach() -> None:
    standing = domain.standing_of({}, pack=None)

    assert (standing.categories, standing.total, standing.school_based) == ([], None, None)
    assert not standing.is_met


@given(
    earned=st.dictionaries(st.sampled_from(HourCategory), st.integers(0, 20_000)),
    caps=st.dictionaries(st.sampled_from(HourCategory), st.integers(0, 10_000)),
)
def test_never_more_counts_than_was_earned_or_than_the_caps_let(
    earned: dict[HourCategory, int], caps: dict[HourCategory, int]
) -> None:
    standing = domain.standing_of(earned, pack=replace(PACK, year_caps=caps))

    assert standing.earned_hundredths == sum(earned.values())
    for one in standing.categories:
        assert one.counted_hundredths == min(one.earned_hundredths, caps.get(one.category, 20_000))


# --- explanations --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, f"{DAY}，90分钟，{RULE}，得2学时，记入校际研修"),
        (
            {"role": SessionRole.SPEAKER, "weight_hundredths": 200, "hours_hundredths": 400},
            f"{DAY}，90分钟，{RULE}，主讲人权重2，得4学时，记入校际研修",
        ),
        (
            {"minutes": 270, "cut_hundredths": 200, "hours_hundredths": 400},
            f"{DAY}，270分钟，{RULE}，折合6学时，超过单次封顶4学时，得4学时，记入校际研修",
        ),
        ({"minutes": 0, "hours_hundredths": 0}, f"{DAY}，0分钟，{RULE}，得0学时，记入校际研修"),
        (
            {"kind": EntryKind.REVERSAL, "hours_hundredths": -200},
            "2026年9月10日“论坛”的出勤确认已撤回，冲销校际研修2学时",
        ),
    ],
)
def test_every_entry_is_explained(changes: dict[str, Any], sentence: str) -> None:
    steps = domain.derivation_of(replace(ENTRY, **changes), pack=PACK)

    assert domain.explanation_of(steps) == sentence


def test_a_derivation_names_its_steps() -> None:
    facts = replace(ENTRY, weight_hundredths=200, cut_hundredths=100, hours_hundredths=300)

    codes = [step.code for step in domain.derivation_of(facts, pack=PACK)]

    assert codes == ["activity", "rule", "conversion", "weight", "cap", "decision"]
