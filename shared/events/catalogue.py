"""Every event of the platform in one table: routing key -> class."""

from collections.abc import Mapping

from shared.events import activities, credits, directory, plans
from shared.events.codec import Event, catalogue_of

CATALOGUE: Mapping[str, type[Event]] = catalogue_of(
    directory.SchoolOpened,
    directory.SchoolChanged,
    directory.TeacherJoined,
    directory.TeacherChanged,
    directory.PersonMerged,
    directory.PersonUnmerged,
    directory.PersonErased,
    directory.PairingStarted,
    directory.PairingEnded,
    directory.AccessRevoked,
    plans.PlanApproved,
    plans.ItemFulfilled,
    activities.SessionAnnounced,
    activities.SessionHeld,
    activities.SessionCancelled,
    activities.AttendanceConfirmed,
    activities.AttendanceRevoked,
    credits.HoursAccrued,
    credits.HoursReversed,
)
