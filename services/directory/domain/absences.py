"""Absences (不在岗): for a time or for good, and how somebody comes back."""

from collections.abc import Iterable
from datetime import date

from services.directory.domain.periods import Period
from shared.values import Refused
from shared.vocabulary import AbsenceKind, PairingConcern

FOR_GOOD = frozenset({AbsenceKind.RETIRED, AbsenceKind.RESIGNED, AbsenceKind.DECEASED})
"""These end memberships and posts; the others leave them as they are."""
LONG_DAYS = 60
"""From so many days on a leave is long (长期离岗): a mentor who is away that long leaves somebody alone."""
NEEDS_AN_END = frozenset({AbsenceKind.PERSONAL_LEAVE, AbsenceKind.LONG_TRAINING})


def check_absence(kind: AbsenceKind, period: Period) -> None:
    """Refuse an end where there is none, and leave without one where one was agreed."""
    if kind in FOR_GOOD and period.ends_on is not None:
        raise Refused("absence_for_good", "{kind}没有结束日期；以后返岗时再登记返岗", kind=kind.label)
    if kind in NEEDS_AN_END and period.ends_on is None:
        raise Refused("absence_needs_an_end", "{kind}请填写结束日期，提前返岗时可以更正", kind=kind.label)


def concern_of(kind: AbsenceKind, period: Period) -> PairingConcern | None:
    """Why an office must decide how the pairings of somebody who is away go on; None for a short leave."""
    if kind in FOR_GOOD:
        return PairingConcern.LEFT
    is_long = period.ends_on is None or (period.ends_on - period.starts_on).days >= LONG_DAYS
    return PairingConcern.ABSENT if is_long else None


def check_free(period: Period, others: Iterable[tuple[AbsenceKind, Period]]) -> None:
    """Refuse to be absent twice on one day: the one that is known is corrected instead."""
    for kind, other in others:
        if period.overlaps(other):
            raise Refused(
                "already_absent",
                "{starts_on}起已登记{kind}，请先更正或登记返岗",
                starts_on=other.starts_on,
                kind=kind.label,
            )


def check_correctable(before: AbsenceKind, after: AbsenceKind) -> None:
    """Who left for good returns first: with her memberships and posts as they were."""
    if before in FOR_GOOD or after in FOR_GOOD:
        raise Refused(
            "correct_by_returning", "退休、离职、去世请先登记返岗（填登记的起始日期即为撤销），再重新登记"
        )


def check_return(kind: AbsenceKind, period: Period, *, returned_on: date) -> None:
    """Refuse a return before the absence began, after it ended, or from death other than as a mistake."""
    if returned_on < period.starts_on or (period.ends_on is not None and returned_on >= period.ends_on):
        raise Refused("return_outside_absence", "返岗日期应在不在岗期间之内，请核对")
    if kind is AbsenceKind.DECEASED and returned_on != period.starts_on:
        raise Refused(
            "return_from_death", "去世登记有误时，请以{starts_on}撤销登记", starts_on=period.starts_on
        )


def check_at_home_nowhere(homes: Iterable[Period], period: Period) -> None:
    """Refuse a return to where somebody was when she belongs elsewhere by then."""
    if any(home.overlaps(period) for home in homes):
        raise Refused("at_home_elsewhere", "此人已在其他学校任教，不能恢复原来的人事关系；请办理调动")
