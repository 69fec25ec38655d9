"""Decisions of the directory: who manages whom, who is paired, which password will do, how often to try."""

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from shared.values import Forbidden, Refused
from shared.vocabulary import Role

TEACHERS_PER_REQUEST_MAX = 500
ACCOUNTS_PER_REQUEST_MAX = 50
"""Each password costs a tenth of a second on purpose."""
FIRST_DAY = date(1950, 1, 1)
AHEAD_MAX = timedelta(days=366)

PASSWORD_CHARACTERS_MIN = 10
PASSWORD_CHARACTERS_MAX = 128
PASSWORD_VARIETY_MIN = 5
"""How many different characters a password has at least."""

RECENT = timedelta(minutes=15)
RECENT_FAILURES_MAX = 5
DAY = timedelta(days=1)
DAY_FAILURES_MAX = 10

SCHOOL_ROLES = (Role.TEACHER, Role.GROUP_LEADER, Role.ACADEMIC_OFFICE, Role.PRINCIPAL)
KEEPERS = (Role.COUNTY_OFFICER, Role.PRINCIPAL, Role.ACADEMIC_OFFICE)
"""Who keeps the register of a school's people (人员名册)."""

MAY_MANAGE = {
    Role.COUNTY_OFFICER: frozenset(SCHOOL_ROLES),
    Role.PRINCIPAL: frozenset({Role.TEACHER, Role.GROUP_LEADER, Role.ACADEMIC_OFFICE}),
    Role.ACADEMIC_OFFICE: frozenset({Role.TEACHER, Role.GROUP_LEADER}),
}
"""Nobody gives a post, or takes the access of one, that is not below their own."""


# --- names


def name_key(name: str) -> str:
    """What two names share that a reader would take for one: width, case and spaces make no difference."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def username_key(username: str) -> str:
    """A username as it is kept and looked up."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


# --- people and posts


def check_may_manage(held: Iterable[Role], roles: Iterable[Role]) -> None:
    """Refuse to give or take posts that are not below one's own."""
    below = frozenset[Role]().union(*(MAY_MANAGE.get(role, frozenset()) for role in held))
    beyond = [role.label for role in roles if role not in below]
    if beyond:
        raise Forbidden("您不能管理这些职务：{roles}", roles="、".join(beyond))


def check_day(day: date, *, today: date) -> None:
    """Refuse a day no register would hold: before living memory, or more than a year ahead."""
    if not FIRST_DAY <= day <= today + AHEAD_MAX:
        raise Refused("day_out_of_range", "日期{day}不合理，请核对年份", day=day)


# --- pairings


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From a day on, until before another; without an end it lasts."""

    starts_on: date
    ends_on: date | None

    def overlaps(self, other: "Period") -> bool:
        """Whether there is a day in both."""
        begins_in_time = other.ends_on is None or self.starts_on < other.ends_on
        return begins_in_time and (self.ends_on is None or other.starts_on < self.ends_on)


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


# --- passwords and access


def check_password(password: str, *, username: str, name: str) -> None:
    """Refuse a password that a colleague, or a list of common ones, would guess."""
    if not PASSWORD_CHARACTERS_MIN <= len(password) <= PASSWORD_CHARACTERS_MAX:
        raise Refused(
            "weak_password",
            "密码应为{least}到{most}个字符",
            least=PASSWORD_CHARACTERS_MIN,
            most=PASSWORD_CHARACTERS_MAX,
        )
    plain = name_key(password)
    if plain.isdigit():
        raise Refused("weak_password", "密码不能只有数字（如手机号、身份证号）")
    if len(set(plain)) < PASSWORD_VARIETY_MIN:
        raise Refused("weak_password", "密码里不同的字符太少")
    if username_key(username) in plain or (len(name) > 1 and name_key(name) in plain):
        raise Refused("weak_password", "密码里不能有用户名或姓名")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """Failed sign-ins under one username, in the last quarter of an hour and in the last day."""

    recent_since: datetime
    recent_failures: int
    day_since: datetime
    day_failures: int


def locked_for(tries: Tries, *, now: datetime) -> timedelta:
    """How long nobody may try this username; zero when they may. Whether it exists makes no difference."""
    recent = (
        tries.recent_since + RECENT - now if tries.recent_failures >= RECENT_FAILURES_MAX else timedelta(0)
    )
    day = tries.day_since + DAY - now if tries.day_failures >= DAY_FAILURES_MAX else timedelta(0)
    return max(recent, day, timedelta(0))


def after_failure(tries: Tries, *, now: datetime) -> Tries:
    """One failure more; a window that has passed begins anew."""
    if now >= tries.recent_since + RECENT:
        tries = replace(tries, recent_since=now, recent_failures=0)
    if now >= tries.day_since + DAY:
        tries = replace(tries, day_since=now, day_failures=0)
    return replace(tries, recent_failures=tries.recent_failures + 1, day_failures=tries.day_failures + 1)


def void_before(*, last_signed_in_at: datetime | None, now: datetime) -> datetime:
    """The moment before which sign-ins no longer count: all there were, also one that overtook us."""
    if last_signed_in_at is None:
        return now
    return max(now, last_signed_in_at + timedelta(microseconds=1))
