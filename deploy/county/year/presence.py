"""Who comes: how reliable everybody is in the year, who never comes, and what coming late costs."""

from collections.abc import Iterable, Sequence

from deploy.county.county import County
from deploy.county.draws import Draws
from deploy.county.schools import scaled
from deploy.county.year.session import Row

RELIABILITY = {"reliable": 70.0, "average": 22.0, "irregular": 7.0, "absent": 1.0}
PRESENT_SHARE = {"reliable": 0.96, "average": 0.86, "irregular": 0.62, "absent": 0.10}
READING_SHARE = {"reliable": 0.96, "average": 0.85, "irregular": 0.50, "absent": 0.05}
WITHOUT_TRAINING = 12
LATE_SHARE, EARLY_SHARE = 0.04, 0.015
LOST_MINUTES = (5, 15)
POSTED_MINUTES_MAX = 8 * 60
"""What who is at a long course has of school-based training in the year, besides."""


class Presence:
    """Whether somebody is at a session, drawn by the session and the person."""

    def __init__(self, county: County, draws: Draws) -> None:
        self._draws = draws
        people = [one.staff_number for one in (*county.teachers, *county.entries)]
        self.reliability = {number: draws.pick(RELIABILITY, "reliability", number) for number in people}
        away = {one.staff_number for one in county.absences} | {move.staff_number for move in county.moves}
        begun = {one.staff_number for one in county.entries}
        free = [number for number in people if number not in away and number not in begun]
        self.without_training = frozenset(
            draws.ordered(free, "no_training")[: scaled(WITHOUT_TRAINING, county.plan.scale)]
        )
        """Who has no training at all, and no reason."""
        self._share = {number: PRESENT_SHARE[kind] for number, kind in self.reliability.items()}
        self._share |= dict.fromkeys(self.without_training, 0.0)
        self.posted = frozenset(one.staff_number for one in county.absences if one.kind == "long_training")
        self._posted_left = dict.fromkeys(self.posted, POSTED_MINUTES_MAX)

    def at(
        self,
        key: str,
        roster: Iterable[str],
        *,
        minutes: int,
        length_minutes: int,
        share: float | None = None,
    ) -> list[Row]:
        """Who of those expected was there, each with the minutes that count.

        `share` of them come where that does not depend on the person.
        """
        u, own = self._draws.u, self._share
        slack = length_minutes - minutes
        found = []
        for number in roster:
            if u("att", key, number) < (own[number] if share is None else share):
                lost = 0 if slack >= LOST_MINUTES[1] else self._lost(key, number)
                found.append(Row(number, minutes - max(0, lost - slack)))
        return found

    def at_school(self, key: str, roster: Sequence[str], *, minutes: int, length_minutes: int) -> list[Row]:
        """The same, for what is held at school: who is posted for long comes to a few of them only.

        Sessions have to be asked for in the order of the year.
        """
        if self.posted.isdisjoint(roster):
            return self.at(key, roster, minutes=minutes, length_minutes=length_minutes)
        expected = [number for number in roster if self._posted_left.get(number, minutes) >= minutes]
        found = self.at(key, expected, minutes=minutes, length_minutes=length_minutes)
        for row in found:
            if row.staff_number in self._posted_left:
                self._posted_left[row.staff_number] -= minutes
        return found

    def _lost(self, key: str, number: str) -> int:
        """The minutes of coming late or leaving early; most lose none."""
        if self._draws.u("late", key, number) >= LATE_SHARE + EARLY_SHARE:
            return 0
        least, most = LOST_MINUTES
        return least + self._draws.below(most - least + 1, "lost", key, number)
