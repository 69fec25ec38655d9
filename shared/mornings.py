"""What a service does by itself each morning, without being asked by a person or told by an event."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from shared import db, log
from shared.service import Morning, Running
from shared.trail import by_itself
from shared.values import county_day

RETRY_AFTER = timedelta(minutes=10)


@dataclass(slots=True)
class Mornings:
    """The mornings of one service, in the process that holds its relay's lease.

    Nothing is remembered beyond the process: a duty looks for what is still to be done and finds nothing
    the second time, so a start in the afternoon makes up for a morning that was slept through.
    """

    running: Running
    _done_on: dict[Morning, date] = field(default_factory=dict)
    _not_before: dict[Morning, datetime] = field(default_factory=dict)

    def step(self, *, now: datetime) -> None:
        """Do what has not been done today; what fails is logged, tried again later, and holds nobody up."""
        today = county_day(now)
        for duty in self.running.service.mornings:
            if self._done_on.get(duty) == today or now < self._not_before.get(duty, now):
                continue
            try:
                self._do(duty, now=now)
                self._done_on[duty] = today
            except SQLAlchemyError:
                raise  # the loop around us knows what to do about a database that is away
            except Exception as error:  # noqa: BLE001  a defect of one duty must not stop the relay
                self._not_before[duty] = now + RETRY_AFTER
                log.logger().error("morning duty failed", duty=duty.__name__, exc_info=error)

    def _do(self, duty: Morning, *, now: datetime) -> None:
        """Each call is a transaction of its own, until there is nothing left."""
        done = 1
        while done:
            info = self.running.info(by_itself(duty.__name__, at=now))
            with db.transaction(self.running.engine, **info) as session:
                done = duty(session, now=now)
            if done:
                log.logger().info("morning duty", duty=duty.__name__, done=done)
