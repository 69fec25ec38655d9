"""Mentor pairings (师徒结对): who may be paired, what state a pairing is in on a day, when it may end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.directory.domain.people import check_day
from services.directory.domain.periods import Period
from shared.values import Refused
from shared.vocabulary import PairingKind, PairingState

UNSETTLED = (PairingState.PROPOSED, PairingState.SIGNED)
"""Not in force yet: nothing was said of it to anybody."""
BEGUN = (PairingState.ACTIVE, PairingState.ENDED, PairingState.DISSOLVED, PairingState.EXPIRED)
"""In force at some time, as everybody was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person at their school, as a pairing sees them."""

    name: str
    school: str
    since: date


def state_on(state: PairingState, *, starts_on: date, term_ends_on: date | None, on: date) -> PairingState:
    """What a pairing is on a day, given what was last decided: before its first day it is only signed, and
    after its term it has expired until somebody evaluates it.
    """
    if state is not PairingState.ACTIVE:
        return state
    if on < starts_on:
        return PairingState.SIGNED
    if term_ends_on is not None and on >= term_ends_on:
        return PairingState.EXPIRED
    return state


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A pairing as it was last decided, among others of the same people."""

    mentor_id: UUID
    apprentice_id: UUID
    kind: PairingKind
    state: PairingState
    focus: str
    starts_on: date
    term_ends_on: date | None
    ends_on: date | None

    @property
    def is_called_off(self) -> bool:
        """Whether it held on no day at all."""
        return self.ends_on == self.starts_on

    def held(self, *, today: date) -> Period:
        """The days on which it holds; a term that ran out ends it, whether or not that was written down."""
        ran_out = self.term_ends_on is not None and self.term_ends_on <= today
        return Period(
            starts_on=self.starts_on, ends_on=self.ends_on or (self.term_ends_on if ran_out else None)
        )

    def stands_on(self, day: date) -> bool:
        """Whether a mentor's hands are full of it on a day, also when it only is to begin."""
        ends = [one for one in (self.ends_on, self.term_ends_on) if one is not None]
        return self.state is not PairingState.REFUSED and all(day < one for one in ends)


def check_start(
    *, mentor: Member, apprentice: Member, starts_on: date, before: Collection[Period], today: date
) -> None:
    """Refuse a first day before one of them came, or beside the same pairing."""
    check_day(starts_on, today=today)
    for member in (mentor, apprentice):
        if starts_on < member.since:
            raise Refused(
                "pairing_before_joining",
                "{name}{since}才到校，结对不能早于这一天",
                name=member.name,
                since=member.since,
            )
    asked = Period(starts_on=starts_on, ends_on=None)
    if any(asked.overlaps(period) for period in before):
        raise Refused(
            "already_paired",
            "{mentor}与{apprentice}已经结对，无须再结对",
            mentor=mentor.name,
            apprentice=apprentice.name,
        )


def check_ending(*, period: Period, ended_on: date, today: date) -> None:
    """Refuse to end what has ended on another day, or to end it before it began."""
    check_day(ended_on, today=today)
    if period.ends_on is not None:
        raise Refused(
            "pairing_already_ended", "这次结对已于{ended_on}结束，无须再办理", ended_on=period.ends_on
        )
    if ended_on <= period.starts_on:
        raise Refused(
            "pairing_ends_too_early", "结束日期应晚于开始日期{started_on}", started_on=period.starts_on
        )


def check_dissolving(*, period: Period, ended_on: date, today: date) -> None:
    """Refuse a day on which it cannot be dissolved; the first day itself calls it off altogether."""
    check_day(ended_on, today=today)
    if ended_on != period.starts_on or period.ends_on is not None:
        check_ending(period=period, ended_on=ended_on, today=today)


def check_unsettled(state: PairingState) -> None:
    """Refuse what can only be done while the agreement is being made."""
    if state not in UNSETTLED:
        raise Refused("pairing_settled", "这份合同{state}，不能再这样处理", state=state.label)


def check_in_force(state: PairingState, *, ends_on: date | None) -> None:
    """Refuse what takes a pairing that holds, or is to, and is not over."""
    if ends_on is not None:
        raise Refused("pairing_already_ended", "这次结对已于{ended_on}结束，无须再办理", ended_on=ends_on)
    if state is not PairingState.ACTIVE:
        raise Refused("pairing_not_in_force", "这次结对{state}，不能这样处理", state=state.label)
