"""Timelines: what held when, rewritten by adding and withdrawing facts and never by changing one.

A fact holds for a period of days and is known from the moment it was recorded until it is withdrawn. So two
questions have answers for ever: what held on a day, and what was known of that day at some moment.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

from services.directory.domain.periods import Period

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Generic[Value]):
    """Something that holds for a period, as it is recorded under an id."""

    id: UUID
    period: Period
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Generic[Value]):
    """What a timeline needs to become another: facts to withdraw, and what to record in their place."""

    withdrawn: Sequence[UUID]
    added: Sequence[tuple[Period, Value]]

    def __bool__(self) -> bool:
        return bool(self.withdrawn or self.added)


def overlaid(
    facts: Iterable[Fact[Value]], *, period: Period, become: Callable[[Value | None], Value | None]
) -> Change[Value]:
    """The change after which every day of the period holds what `become` makes of what it held before.

    `become` is given None for days on which nothing held, and answers None when nothing shall hold.
    The facts are those of one timeline, of which one at most holds on any day. Days outside the period keep
    what they held; a fact that would come out the same is left alone.
    """
    withdrawn: list[UUID] = []
    added: list[tuple[Period, Value]] = []
    empty = [period]
    for fact in sorted(facts, key=lambda one: one.period.starts_on):
        within = fact.period.within(period)
        if within is None:
            continue
        empty = [rest for part in empty for rest in part.without(fact.period)]
        value = become(fact.value)
        if value == fact.value:
            continue
        withdrawn.append(fact.id)
        added += [(rest, fact.value) for rest in fact.period.without(period)]
        if value is not None:
            added.append((within, value))
    fresh = become(None)
    if fresh is not None:
        added += [(part, fresh) for part in empty]
    return Change(withdrawn=withdrawn, added=joined(added))


Step = tuple[Period, Callable[[Value | None], Value | None]]


def rewritten(facts: Sequence[Fact[Value]], steps: Iterable[Step[Value]]) -> Change[Value]:
    """The change that takes several steps after one another, each over what the one before it left."""
    current = {fact.id: fact for fact in facts}
    made: set[UUID] = set()
    for period, become in steps:
        change = overlaid(current.values(), period=period, become=become)
        for gone in change.withdrawn:
            del current[gone]
        for part, value in change.added:
            fresh = UUID(int=len(made))  # only tells it from the others here; a recorded fact gets its own id
            made.add(fresh)
            current[fresh] = Fact(id=fresh, period=part, value=value)
    return Change(
        withdrawn=[fact.id for fact in facts if fact.id not in current],
        added=[(current[key].period, current[key].value) for key in sorted(made & current.keys())],
    )


def joined(parts: Iterable[tuple[Period, Value]]) -> list[tuple[Period, Value]]:
    """The same days with the same values, in order, neighbours of one value as one."""
    result: list[tuple[Period, Value]] = []
    for period, value in sorted(parts, key=lambda one: one[0].starts_on):
        if result and result[-1][1] == value and result[-1][0].ends_on == period.starts_on:
            before = result.pop()[0]
            result.append((Period(starts_on=before.starts_on, ends_on=period.ends_on), value))
        else:
            result.append((period, value))
    return result


def value_on(facts: Iterable[Fact[Value]], day: date) -> Value | None:
    """What holds on a day; None when nothing does."""
    return next((fact.value for fact in facts if fact.period.covers(day)), None)
