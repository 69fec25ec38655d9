"""People and posts: who manages whom, and which days a register may hold."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from services.directory.domain.acts import MAY_MANAGE
from services.directory.domain.periods import Period
from shared.values import SCHOOL_YEAR_FIRST_MONTH, Forbidden, Refused, school_year_of
from shared.vocabulary import Role

TEACHERS_PER_REQUEST_MAX = 500
ACCOUNTS_PER_REQUEST_MAX = 50
"""Each password costs a tenth of a second on purpose."""
FIRST_DAY = date(1950, 1, 1)
AHEAD_MAX = timedelta(days=366)

SCHOOL_ROLES = (Role.TEACHER, Role.RECORDER, Role.GROUP_LEADER, Role.ACADEMIC_OFFICE, Role.PRINCIPAL)


def manageable_roles(held: Iterable[Role]) -> frozenset[Role]:
    """The roles below one's own: those one may give and take."""
    return frozenset[Role]().union(*(MAY_MANAGE.get(role, frozenset()) for role in held))


def check_may_manage(held: Iterable[Role], roles: Iterable[Role]) -> None:
    """Refuse to give or take posts that are not below one's own."""
    below = manageable_roles(held)
    beyond = [role.label for role in roles if role not in below]
    if beyond:
        raise Forbidden("您不能管理这些职务，请联系县级管理员：{roles}", roles="、".join(beyond))


def check_day(day: date, *, today: date) -> None:
    """Refuse a day no register would hold: before living memory, or more than a year ahead."""
    if not FIRST_DAY <= day <= today + AHEAD_MAX:
        raise Refused("day_out_of_range", "日期{day}不合理，请核对年份", day=day)


def check_belongs(name: str, periods: Iterable[Period], *, period: Period) -> None:
    """Refuse a post or a place in a group for days on which somebody does not belong where it is."""
    if not any(own.within(period) == period for own in periods):
        raise Refused("does_not_belong", "{name}在这段时间并不一直是有关学校的人员，请核对日期", name=name)


def check_correction(day: date, *, today: date, is_county: bool) -> None:
    """Refuse a day no register holds, and to a school one before this school year: the county corrects it."""
    check_day(day, today=today)
    year_began = date(school_year_of(today), SCHOOL_YEAR_FIRST_MONTH, 1)
    if day < year_began and not is_county:
        raise Refused(
            "correction_too_early",
            "学校只能更正本学年（{year_began}起）的记录，更早的请报县级管理员更正",
            year_began=year_began,
        )


def chosen_school(posts: Sequence[UUID | None], *, home: UUID | None) -> UUID | None:
    """For which school somebody acts whose posts are in these; None is the county.

    What they may in one school they may not in another, so it is one: the county before any school, then
    the home school, then the school of the oldest post.
    """
    if None in posts:
        return None
    return home if home in posts else posts[0]
