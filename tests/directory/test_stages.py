"""Career stages are data; what a set leaves open is named, and so is everybody it leaves out."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from services.directory.domain.names import name_key
from services.directory.domain.stages import (
    Gap,
    Stage,
    faults_of,
    gaps,
    overlaps,
    stages_of,
    years_of_service,
)
from services.directory.models import Membership, Person, PersonRecord
from shared import db
from shared.vocabulary import MembershipKind
from tests.directory.register import NOW, SINCE
from tests.signed_in import CHEN, HU, LIN, OTHER_SCHOOL, QIAN, SCHOOL, ZHAO, Door, code_of, said_in
from tests.signed_in import wrong_fields as wrong

# --- the pure checker


def stage(label: str, since: int, until: int | None) -> Stage:
    return Stage(code=f"s{since}", label=label, years_from=since, years_until=until)


SOUND = [stage("新教师", 0, 5), stage("青年教师", 5, 20), stage("中年教师", 20, None)]
AS_WRITTEN = [stage("新教师", 0, 5), stage("青年教师", 10, 20), stage("中年教师", 20, None)]
"""The documents: within 5 years, above 10 and below 20, above 20; "above" taken to include the number."""
ABOVE_EXCLUDES = [stage("新教师", 0, 5), stage("青年教师", 11, 20), stage("中年教师", 21, None)]
"""The same words, "above" taken to leave the number out."""
BELOW_INCLUDES = [stage("新教师", 0, 5), stage("青年教师", 10, 21), stage("中年教师", 20, None)]
"""The same words, both taken to include the number."""


def test_the_documents_tiers_leave_five_to_ten_years_to_nobody() -> None:
    assert gaps(AS_WRITTEN) == [Gap(years_from=5, years_until=10)]
    assert stages_of(7, AS_WRITTEN) == []
    assert overlaps(AS_WRITTEN) == []


def test_read_strictly_they_lose_exactly_ten_and_twenty_as_well() -> None:
    assert gaps(ABOVE_EXCLUDES) == [Gap(years_from=5, years_until=11), Gap(years_from=20, years_until=21)]


def test_read_widely_two_tiers_claim_exactly_twenty() -> None:
    assert faults_of(BELOW_INCLUDES) == [
        "5年至不满10年不属于任何一层",
        "20年至不满21年同属青年教师和中年教师",
    ]
    assert len(stages_of(20, BELOW_INCLUDES)) == 2


def test_a_sound_set_has_no_faults() -> None:
    assert faults_of(SOUND) == []


bounds = st.integers(0, 40)
some_stages = st.lists(
    st.tuples(bounds, st.none() | st.integers(1, 20)).map(
        lambda one: stage("层", one[0], None if one[1] is None else one[0] + one[1])
    ),
    max_size=6,
)


@given(stages=some_stages, years=st.integers(0, 70))
def test_whoever_is_in_no_stage_is_in_a_gap_and_whoever_is_in_two_in_an_overlap(
    stages: list[Stage], years: int
) -> None:
    def within(span: Any) -> bool:
        return bool(span.years_from <= years and (span.years_until is None or years < span.years_until))

    claimed = len(stages_of(years, stages))

    assert any(within(gap) for gap in gaps(stages)) == (claimed == 0)
    assert any(within(overlap) for overlap in overlaps(stages)) == (claimed > 1)


@pytest.mark.parametrize(
    ("since", "on", "years"),
    [
        (2021, date(2026, 8, 31), 4),
        (2021, date(2026, 9, 1), 5),
        (2026, date(2026, 9, 1), 0),
        (2027, date(2026, 9, 1), 0),
    ],
)
def test_years_of_service_are_full_school_years(since: int, on: date, years: int) -> None:
    assert years_of_service(since, on=on) == years


# --- published and asked


def as_json(stages: list[Stage]) -> list[dict[str, Any]]:
    return [
        {"code": one.code, "label": one.label, "years_from": one.years_from, "years_until": one.years_until}
        for one in stages
    ]


def publish(door: Door, stages: list[Stage], *, by: Any = QIAN, **other: Any) -> Any:
    body = {"valid_from": "2024-09-01", "source": "教师2024-9号", "stages": as_json(stages), **other}
    return door.as_(by).post("/stage-sets", body)


@pytest.fixture
def served(door: Door) -> None:
    """Teachers of two, seven and thirty years, in Lin's school and one of seven in the other."""
    with db.transaction(door.engine) as session:
        for name, since, school in (
            ("新老师", 2024, SCHOOL),
            ("七年老师", 2019, SCHOOL),
            ("老教师", 1996, SCHOOL),
            ("别校老师", 2019, OTHER_SCHOOL),
        ):
            person = uuid4()
            known = {"starts_on": SINCE, "recorded_at": NOW, "person_id": person}
            session.execute(insert(Person), [{"id": person, "version": 0, "entered_at": NOW}])
            called = {"name": name, "name_key": name_key(name), "serves_since": since}
            session.execute(insert(PersonRecord), [{"id": uuid4(), **called, **known}])
            belongs = {"school_id": school, "kind": MembershipKind.HOME, "subject": "语文"}
            session.execute(insert(Membership), [{"id": uuid4(), **belongs, **known}])


def labels(door: Door, *, by: Any = ZHAO, on: str = "2026-10-14") -> dict[str, list[str]]:
    page = said_in(door.as_(by).get(f"/schools/{SCHOOL}/stages?on={on}"))
    return {one["name"]: [stage["label"] for stage in one["stages"]] for one in page["items"]}


