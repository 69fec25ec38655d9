"""Mentor pairings (师徒结对): who may be paired, and when a pairing may end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from services.directory.domain.people import check_day
from services.directory.domain.periods import Period
from shared.values import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person at their school, as a pairing sees them."""

    name: str
    school: str
    since: date


def check_pairing(
    *, mentor: Member, apprentice: Member, started_on: date, before: Collection[Period], today: date
) -> None:
    """Refuse a pairing across schools, before one of them came, or beside the same pairing."""
    check_day(started_on, today=today)
    if mentor.school != apprentice.school:
        raise Refused(
            "different_schools",
            "{mentor}与{apprentice}不在同一所学校",
            mentor=mentor.name,
            apprentice=apprentice.name,
        )
    for member in (mentor, apprentice):
        if started_on < member.since:
            raise Refused(
                "pairing_before_joining",
                "{name}{since}才到校，结对不能早于这一天",
                name=member.name,
                since=member.since,
            )
    asked = Period(starts_on=started_on, ends_on=None)
    if any(asked.overlaps(period) for period in before):
        raise Refused(
            "already_paired", "{mentor}与{apprentice}已经结对", mentor=mentor.name, apprentice=apprentice.name
        )


def check_ending(*, period: Period, ended_on: date, today: date) -> None:
    """Refuse to end what has ended on another day, or to end it before it began."""
    check_day(ended_on, today=today)
    if period.ends_on is not None:
        raise Refused("pairing_already_ended", "这次结对已于{ended_on}结束", ended_on=period.ends_on)
    if ended_on <= period.starts_on:
        raise Refused(
            "pairing_ends_too_early", "结束日期应晚于开始日期{started_on}", started_on=period.starts_on
        )
