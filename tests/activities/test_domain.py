"""When a session may be announced, entered, held, cancelled and confirmed, as tables of cases."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from time import process_time
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.activities import domain
from services.activities.domain import Announced, Presence, Round, Stay, WrongFields
from shared.values import Forbidden, Refused
from shared.vocabulary import Role, SessionRole, SessionState

NOW = datetime(2026, 10, 14, 7, 0, tzinfo=UTC)
LIN, CHEN, WU, HU = (UUID(int=number) for number in (1, 2, 3, 4))
ANNOUNCED = Announced(length_minutes=90, minutes_passed=500, speaker_id=LIN, host_id=None)


def refusal(code: str | None) -> AbstractContextManager[object]:
    """Nothing, or a refusal with this code."""
    return pytest.raises(Refused, match=f"^{code}:") if code else nullcontext()


def presence(teacher_id: UUID, *, minutes: int = 90, role: SessionRole = SessionRole.PARTICIPANT) -> Presence:
    return Presence(teacher_id=teacher_id, minutes=minutes, role=role)


def latest(*, round_no: int = 1, minutes: int = 90, revoked: bool = False) -> Round:
    return Round(round_no=round_no, minutes=minutes, role=SessionRole.PARTICIPANT, revoked=revoked)


@pytest.mark.parametrize(
    ("place", "speaker", "lacking"),
    [("录播教室", None, False), (None, LIN, False), ("录播教室", LIN, False), (None, None, True)],
)
def test_the_fixed_points_need_a_place_or_a_speaker(
    place: str | None, speaker: UUID | None, *, lacking: bool
) -> None:
    assert domain.lacks_fixed_points(place=place, speaker_id=speaker) is lacking


def announceable(**changed: Any) -> None:
    """An announcement as it should be, but for what is changed."""
    right = {"starts_at": NOW, "speaker_id": LIN, "host_id": None, "here": {LIN}, "item_unknown": False}
    domain.check_announceable(**{**right, **changed}, now=NOW)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, None),
        ({"starts_at": NOW + timedelta(days=400)}, None),
        ({"starts_at": NOW - timedelta(days=400)}, None),
        ({"starts_at": NOW + timedelta(days=400, seconds=1)}, "starts_too_far"),
        ({"starts_at": NOW - timedelta(days=400, seconds=1)}, "starts_too_far"),
        ({"starts_at": datetime.max.replace(tzinfo=UTC)}, "starts_too_far"),
        ({"speaker_id": HU}, "teacher_not_here"),
        ({"host_id": HU}, "teacher_not_here"),
        ({"speaker_id": None, "here": set()}, None),
        ({"item_unknown": True}, "plan_item_unknown"),
    ],
)
def test_what_may_be_announced(changed: Mapping[str, Any], code: str | None) -> None:
    with refusal(code):
        announceable(**changed)


def test_everything_wrong_with_an_announcement_is_named_at_once() -> None:
    with pytest.raises(WrongFields) as refused:
        announceable(starts_at=NOW + timedelta(days=500), speaker_id=HU, host_id=HU, item_unknown=True)

    wrong = {complaint.field for complaint in refused.value.complaints}
    assert wrong == {"starts_at", "speaker_id", "host_id", "plan_item_id"}


@pytest.mark.parametrize(
    ("state", "starts_at", "code"),
    [
        (SessionState.ANNOUNCED, NOW, None),
        (SessionState.ANNOUNCED, NOW + timedelta(seconds=1), "session_not_started"),
        (SessionState.HELD, NOW, "session_held"),
        (SessionState.CANCELLED, NOW, "session_cancelled"),
    ],
)
def test_a_session_is_held_once_and_not_before_it_starts(
    state: SessionState, starts_at: datetime, code: str | None
) -> None:
    with refusal(code):
        domain.check_holdable(state=state, starts_at=starts_at, now=NOW)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (SessionState.ANNOUNCED, None),
        (SessionState.HELD, "session_held"),
        (SessionState.CANCELLED, "session_cancelled"),
    ],
)
def test_what_took_place_is_not_called_off(state: SessionState, code: str | None) -> None:
    with refusal(code):
        domain.check_cancellable(state)


@pytest.mark.parametrize(
    ("state", "has_record", "code"),
    [
        (SessionState.HELD, False, None),
        (SessionState.HELD, True, "record_filed"),
        (SessionState.ANNOUNCED, False, "session_not_held"),
        (SessionState.CANCELLED, False, "session_cancelled"),
    ],
)
def test_a_record_is_filed_once_and_of_what_took_place(
    state: SessionState, *, has_record: bool, code: str | None
) -> None:
    with refusal(code):
        domain.check_recordable(state=state, has_record=has_record)


@pytest.mark.parametrize(
    ("state", "held_on", "has_record", "code"),
    [
        (SessionState.HELD, NOW.date(), True, None),
        (SessionState.HELD, NOW.date(), False, "record_missing"),
        (SessionState.ANNOUNCED, None, True, "session_not_held"),
        (SessionState.CANCELLED, None, True, "session_cancelled"),
    ],
)
def test_attendance_waits_for_the_checks(
    state: SessionState, held_on: date | None, *, has_record: bool, code: str | None
) -> None:
    with refusal(code):
        assert domain.day_to_confirm(state=state, held_on=held_on, has_record=has_record) == NOW.date()


@pytest.mark.parametrize(
    ("teacher", "roles", "allowed"),
    [
        (CHEN, {Role.TEACHER}, True),
        (LIN, {Role.TEACHER}, False),
        (LIN, {Role.COUNTY_OFFICER}, False),
        (LIN, {Role.GROUP_LEADER}, True),
        (LIN, {Role.PRINCIPAL}, True),
    ],
)
def test_a_teacher_checks_in_herself_only(teacher: UUID, roles: set[Role], *, allowed: bool) -> None:
    with nullcontext() if allowed else pytest.raises(Forbidden):
        domain.check_may_enter(teacher_id=teacher, actor_id=CHEN, roles=roles)


@pytest.mark.parametrize(
    ("minutes_after_start", "on_behalf", "code"),
    [
        (-31, False, "check_in_not_open"),
        (-31, True, "check_in_not_open"),
        (-30, False, None),
        (120, False, None),
        (121, False, "check_in_closed"),
        (121, True, None),
    ],
)
def test_check_in_opens_before_the_start_and_closes_after_the_end(
    minutes_after_start: int, *, on_behalf: bool, code: str | None
) -> None:
    with refusal(code):
        domain.check_open_for_entry(
            state=SessionState.ANNOUNCED,
            starts_at=NOW - timedelta(minutes=minutes_after_start),
            length_minutes=90,
            on_behalf=on_behalf,
            now=NOW,
        )


def test_nobody_checks_in_to_a_cancelled_session() -> None:
    with refusal("session_cancelled"):
        domain.check_open_for_entry(
            state=SessionState.CANCELLED, starts_at=NOW, length_minutes=90, on_behalf=False, now=NOW
        )


def test_only_a_teacher_of_the_school_is_checked_in() -> None:
    domain.check_teacher_here(CHEN, here={CHEN})

    with refusal("teacher_not_here"):
        domain.check_teacher_here(HU, here={CHEN})


def test_a_leader_confirms_herself_only_together_with_others() -> None:
    domain.check_not_alone({WU, CHEN}, actor_id=WU)
    domain.check_not_alone({CHEN}, actor_id=WU)

    with pytest.raises(Forbidden):
        domain.check_not_alone({WU}, actor_id=WU)


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        (presence(HU), "teacher_not_here", "teacher_id"),
        (presence(LIN), "teacher_twice", "teacher_id"),
        (presence(CHEN, minutes=91), "minutes_over_length", "minutes"),
        (presence(CHEN, role=SessionRole.SPEAKER), "role_not_announced", "role"),
        (presence(CHEN, role=SessionRole.HOST), "role_not_announced", "role"),
    ],
)
def test_a_wrong_row_is_named(row: Presence, code: str, field: str) -> None:
    rows = [presence(LIN, role=SessionRole.SPEAKER), row]

    with pytest.raises(WrongFields, match=f"^{code}:") as refused:
        domain.check_presences(rows, announced=ANNOUNCED, here={LIN, CHEN, WU})

    assert [complaint.field for complaint in refused.value.complaints] == [f"attendees.1.{field}"]


@pytest.mark.parametrize(
    ("passed", "code"), [(0, "minutes_not_passed"), (44, "minutes_not_passed"), (45, None)]
)
def test_nobody_was_there_longer_than_since_the_start(passed: int, code: str | None) -> None:
    so_far = replace(ANNOUNCED, minutes_passed=passed)

    with refusal(code):
        domain.check_presences([presence(CHEN, minutes=45)], announced=so_far, here={CHEN})


def test_all_wrong_rows_are_named_at_once() -> None:
    rows = [presence(HU), presence(CHEN), presence(WU, minutes=1000)]

    with pytest.raises(WrongFields) as refused:
        domain.check_presences(rows, announced=ANNOUNCED, here={LIN, CHEN, WU})

    wrong = [complaint.field for complaint in refused.value.complaints]
    assert wrong == ["attendees.0.teacher_id", "attendees.2.minutes"]


def test_only_newcomers_are_confirmed_and_the_revoked_ones_anew() -> None:
    rounds = {LIN: latest(), CHEN: latest(round_no=2, minutes=45, revoked=True)}

    fresh = domain.newcomers([presence(LIN), presence(CHEN), presence(WU)], rounds=rounds)

    assert fresh == {CHEN: 3, WU: 1}


def test_when_all_are_confirmed_there_is_nothing_to_confirm() -> None:
    with refusal("already_confirmed"):
        domain.newcomers([presence(LIN)], rounds={LIN: latest()})


def test_a_confirmation_that_says_otherwise_is_named_not_dropped() -> None:
    rows = [presence(WU), presence(LIN, minutes=45), presence(CHEN, role=SessionRole.HOST)]

    with pytest.raises(WrongFields) as refused:
        domain.newcomers(rows, rounds={LIN: latest(), CHEN: latest()})

    assert refused.value.code == "already_confirmed_otherwise"
    assert [(complaint.field, complaint.text) for complaint in refused.value.complaints] == [
        ("attendees.1.minutes", "已确认为90分钟，如需更正请先撤销"),
        ("attendees.2.role", "已确认为参与者，如需更正请先撤销"),
    ]


def stay(after: int, *, length: int = 90, minutes: int = 90) -> Stay:
    """A session that begins so many minutes after NOW."""
    return Stay(
        topic="评课", starts_at=NOW + timedelta(minutes=after), length_minutes=length, minutes=minutes
    )


@pytest.mark.parametrize(
    ("elsewhere", "minutes", "fits"),
    [
        ([], 90, True),
        ([stay(90)], 90, True),
        ([stay(-90), stay(90)], 90, True),
        ([stay(90), stay(90)], 90, True),
        ([stay(0)], 1, False),
        ([stay(0, minutes=45)], 45, True),
        ([stay(0, minutes=45)], 46, False),
        ([stay(60)], 60, True),
        ([stay(60)], 61, False),
        ([stay(-30, length=400, minutes=310)], 90, True),
        ([stay(-30, length=400, minutes=311)], 90, False),
        ([stay(0, minutes=30), stay(0, minutes=30)], 30, True),
        ([stay(0, minutes=30), stay(0, minutes=30)], 31, False),
        ([stay(60, minutes=60), stay(120)], 60, True),
        ([stay(60, minutes=60), stay(120)], 61, False),
        ([stay(-120), stay(-120), stay(60, length=340, minutes=200)], 90, True),  # two as of before the rule
    ],
)
def test_no_minute_is_confirmed_twice(elsewhere: list[Stay], minutes: int, *, fits: bool) -> None:
    with refusal(None if fits else "overlaps"):
        domain.check_no_minute_twice(
            [presence(CHEN, minutes=minutes)], of=stay(0), fresh={CHEN}, elsewhere={CHEN: elsewhere}
        )


SPANS = st.tuples(st.integers(0, 12), st.integers(1, 12), st.integers(1, 60))
"""When a session begins and how long it is, in steps of five minutes; how long somebody was there."""


@given(st.lists(SPANS, max_size=8))
def test_whatever_is_confirmed_one_after_another_fits_into_the_time_it_took(
    said: list[tuple[int, int, int]],
) -> None:
    confirmed: list[Stay] = []
    for start, length, minutes in said:
        wanted = stay(5 * start, length=5 * length, minutes=min(minutes, 5 * length))
        one = [presence(CHEN, minutes=wanted.minutes)]
        with suppress(WrongFields):
            domain.check_no_minute_twice(one, of=wanted, fresh={CHEN}, elsewhere={CHEN: confirmed})
            confirmed.append(wanted)

    for begin, end in product((one.starts_at for one in confirmed), (one.ends_at for one in confirmed)):
        within = [one.minutes for one in confirmed if begin <= one.starts_at and one.ends_at <= end]
        assert timedelta(minutes=sum(within)) <= max(end - begin, timedelta(0))


def test_a_hundred_sessions_at_once_are_looked_through_in_no_time() -> None:
    """A list that somebody made up must not keep the service busy; five of these fit into a request."""
    nested = [stay(step, length=1440 - 2 * step, minutes=1) for step in range(100)]
    began = process_time()

    for place, wanted in enumerate(nested):
        one = [presence(CHEN, minutes=1)]
        domain.check_no_minute_twice(one, of=wanted, fresh={CHEN}, elsewhere={CHEN: nested[:place]})

    assert process_time() - began < 2


def test_who_is_not_newly_confirmed_is_not_looked_at_again() -> None:
    domain.check_no_minute_twice([presence(CHEN)], of=stay(0), fresh=(), elsewhere={CHEN: [stay(0)]})


@pytest.mark.parametrize(
    ("teachers", "code"),
    [
        ([LIN], None),
        ([CHEN], "already_revoked"),
        ([LIN, CHEN], "already_revoked"),
        ([LIN, WU], "not_confirmed"),
    ],
)
def test_a_confirmation_is_taken_back_once(teachers: list[UUID], code: str | None) -> None:
    rounds = {LIN: latest(round_no=2), CHEN: latest(revoked=True)}

    with refusal(code):
        assert domain.rounds_to_revoke(teachers, rounds=rounds) == {LIN: 2}
