"""What one request in a run is made of, and how whoever makes it chooses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from shared.auth import Actor
from shared.service import Running
from shared.values import county_day
from shared.vocabulary import Role
from tests.simulation.chance import Clock
from tests.simulation.journal import Journal, School

Choice = TypeVar("Choice")

FIRST_DAY = date(2026, 9, 1)
"""Schools open and people join; the first rules begin."""
DAYS_MAX = 10
"""How far before today sessions are entered and pairings begin."""

OFFICER = Actor(
    person_id=UUID(int=0xC9), name="钱科长", school_id=None, roles=frozenset({Role.COUNTY_OFFICER})
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One request: what it asks of which service, and what the journal says once it was acknowledged."""

    service: str
    text: str
    do: Callable[[Session], Any]
    note: Callable[[Any], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """Chooses from what the journal knows, by the run's own chance and clock."""

    running: Mapping[str, Running]
    journal: Journal
    random: Random
    clock: Clock

    def one(self, among: Sequence[Choice]) -> Choice | None:
        return self.random.choice(among) if among else None

    def some_school(self) -> School:
        """One with people enough for a pairing."""
        return self.random.choice(
            [school for school in self.journal.schools.values() if len(school.people) > 1]
        )

    def leader(self, school_id: UUID) -> Actor:
        """The principal of the school; now and then somebody of another, who must not get through."""
        if self.random.random() < 0.05:
            school_id = self.some_school().school_id
        principal = self.journal.schools[school_id].people[0]
        return Actor(person_id=principal, name="校长", school_id=school_id, roles=frozenset({Role.PRINCIPAL}))

    def day(self) -> date:
        return county_day(self.clock.now()) - timedelta(days=self.random.randint(0, DAYS_MAX))


def short(item: UUID) -> str:
    return item.hex[-6:]
