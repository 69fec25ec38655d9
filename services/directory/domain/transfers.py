"""Transfers between schools (调动): for which days they may be proposed, and whose turn it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.directory.domain.people import check_day
from services.directory.domain.periods import Period, check_period
from shared.values import SCHOOL_YEAR_FIRST_MONTH, Forbidden, Refused, school_year_of
from shared.vocabulary import MembershipKind, TransferState


class Side(StrEnum):
    """One of the two schools that must agree."""

    LETTING_GO = "letting_go"
    TAKING = "taking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """The two schools, and who of each has agreed so far."""

    from_school_id: UUID
    to_school_id: UUID
    agreed: Collection[Side]

    def sides_of(self, school_id: UUID | None) -> frozenset[Side]:
        """For whom somebody of that school may speak; None is the county, which may for either."""
        if school_id is None:
            return frozenset(Side)
        both = {Side.LETTING_GO: self.from_school_id, Side.TAKING: self.to_school_id}
        return frozenset(side for side, school in both.items() if school == school_id)


def check_proposal(
    *,
    kind: MembershipKind,
    effective_on: date,
    ends_on: date | None,
    because: str | None,
    today: date,
    is_county: bool = False,
) -> Period:
    """The days of a transfer: for good without an end, for a time with one.

    A school enters none from before this school year; the county does.
    """
    check_day(effective_on, today=today)
    if kind is MembershipKind.HOME and ends_on is not None:
        raise Refused("transfer_without_end", "调动没有结束日期；借调交流、支教、走教才填写结束日期")
    if kind is not MembershipKind.HOME and ends_on is None:
        raise Refused("transfer_needs_end", "{kind}要填写结束日期", kind=kind.label)
    year_began = date(school_year_of(today), SCHOOL_YEAR_FIRST_MONTH, 1)
    if effective_on < year_began and not is_county:
        raise Refused(
            "transfer_too_early",
            "只能补办本学年（{year_began}起）的调动，更早的请县级管理员更正",
            year_began=year_began,
        )
    if effective_on < today and not because:
        raise Refused("transfer_needs_reason", "生效日期{day}已过，请写明补办的原因", day=effective_on)
    return check_period(starts_on=effective_on, ends_on=ends_on)


def check_open(state: TransferState) -> None:
    """What is settled stays as it is."""
    if state is not TransferState.PROPOSED:
        raise Refused("transfer_settled", "这件调动{state}，不能再更改", state=state.label)


def sides_to_agree(parties: Parties, *, school_id: UUID | None, side: Side | None) -> frozenset[Side]:
    """For which sides somebody agrees now: their own, or those the county names; Refused when they have."""
    mine = parties.sides_of(school_id)
    if side is not None and side not in mine:
        raise Forbidden("您只能代表自己的学校确认")
    wanted = mine if side is None else frozenset({side})
    left = wanted - frozenset(parties.agreed)
    if not left:
        raise Refused("transfer_agreed_already", "您这一方已经确认过，正在等待对方确认")
    return left


def is_settled_by(parties: Parties, *, more: Collection[Side]) -> bool:
    """Whether both sides have agreed once these have."""
    return frozenset(Side) <= frozenset(parties.agreed) | frozenset(more)


def check_may_call_off(parties: Parties, *, school_id: UUID | None, proposed: Collection[Side]) -> None:
    """Only who proposed it takes it back; the other side refuses it."""
    if school_id is not None and parties.sides_of(school_id).isdisjoint(proposed):
        raise Forbidden("只有提出的一方可以撤回；您可以选择“不同意”并写明原因")