@pytest.mark.usefixtures("served")
def test_everybody_has_a_stage_as_of_a_day(door: Door) -> None:
    said_in(publish(door, SOUND))

    now, before = labels(door), labels(door, on="2024-09-01")

    assert {name: now[name] for name in ("新老师", "七年老师", "老教师", "林老师")} == {
        "新老师": ["新教师"],
        "七年老师": ["青年教师"],
        "老教师": ["中年教师"],
        "林老师": [],
    }
    assert before["七年老师"] == ["青年教师"]


@pytest.mark.usefixtures("served")
def test_whom_a_set_leaves_out_is_named_and_never_dropped(door: Door) -> None:
    said_in(publish(door, AS_WRITTEN, unsound=True))

    county = said_in(door.as_(QIAN).get("/stage-misfits"))
    school = said_in(door.as_(ZHAO).get("/stage-misfits"))

    assert county["faults"] == ["5年至不满10年不属于任何一层"]
    left_out = {one["name"] for one in county["people"] if one["years"] is not None}
    assert left_out == {"七年老师", "别校老师"}
    assert "林老师" in {one["name"] for one in county["people"]}
    assert "别校老师" not in {one["name"] for one in school["people"]}


def test_a_set_with_holes_is_refused_unless_it_is_known_to_have_them(door: Door) -> None:
    answer = publish(door, AS_WRITTEN)

    assert code_of(answer) == (409, "stages_unsound")
    assert "5年至不满10年" in answer.json["title"]
    assert publish(door, AS_WRITTEN, unsound=True).status_code == 201


@pytest.mark.usefixtures("served")
def test_a_set_is_looked_at_before_it_is_published(door: Door) -> None:
    body = {"stages": as_json(AS_WRITTEN), "valid_from": "2026-09-01"}

    seen = said_in(door.as_(QIAN).post("/stage-sets/preview", body))

    assert seen["faults"] == ["5年至不满10年不属于任何一层"]
    assert {"七年老师", "别校老师"} <= {one["name"] for one in seen["people"]}
    assert said_in(door.as_(QIAN).get("/stage-sets"))["items"] == []


@pytest.mark.usefixtures("served")
def test_a_corrected_set_holds_and_the_first_stays_known(door: Door) -> None:
    said_in(publish(door, AS_WRITTEN, unsound=True))
    door.later(days=1)
    said_in(publish(door, SOUND))
    then = f"{NOW + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"

    now = said_in(door.as_(QIAN).get("/stage-misfits"))
    before = said_in(door.as_(QIAN).get(f"/stage-misfits?known_at={then}"))

    assert now["faults"] == []
    assert before["faults"] == ["5年至不满10年不属于任何一层"]
    assert len(said_in(door.as_(CHEN).get("/stage-sets"))["items"]) == 2


@pytest.mark.usefixtures("served")
def test_a_later_set_leaves_the_days_before_it_alone(door: Door) -> None:
    said_in(publish(door, SOUND))
    two = [stage("青年", 0, 10), stage("中年", 10, None)]
    said_in(publish(door, two, valid_from="2026-09-01"))

    assert labels(door)["七年老师"] == ["青年"]
    assert labels(door, on="2026-08-31")["七年老师"] == ["青年教师"]


def test_before_the_first_set_there_is_no_stage(door: Door) -> None:
    assert code_of(door.as_(LIN).get(f"/people/{LIN.person_id}/stage")) == (404, "not_found")


@pytest.mark.usefixtures("served")
def test_one_teachers_stage_is_shown_within_reach(door: Door) -> None:
    said_in(publish(door, SOUND))
    path = f"/people/{LIN.person_id}/stage"

    assert said_in(door.as_(LIN).get(path))["years"] is None
    assert code_of(door.as_(HU).get(path)) == (404, "not_found")
    assert code_of(door.as_(HU).get(f"/schools/{SCHOOL}/stages")) == (404, "not_found")


def test_only_the_county_office_publishes(door: Door) -> None:
    assert code_of(publish(door, SOUND, by=ZHAO)) == (403, "forbidden")
    assert code_of(publish(door, SOUND, by=HU)) == (403, "forbidden")


@pytest.mark.parametrize(
    ("stages", "code"),
    [
        ([stage("空", 5, 5), stage("全", 0, None)], "stage_empty"),
        ([stage("新教师", 0, 5), stage("新教师", 5, None)], "stage_named_twice"),
    ],
)
def test_a_set_that_makes_no_sense_is_refused(door: Door, stages: list[Stage], code: str) -> None:
    assert code_of(publish(door, stages)) == (409, code)


def test_every_wrong_field_of_a_set_is_named(door: Door) -> None:
    body = {"valid_from": "x", "stages": [{"code": "新", "label": "", "years_from": -1, "years_until": "5"}]}

    assert set(wrong(door.as_(QIAN).post("/stage-sets", body))) == {
        "valid_from",
        "source",
        "stages.0.code",
        "stages.0.label",
        "stages.0.years_from",
        "stages.0.years_until",
    }


def test_a_moment_of_publication_is_kept(door: Door) -> None:
    said_in(publish(door, SOUND))

    (found,) = said_in(door.as_(QIAN).get("/stage-sets"))["items"]

    assert datetime.fromisoformat(found["published_at"]).astimezone(UTC) == NOW
