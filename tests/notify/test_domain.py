"""Who is told of hours and in what words, as tables of cases."""

from datetime import date
from uuid import UUID

import pytest

from services.notify import domain
from shared.vocabulary import HourCategory, NoticeKind
from tests.notify.facts import CHEN, LIN, WU

TERM_BEGAN, TERM_ENDED = date(2026, 9, 1), date(2027, 1, 20)


def period(*, mentor_id: UUID = LIN, ended_on: date | None = TERM_ENDED) -> domain.Period:
    """Chen's pairing."""
    return domain.Period(mentor_id=mentor_id, apprentice_id=CHEN, started_on=TERM_BEGAN, ended_on=ended_on)


@pytest.mark.parametrize(
    ("day", "ended_on", "covered"),
    [
        (date(2026, 8, 31), TERM_ENDED, False),
        (TERM_BEGAN, TERM_ENDED, True),
        (date(2027, 1, 19), TERM_ENDED, True),
        (TERM_ENDED, TERM_ENDED, False),
        (date(2040, 1, 1), None, True),
        (TERM_BEGAN, TERM_BEGAN, False),
    ],
)
def test_a_pairing_covers_its_first_day_and_not_its_end(
    *, day: date, ended_on: date | None, covered: bool
) -> None:
    assert period(ended_on=ended_on).covers(day) is covered


def test_herself_and_every_mentor_of_the_day_are_told() -> None:
    periods = [period(), period(mentor_id=WU), period(ended_on=TERM_BEGAN)]

    told = domain.told_of_hours(
        [CHEN, LIN], kind=NoticeKind.HOURS_REVERSED, held_on=date(2026, 10, 1), periods=periods
    )

    assert told == {
        CHEN: [
            (CHEN, CHEN, NoticeKind.HOURS_REVERSED),
            (LIN, CHEN, NoticeKind.APPRENTICE_REVERSED),
            (WU, CHEN, NoticeKind.APPRENTICE_REVERSED),
        ],
        LIN: [(LIN, LIN, NoticeKind.HOURS_REVERSED)],
    }


@pytest.mark.parametrize(
    ("kind", "hundredths", "title"),
    [
        (NoticeKind.HOURS_ACCRUED, 200, "您获得2学时"),
        (NoticeKind.HOURS_ACCRUED, 0, "您参加的活动未计学时"),
        (NoticeKind.APPRENTICE_ACCRUED, 150, "您的徒弟陈老师获得1.5学时"),
        (NoticeKind.APPRENTICE_ACCRUED, 0, "您的徒弟陈老师参加的活动未计学时"),
        (NoticeKind.HOURS_REVERSED, 200, "您的2学时已冲销"),
        (NoticeKind.APPRENTICE_REVERSED, 225, "您的徒弟陈老师的2.25学时已冲销"),
    ],
)
def test_the_title_says_who_and_how_much(kind: NoticeKind, hundredths: int, title: str) -> None:
    assert domain.title_for(kind=kind, about="陈老师", hours_hundredths=hundredths) == title


def test_until_the_name_is_known_the_title_says_so() -> None:
    title = domain.title_for(kind=NoticeKind.APPRENTICE_ACCRUED, about=None, hours_hundredths=200)

    assert title == "您的徒弟（姓名待同步）获得2学时"


@pytest.mark.parametrize(
    ("kind", "hundredths", "body"),
    [
        (NoticeKind.HOURS_ACCRUED, 200, "出勤已确认，2学时记入校本研修。"),
        (NoticeKind.APPRENTICE_ACCRUED, 150, "出勤已确认，1.5学时记入校本研修。"),
        (NoticeKind.HOURS_REVERSED, 200, "出勤确认已撤回，原记入校本研修的2学时不再计算。"),
        (NoticeKind.APPRENTICE_REVERSED, 200, "出勤确认已撤回，原记入校本研修的2学时不再计算。"),
    ],
)
def test_the_body_says_what_happened(kind: NoticeKind, hundredths: int, body: str) -> None:
    assert body_of(kind, hundredths) == f"2026年10月1日的活动{body}"


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_of_no_hours_does_not_contradict_itself(kind: NoticeKind) -> None:
    title = domain.title_for(kind=kind, about="陈老师", hours_hundredths=0)
    body = body_of(kind, 0)

    assert "0学时" not in title
    assert "记入" not in body
    assert "不再计算" not in body


def body_of(kind: NoticeKind, hundredths: int) -> str:
    """The body of a notice of an activity of National Day."""
    return domain.body_for(
        kind=kind,
        category=HourCategory.SCHOOL_BASED,
        held_on=date(2026, 10, 1),
        hours_hundredths=hundredths,
    )
