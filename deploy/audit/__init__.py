"""Recomputes what services keep from where it came from, by arithmetic of its own, and names what differs."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Engine

from deploy.audit import copies, hours, streams
from deploy.audit.look import Finding, Look

CHECKS: Sequence[Callable[[Look], Iterator[Finding]]] = (
    hours.notices_are_those_the_ledger_calls_for,
    hours.entries_are_what_attendance_is_worth,
    hours.entries_are_unique_and_summed_up,
    streams.events_have_arrived,
    streams.events_have_left,
    streams.nothing_is_parked,
    copies.schools_agree,
    copies.copies_are_what_they_copy,
)


def run(
    engines: Mapping[str, Engine], *, settled: bool = True, expected_parked: Collection[UUID] = frozenset()
) -> list[Finding]:
    """Every invariant over every service; nothing found means that all of them hold.

    Each check reads what was told before it reads who told it: unless all must be `settled`, a platform at
    work shows no difference.
    """
    look = Look(engines=engines, settled=settled, expected_parked=expected_parked)
    return [finding for check in CHECKS for finding in check(look)]
