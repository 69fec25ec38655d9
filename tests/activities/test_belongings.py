"""Who belongs to the school on the day of a session may speak, check in and be confirmed; nobody else."""

from collections.abc import Sequence
from datetime import date
from itertools import permutations
from uuid import UUID

import pytest

from shared.events.directory import Belonging, TeacherChanged
from shared.vocabulary import MembershipKind
from tests.activities.facts import announced, announcement, attendees, joined, recorded, row
from tests.signed_in import CHEN, HU, LIN, OTHER_SCHOOL, SCHOOL, WU, Door, code_of, said_in, wrong_fields

HOME, SECONDED = MembershipKind.HOME, MembershipKind.SECONDED
SINCE, TOMORROW = date(2020, 9, 1), date(2026, 10, 15)


def changed(teacher_id: UUID, *parts: Belonging, version: int = 1, name: str = "陈文静") -> TeacherChanged:
    """All that is now known of a teacher."""
    return TeacherChanged(teacher_id=teacher_id, school_id=SCHOOL, version=version, name=name, belongs=parts)


def belongs(
    school_id: UUID, starts_on: date, ends_on: date | None = None, kind: MembershipKind = HOME
) -> Belonging:
    """A period at a school."""
    return Belonging(school_id=school_id, kind=kind, subject="语文", starts_on=starts_on, ends_on=ends_on)


LEAVES = changed(CHEN.person_id, belongs(SCHOOL, SINCE, TOMORROW), belongs(OTHER_SCHOOL, TOMORROW))


def test_whoever_moves_tomorrow_is_confirmed_for_today_and_no_more(door: Door) -> None:
    door.hear(LEAVES)
    path = recorded(door)

    said_in(door.as_(WU).post(f"{path}/attendance", attendees(row(CHEN.person_id), row(LIN.person_id))))
    late = announcement(starts_at="2026-10-16T15:00:00+08:00", speaker_id=str(CHEN.person_id))

    assert wrong_fields(door.as_(WU).post("/sessions", late)) == {"speaker_id": "teacher_not_here"}


def test_attendance_before_somebody_came_is_refused(door: Door) -> None:
    door.hear(changed(CHEN.person_id, belongs(SCHOOL, TOMORROW)))
    path = recorded(door)

    answer = door.as_(WU).post(f"{path}/attendance", attendees(row(CHEN.person_id), row(LIN.person_id)))

    assert wrong_fields(answer) == {"attendees.0.teacher_id": "teacher_not_here"}


def test_a_new_name_is_shown(door: Door) -> None:
    door.hear(LEAVES)
    path = recorded(door)
    said_in(door.as_(WU).post(f"{path}/attendance", attendees(row(CHEN.person_id), row(LIN.person_id))))

    names = {one["teacher_name"] for one in said_in(door.as_(WU).get(path))["attendees"]}

    assert "陈文静" in names


def test_who_is_sent_here_sees_and_attends_the_sessions_of_those_days(door: Door) -> None:
    path = announced(door)
    assert code_of(door.as_(HU).get(path)) == (404, "not_found")

    sent = belongs(SCHOOL, date(2026, 10, 1), date(2026, 11, 1), SECONDED)
    door.hear(changed(HU.person_id, belongs(OTHER_SCHOOL, SINCE), sent, name="胡老师"))
    door.later(minutes=40)

    said_in(door.as_(HU).post(f"{path}/check-ins", {}))
    assert code_of(door.as_(HU).post(f"{path}/cancel")) == (404, "not_found")
    door.later(days=30)
    assert code_of(door.as_(HU).get(path)) == (404, "not_found")


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_in_any_order_the_highest_version_holds(door: Door, order: Sequence[int]) -> None:
    sun = UUID(int=0xD1)
    facts = [joined(sun, name="小孙"), changed(sun, belongs(OTHER_SCHOOL, SINCE)), changed(sun, version=2)]

    for place in order:
        door.hear(facts[place])

    assert [one for one in door.rows("known_belongings") if sun in one] == []
    assert (sun, "陈文静", 2) in door.rows("known_teachers")
