"""The year's sessions in the order in which they begin, one at a time."""

from collections.abc import Callable, Iterator
from operator import itemgetter

from deploy.county.year.alone import Alone, LongCourses
from deploy.county.year.at_school import AroundTheBorder, GroupMeetings, SchoolTraining
from deploy.county.year.county_days import Classes, Forums, SubjectDays
from deploy.county.year.deliveries import Deliveries
from deploy.county.year.presence import Presence
from deploy.county.year.scene import Scene
from deploy.county.year.session import Session

LINES = (
    GroupMeetings,
    SchoolTraining,
    AroundTheBorder,
    SubjectDays,
    Classes,
    Forums,
    Deliveries,
    Alone,
    LongCourses,
)
"""Every line of the year's table."""


def sessions_of(scene: Scene, *, tell: Callable[[str, int, int], None]) -> Iterator[Session]:
    """Every session by its start, then its key; only one day of them is in memory, and undrawn."""
    presence = Presence(scene.county, scene.draws)
    lines = [line(scene, presence) for line in LINES]
    days = list(scene.days.all_days())
    for done, day in enumerate(days):
        tell("活动和出勤（天）", done, len(days))
        drafts = [draft for line in lines for draft in line.on(day)]
        for draft in sorted(drafts, key=itemgetter(0, 1)):
            session = draft.make()
            if session is not None:
                yield session
    tell("活动和出勤（天）", len(days), len(days))
