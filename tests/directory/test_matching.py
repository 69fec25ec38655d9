"""Who waits for a mentor, who has room, who would suit: decisions as tables, and the lists at the door."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from services.directory.domain import matching, policies
from services.directory.domain.matching import Colleague
from services.directory.domain.policies import Focus, Mentor, Policy
from services.directory.models import Membership, Person, PersonRecord
from shared import db
from shared.auth import Actor
from shared.values import Refused
from shared.vocabulary import MembershipKind, MentoringNeed, RuleWeight, SchoolStage, TitleGrade
from tests.directory.test_agreements import in_force, proposal
from tests.directory.test_keep_agreement import NOW
from tests.directory.test_start_pairing import pair
from tests.signed_in import CHEN, HU, LIN, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in, wrong_fields

TODAY = date(2026, 10, 14)
POLICY = Policy()
TEACHING = POLICY.focus("teaching")


def teacher(number: int, **other: Any) -> Colleague:
    """Somebody of an ordinary school, with room for apprentices."""
    facts: dict[str, Any] = {
        "person_id": UUID(int=number),
        "name": f"教师{number}",
        "school_id": UUID(int=0x51),
        "school": "青石镇中心小学",
        "district_id": UUID(int=0x7),
        "district": "青石镇",
        "stage": SchoolStage.PRIMARY,
        "subject": "语文",
        "second_subjects": None,
        "since": date(2026, 9, 1),
        "service_years": 12,
        "title": TitleGrade.FIRST,
        "apprentices": 0,
        "mentors": 0,
        "free_since": None,
        "need": None,
        "need_since": None,
        "is_away": False,
    }
    return Colleague(**{**facts, **other})


NEW = {"service_years": 0, "title": None}
ELSEWHERE = {"school_id": UUID(int=0x52), "school": "县实验小学"}
FAR = {**ELSEWHERE, "district_id": UUID(int=0x8), "district": "双桥镇"}


@pytest.mark.parametrize(
    ("serves_since", "on", "years"),
    [
        (2026, date(2026, 10, 14), 0),
        (2026, date(2027, 8, 31), 0),
        (2026, date(2027, 9, 1), 1),
        (2027, date(2026, 10, 14), 0),
        (None, TODAY, None),
    ],
)
def test_years_of_service_are_school_years(serves_since: int | None, on: date, years: int | None) -> None:
    assert matching.service_years(serves_since, on=on) == years


@pytest.mark.parametrize(
    ("other", "days", "is_late"),
    [
        (NEW, 43, True),
        ({**NEW, "since": date(2026, 10, 1)}, 13, False),
        ({**NEW, "free_since": date(2026, 10, 4)}, 10, False),
        ({**NEW, "mentors": 1}, None, None),
        ({**NEW, "is_away": True}, None, None),
        ({"service_years": 2}, 43, True),
        ({"service_years": 3}, None, None),
        ({"service_years": None}, None, None),
        ({"need": MentoringNeed.NEW_SUBJECT, "need_since": date(2026, 10, 10)}, 4, False),
        ({**NEW, "since": date(2026, 12, 1)}, 0, False),
    ],
)
def test_who_waits_and_for_how_long(other: dict[str, Any], days: int | None, is_late: bool | None) -> None:  # noqa: FBT001  a column of the table
    found = matching.waiting([teacher(1, **other)], policy=POLICY, on=TODAY)

    assert [(one.days, one.is_late) for one in found] == ([] if days is None else [(days, is_late)])


@pytest.mark.parametrize(
    ("other", "may"),
    [
        ({}, True),
        ({"service_years": 4}, False),
        ({"service_years": None}, True),
        ({"title": TitleGrade.SECOND}, False),
        ({"title": TitleGrade.PROFESSOR}, True),
        ({"title": None}, True),
        ({"title": None, "service_years": None}, False),
        ({"is_away": True}, False),
        ({"apprentices": 3}, False),
    ],
)
def test_who_has_room(other: dict[str, Any], may: bool) -> None:  # noqa: FBT001  a column of the table
    assert bool(matching.with_room([teacher(1, **other)], policy=POLICY)) is may


def test_the_overloaded_are_those_over_the_limit() -> None:
    three, four, five = (teacher(number, apprentices=number) for number in (3, 4, 5))

    assert matching.overloaded([three, four, five], policy=POLICY) == [five, four]


def test_a_shortage_is_seen_by_school_and_subject() -> None:
    people = [
        teacher(1, **NEW),
        teacher(2, **NEW),
        teacher(3, **NEW, subject="数学"),
        teacher(4, apprentices=2),
        teacher(5, **FAR),
    ]

    found = [
        (one.subject, one.waiting, one.places, one.missing)
        for one in matching.shortage(people, policy=POLICY, on=TODAY)
    ]

    assert found == [("语文", 2, 1, 1), ("数学", 1, 0, 1)]


@pytest.mark.parametrize(
    "nearer_first",
    [
        [{}, {"subject": "数学"}, ELSEWHERE, FAR],
        [ELSEWHERE, {**ELSEWHERE, "subject": "数学"}],
        [{**FAR, "stage": SchoolStage.NINE_YEAR}, {**FAR, "stage": SchoolStage.SENIOR}],
        [ELSEWHERE, FAR],
        [{"apprentices": 0}, {"apprentices": 1}, {"apprentices": 2}],
        [{"service_years": 20}, {"service_years": 6}],
        [{"title": TitleGrade.SENIOR}, {"title": TitleGrade.FIRST}],
        [{"second_subjects": "语文、美术", "subject": "数学"}, {"subject": "数学"}],
        [{}, {}],
    ],
)
def test_who_would_suit_comes_first(nearer_first: list[dict[str, Any]]) -> None:
    apprentice = teacher(99, **NEW)
    mentors = [teacher(number, **other) for number, other in enumerate(nearer_first, start=1)]

    for given in (mentors, mentors[::-1]):
        assert names(ranked(apprentice, given)) == names_of(mentors)


def test_who_cannot_or_already_does_is_no_candidate() -> None:
    apprentice = teacher(1)
    others = [teacher(2, apprentices=3), teacher(3, title=TitleGrade.THIRD), teacher(4), teacher(5)]

    found = matching.ranked(
        apprentice, [apprentice, *others], policy=POLICY, focus=TEACHING, paired=[UUID(int=4)]
    )

    assert names(found) == ["教师5"]


def test_the_reasons_are_words() -> None:
    apprentice = teacher(99, **NEW)
    (near,) = ranked(apprentice, [teacher(1, apprentices=1)])
    (far,) = ranked(apprentice, [teacher(2, **FAR, subject="数学", service_years=None)])

    assert list(near.reasons) == [
        "同校",
        "同学科（语文）",
        "同学段",
        "同在青石镇",
        "现带1名徒弟，还可带2名",
        "一级教师、教龄12年",
    ]
    assert list(far.reasons) == ["外校：县实验小学", "同学段", "现带0名徒弟，还可带3名", "一级教师"]


def test_a_focus_beside_the_subject_does_not_ask_for_it() -> None:
    focus = Focus(code="class_teacher", label="班主任", by_subject=False)
    long_serving, same = teacher(1, subject="数学", service_years=30), teacher(2)

    found = matching.ranked(teacher(9, **NEW), [same, long_serving], policy=POLICY, focus=focus)

    assert names(found) == ["教师1", "教师2"]
    assert not any("学科" in reason for one in found for reason in one.reasons)


def ranked(apprentice: Colleague, mentors: Iterable[Colleague]) -> list[matching.Candidate]:
    return matching.ranked(apprentice, mentors, policy=POLICY, focus=TEACHING)


def names(found: Iterable[matching.Candidate]) -> list[str]:
    return [one.colleague.name for one in found]


def names_of(people: Iterable[Colleague]) -> list[str]:
    return [one.name for one in people]


# --- policies ---------------------------------------------------------------------------------------------


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
    with pytest.raises(IntegrityError, match="append-only"), door.engine.begin() as connection:
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


# --- at the door ------------------------------------------------------------------------------------------


@pytest.fixture
def known(door: Door) -> Door:
    """Lin has served for long, Chen and another are new."""
    with db.transaction(door.engine) as session:
        for one, since, title in ((LIN, 2006, TitleGrade.SENIOR), (CHEN, 2025, None)):
            mine = (PersonRecord.person_id == one.person_id, PersonRecord.withdrawn_at.is_(None))
            session.execute(update(PersonRecord).where(*mine).values(withdrawn_at=door.now))
            _record(session, one, door, serves_since=since, title=title)
        session.execute(insert(Person), [{"id": UUID(int=0xD1), "version": 0, "entered_at": door.now}])
        newcomer = Actor(person_id=UUID(int=0xD1), name="何老师", school_id=SCHOOL, roles=frozenset())
        _record(session, newcomer, door, serves_since=2026, title=None)
        membership = {
            "id": uuid5(newcomer.person_id, "membership"),
            "person_id": newcomer.person_id,
            "school_id": SCHOOL,
            "kind": MembershipKind.HOME,
            "subject": "数学",
            "starts_on": TODAY - timedelta(days=40),
            "recorded_at": door.now,
        }
        session.execute(insert(Membership), [membership])
    return door


def _record(session: Any, one: Actor, door: Door, **other: Any) -> None:
    row = {
        "id": uuid5(one.person_id, "better known"),
        "person_id": one.person_id,
        "name": one.name,
        "name_key": one.name,
        "starts_on": date(2020, 9, 1),
        "recorded_at": door.now,
        **other,
    }
    session.execute(insert(PersonRecord), [row])


def test_who_waits_is_listed_by_day(known: Door) -> None:
    listed = said_in(known.as_(ZHAO).get("/pairings/unmatched"))

    assert [(one["apprentice"]["name"], one["why"]) for one in listed["waiting"]] == [
        ("陈老师", "教龄1年"),
        ("何老师", "教龄0年"),
    ]
    assert (listed["waiting"][1]["days"], listed["total"], listed["late"]) == (40, 2, 2)
    in_force(known, **NOW)
    assert waiting(known) == ["何老师"]
    assert waiting(known, "?on=2026-10-09") == ["何老师"]  # agreed by then, though it had not begun


def test_a_proposal_alone_ends_no_waiting(known: Door) -> None:
    known.as_(ZHAO).post("/pairings/proposals", proposal())

    assert "陈老师" in waiting(known)


def waiting(door: Door, query: str = "") -> list[str]:
    listed = said_in(door.as_(ZHAO).get(f"/pairings/unmatched{query}"))
    return [one["apprentice"]["name"] for one in listed["waiting"]]


def test_who_is_flagged_waits_too_until_it_is_taken_back(known: Door) -> None:
    zhao = known.as_(ZHAO)
    body = {"person_id": str(WU.person_id), "reason": "new_subject", "since_on": "2026-10-01"}

    for _ in range(2):
        assert zhao.post("/pairings/needs", body).status_code == 204
    assert "吴老师" in waiting(known)
    assert zhao.post(f"/pairings/needs/{WU.person_id}/close").status_code == 204
    assert "吴老师" not in waiting(known)
    assert code_of(zhao.post(f"/pairings/needs/{WU.person_id}/close")) == (404, "not_found")
    assert code_of(known.as_(HU).post("/pairings/needs", body)) == (404, "not_found")
    assert code_of(known.as_(LIN).post("/pairings/needs", body)) == (403, "forbidden")
    assert set(wrong_fields(zhao.post("/pairings/needs", {"reason": "x"}))) == {
        "person_id",
        "reason",
        "since_on",
    }


def test_mentors_with_room_are_listed(known: Door) -> None:
    listed = said_in(known.as_(ZHAO).get("/pairings/mentors"))

    assert [(one["name"], one["title_label"], one["apprentices"]) for one in listed["mentors"]] == [
        ("林老师", "高级教师", 0)
    ]
    overloaded = said_in(known.as_(ZHAO).get("/pairings/mentors?which=overloaded"))
    assert overloaded["mentors"] == []


def test_where_they_are_short_is_listed(known: Door) -> None:
    rows = said_in(known.as_(QIAN).get("/pairings/shortage"))["rows"]

    assert [(one["subject"], one["waiting"], one["places"], one["missing"]) for one in rows] == [
        ("数学", 1, 0, 1),
        ("语文", 1, 3, 0),
    ]


def test_candidates_come_with_reasons(known: Door) -> None:
    path = f"/pairings/candidates?apprentice_id={CHEN.person_id}&focus=teaching"

    (one,) = said_in(known.as_(ZHAO).get(path))["candidates"]

    assert (one["mentor"]["name"], one["reasons"][:2]) == ("林老师", ["同校", "同学科（语文）"])
    in_force(known, **NOW)
    assert said_in(known.as_(ZHAO).get(path))["candidates"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/pairings/unmatched",
        "/pairings/mentors",
        "/pairings/shortage",
        f"/pairings/candidates?apprentice_id={CHEN.person_id}",
    ],
)
def test_lists_are_for_offices_and_end_at_the_school(known: Door, path: str) -> None:
    assert code_of(known.as_(LIN).get(path)) == (403, "forbidden")
    answer = known.as_(HU).get(path)
    assert answer.status_code == (404 if "candidates" in path else 200)
    assert "陈老师" not in answer.get_data(as_text=True)
    assert "林老师" not in answer.get_data(as_text=True)


def test_a_school_cannot_list_another(known: Door) -> None:
    assert said_in(known.as_(HU).get(f"/pairings/unmatched?school_id={SCHOOL}"))["waiting"] == []
