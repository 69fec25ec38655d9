"""What a service does by itself: once a day, to the end, and never at the cost of its events."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared.mornings import RETRY_AFTER, Mornings
from tests.kernel.toy import ACTIVITIES, NOW, Toys


@dataclass(eq=False, slots=True)
class Duty:
    """Remembers when it was called; has some work left, or a fault."""

    left: list[int] = field(default_factory=list)
    fault: Exception | None = None
    called_at: list[datetime] = field(default_factory=list)

    def do(self, session: Session, *, now: datetime) -> int:
        """Do one part of what is left."""
        assert session.in_transaction()
        self.called_at.append(now)
        if self.fault:
            raise self.fault
        return self.left.pop() if self.left else 0


def mornings_of(toys: Toys, *duties: Duty) -> Mornings:
    """The mornings of a service that has these duties."""
    return Mornings(toys(replace(ACTIVITIES, mornings=tuple(duty.do for duty in duties))).running)


def test_a_duty_is_done_at_the_start_and_when_a_new_day_of_the_county_begins(toys: Toys) -> None:
    duty = Duty()
    mornings = mornings_of(toys, duty)
    midnight = datetime.fromisoformat("2026-09-23T00:00:00+08:00")

    for moment in (NOW, NOW + timedelta(hours=1), midnight - timedelta(seconds=1), midnight, midnight):
        mornings.step(now=moment)

    assert duty.called_at == [NOW, midnight]


def test_a_duty_goes_on_until_nothing_is_left(toys: Toys) -> None:
    duty = Duty(left=[1, 50, 50])

    mornings_of(toys, duty).step(now=NOW)

    assert len(duty.called_at) == 4


def test_a_duty_that_fails_is_tried_later_and_holds_no_other_up(toys: Toys) -> None:
    broken, sound = Duty(fault=ValueError("a defect")), Duty()
    mornings = mornings_of(toys, broken, sound)

    mornings.step(now=NOW)
    mornings.step(now=NOW + RETRY_AFTER / 2)
    broken.fault = None
    mornings.step(now=NOW + RETRY_AFTER)

    assert broken.called_at == [NOW, NOW + RETRY_AFTER]
    assert sound.called_at == [NOW]


def test_a_database_that_is_away_is_the_loops_to_wait_for(toys: Toys) -> None:
    duty = Duty(fault=OperationalError("SELECT 1", {}, Exception("gone")))
    mornings = mornings_of(toys, duty)

    with pytest.raises(OperationalError):
        mornings.step(now=NOW)
    duty.fault = None
    mornings.step(now=NOW)

    assert duty.called_at == [NOW, NOW]
