"""Groups (教研组等): which lie where, which may be part of which, and who may be in them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.directory.domain.names import name_key
from services.directory.domain.periods import Period
from shared.values import Refused
from shared.vocabulary import GroupKind

MEMBERS_PER_REQUEST_MAX = 200


def check_home(kind: GroupKind, *, in_district: bool) -> None:
    """Refuse a joint group in one school, and any other in a district."""
    if in_district and kind is not GroupKind.JOINT:
        raise Refused(
            "group_needs_a_school",
            "{kind}属于一所学校，只有联片组属于乡镇或学区，请选择学校",
            kind=kind.label,
        )
    if kind is GroupKind.JOINT and not in_district:
        raise Refused("joint_group_needs_a_district", "联片组由几所学校组成，请选择所在的乡镇或学区")


@dataclass(frozen=True, slots=True, kw_only=True)
class Larger:
    """A group another shall be part of."""

    kind: GroupKind
    same_home: bool
    periods: Collection[Period]


def check_within(kind: GroupKind, larger: Larger, *, period: Period) -> None:
    """A lesson-planning group (备课组) is part of a larger group of its school, while that meets."""
    if (
        kind is not GroupKind.LPG
        or larger.kind not in {GroupKind.TRG, GroupKind.MIXED}
        or not larger.same_home
    ):
        raise Refused("group_not_within", "只有备课组可以归入本校的教研组或综合组，请重新选择上级组")
    if not any(other.within(period) == period for other in larger.periods):
        raise Refused("larger_group_not_there", "上级教研组在这段时间并不一直存在，请核对日期")


def check_name_free(name: str, *, others: Iterable[str]) -> None:
    """Refuse a name that another group of the same home has."""
    if name_key(name) in {name_key(other) for other in others}:
        raise Refused("group_name_taken", "这里已有名为“{name}”的组，请换一个名称", name=name)


def check_meets(periods: Iterable[Period], *, period: Period) -> None:
    """Refuse members or a leader for days on which the group does not meet."""
    if not any(other.within(period) == period for other in periods):
        raise Refused("group_not_there", "这个组在这段时间并不一直存在，请核对日期")


def check_has_leader(kind: GroupKind) -> None:
    """A leading group (领导小组) has duties instead of a leader's post."""
    if kind is GroupKind.LEADING:
        raise Refused("leading_group_has_duties", "领导小组不设教研组长，请在成员的职责里写明组长、副组长")


def check_duty(kind: GroupKind, duty: str | None) -> None:
    """Duties are written down for leading groups (领导小组) alone."""
    if duty is not None and kind is not GroupKind.LEADING:
        raise Refused("duty_without_leading_group", "只有领导小组的成员要写职责，请删去职责")
