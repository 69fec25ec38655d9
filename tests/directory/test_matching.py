"""Who waits for a mentor, who has room, who would suit: decisions as tables, and the lists at the door."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import insert, update

from services.directory.domain import matching
from services.directory.domain.matching import Colleague
from services.directory.domain.policies import Focus, Policy
from services.directory.models import Membership, Person, PersonRecord
from shared import db
from shared.auth import Actor
from shared.vocabulary import MembershipKind, MentoringNeed, SchoolStage, TitleGrade
from tests.directory.test_agreements import in_force, proposal
from tests.directory.test_keep_agreement import BEGUN
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
    in_force(known, **BEGUN)
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
    in_force(known, **BEGUN)
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
