"""Whatever becomes of people later, what held on the days before is answered as it was."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.directory.service import SERVICE
from tests.directory.register import NOW
from tests.signed_in import CHEN, HU, LIN, OTHER_SCHOOL, QIAN, SCHOOL, Door, opened_door

PEOPLE = [CHEN, LIN, HU]
DAYS = ("2021-03-01", "2026-09-30")
"""Of which nothing is changed: all that happens begins in October."""
SHOWN = ("name", "subject", "second_subjects", "title", "posts")

days = st.dates(min_value=NOW.date().replace(day=1), max_value=NOW.date().replace(year=2027))
whom = st.sampled_from(PEOPLE)
moves = st.tuples(st.just("move"), whom, days, st.sampled_from([SCHOOL, OTHER_SCHOOL]))
amendments = st.tuples(st.just("amend"), whom, days, st.sampled_from(["数学", "科学"]))
merges = st.tuples(st.just("merge"), whom, days, whom)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happened=st.lists(moves | amendments | merges, max_size=6))
def test_transfers_corrections_and_merges_leave_the_past_alone(
    registers: Path, happened: list[tuple[Any, ...]]
) -> None:
    with (
        TemporaryDirectory() as folder,
        opened_door(Path(shutil.copy(registers, folder)), SERVICE, now=NOW) as door,
    ):
        before = answers(door)
        undo = []
        for deed in happened:
            door.later(minutes=1)
            undo += done(door, *deed)
        for path in undo:
            assert door.as_(QIAN).post(path).status_code == 204

        assert answers(door) == before


def answers(door: Door) -> list[Any]:
    """What is told of everybody, as of the days before."""
    return [told(door, person_id=person.person_id, on=on) for person in PEOPLE for on in DAYS]


def told(door: Door, *, person_id: object, on: str) -> Any:
    """Who somebody was on a day, and where they belonged then."""
    page = door.as_(QIAN).get(f"/people/{person_id}?on={on}").get_json()
    there = [
        (one["school"], one["kind"], one["subject"])
        for one in page["memberships"]
        if one["starts_on"] <= on and (one["ends_on"] is None or on < one["ends_on"])
    ]
    posts = [(post["school"], post["role"]) for post in page["posts"]]
    return [page[name] for name in SHOWN if name != "posts"], there, posts


def done(door: Door, what: str, whom: Any, day: Any, detail: Any) -> list[str]:
    """Try it as the county; what undoes it, if it must be undone to see the entry by itself."""
    county = door.as_(QIAN)
    match what:
        case "move":
            body = {"person_id": str(whom.person_id), "to_school_id": str(detail), "subject": "语文"}
            body |= {"effective_on": day.isoformat(), "because": "补办"}
            answer = county.post("/transfers", body)
            if answer.status_code == 201:
                county.post(f"/transfers/{answer.get_json()['transfer_id']}/agree", {})
        case "amend":
            body = {"starts_on": day.isoformat(), "subject": detail, "name": f"{detail}老师"}
            county.post(f"/people/{whom.person_id}/amend", body)
        case _:
            answer = county.post(f"/people/{whom.person_id}/merges", {"alias_id": str(detail.person_id)})
            if answer.status_code == 201:
                return [f"/merges/{answer.get_json()['merge_id']}/undo"]
    return []
