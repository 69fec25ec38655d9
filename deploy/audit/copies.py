"""INV10 and INV12: what belongs together is of one school, and what is kept of others is as they have it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Executable, exists, select
from sqlalchemy.orm import aliased

from deploy.audit.look import UNSAID, Finding, Line, Look, named
from deploy.services import follows
from services.activities import models as activities
from services.credits import models as credits
from services.directory import models as directory
from services.notify import models as notify
from services.plans import models as plans
from shared.kernel_tables import revoked_access
from shared.vocabulary import PlanState


def schools_agree(look: Look) -> Iterator[Finding]:
    """INV10: whatever belongs to something belongs to its school."""
    entry, session, member = credits.LedgerEntry, activities.ActivitySession, directory.Membership
    entries = look.rows("credits", select(entry.activity_id, entry.teacher_id, entry.school_id).distinct())
    present = look.rows(
        "activities",
        select(activities.Attendance.teacher_id, session.school_id, session.held_on)
        .join(session, session.activity_id == activities.Attendance.activity_id)
        .distinct(),
    )
    schools: dict[UUID, UUID] = dict(look.rows("activities", select(session.activity_id, session.school_id)))
    belonged = look.rows("directory", select(member.person_id, member.school_id, *_DAYS))
    strayed = [tuple(row) for row in entries if schools.get(row.activity_id) != row.school_id]
    yield from named("INV10", "entry of another school than its activity:", strayed)
    strangers = sorted({tuple(row) for row in present} - _at_home(belonged, present))
    yield from named("INV10", "attendance of somebody of another school:", strangers)
    yield from named("INV10", "session against an item of another school:", _foreign_items(look, schools))


def _at_home(belonged: Sequence[Line], present: Sequence[Line]) -> set[tuple[Any, ...]]:
    """Of whom it was ever known that she belonged to the school on the day.

    A correction of the past may withdraw that later: what was confirmed before stays confirmed.
    """
    periods: defaultdict[tuple[UUID, UUID], list[tuple[date, date | None]]] = defaultdict(list)
    for row in belonged:
        periods[row.person_id, row.school_id].append((row.starts_on, row.ends_on))
    return {
        tuple(row)
        for row in present
        if any(
            first <= row.held_on and (after is None or row.held_on < after)
            for first, after in periods[row.teacher_id, row.school_id]
        )
    }


def _foreign_items(look: Look, schools: Mapping[UUID, UUID]) -> list[tuple[UUID, UUID]]:
    session = activities.ActivitySession
    planned = session.plan_item_id.is_not(None)
    against = look.rows("activities", select(session.activity_id, session.plan_item_id).where(planned))
    items = look.rows(
        "plans",
        select(plans.PlanItem.item_id, plans.Plan.school_id).join(
            plans.Plan, plans.Plan.plan_id == plans.PlanItem.plan_id
        ),
    )
    owner: dict[UUID, UUID] = dict(items)
    return [
        (activity_id, item_id)
        for activity_id, item_id in against
        if owner.get(item_id) != schools[activity_id]
    ]


_DAYS = (directory.Membership.starts_on, directory.Membership.ends_on)


# --- copies -------------------------------------------------------------------------------------------------


class Copy(NamedTuple):
    """A table that could be rebuilt from others: where it is, and where it comes from, column by column."""

    what: str
    service: str
    kept: Executable
    owner: str
    source: Executable
    is_rewritten: bool = False
    """Rows change with what is said anew, so that a platform at work shows differences."""


def _approved_items() -> Executable:
    approved = (plans.Plan.plan_id == plans.PlanItem.plan_id) & (
        plans.Plan.revision_no == plans.PlanItem.revision_no
    )
    return (
        select(plans.PlanItem.item_id, plans.Plan.school_id)
        .join(plans.Plan, approved)
        .where(plans.Plan.state == PlanState.APPROVED)
    )


def _carried_out() -> Executable:
    session = activities.ActivitySession
    return (
        select(session.plan_item_id, session.activity_id)
        .join(activities.Attendance, activities.Attendance.activity_id == session.activity_id)
        .where(session.plan_item_id.is_not(None))
        .distinct()
    )


def _people(*columns: Any) -> Executable:
    """Everybody who ever belonged somewhere, under the last of their records."""
    record, later, member = directory.PersonRecord, aliased(directory.PersonRecord), directory.Membership
    of_same = (later.person_id == record.person_id) & _stands(later) & (later.starts_on > record.starts_on)
    return (
        select(*columns)
        .join(record, record.person_id == directory.Person.id)
        .where(
            _stands(record), ~exists().where(of_same), exists().where(member.person_id == record.person_id)
        )
    )


def _belongings(of: Any) -> Executable:
    return select(of.teacher_id, of.school_id, of.kind, of.starts_on, of.ends_on)


def _stands(table: Any) -> Any:
    return table.withdrawn_at.is_(None)


def _schools(*columns: Any) -> Executable:
    """Each school under the last of its records."""
    record, later = directory.SchoolRecord, aliased(directory.SchoolRecord)
    of_same = (later.school_id == record.school_id) & _stands(later) & (later.starts_on > record.starts_on)
    return (
        select(*columns)
        .join(directory.District, directory.District.id == record.district_id)
        .where(_stands(record), ~exists().where(of_same))
    )


def _of_plans() -> Sequence[Copy]:
    item = activities.KnownPlanItem
    return (
        Copy("known items", "activities", select(item.item_id, item.school_id), "plans", _approved_items()),
    )


def _of_activities() -> Sequence[Copy]:
    fulfilled = plans.ItemFulfilment
    revoked, taken_back = credits.KnownRevocation, activities.AttendanceRevocation
    return (
        Copy(
            "fulfilled items",
            "plans",
            select(fulfilled.item_id, fulfilled.activity_id),
            "activities",
            _carried_out(),
        ),
        Copy(
            "known revocations",
            "credits",
            select(revoked.activity_id, revoked.teacher_id, revoked.round_no),
            "activities",
            select(taken_back.activity_id, taken_back.teacher_id, taken_back.round_no),
        ),
    )


def _of_schools() -> Sequence[Copy]:
    record, here, there = directory.SchoolRecord, activities.KnownSchool, credits.KnownSchool
    return (
        Copy(
            "known schools",
            "activities",
            select(here.school_id, here.name, here.closed_on),
            "directory",
            _schools(record.school_id, record.name, record.ends_on),
            is_rewritten=True,
        ),
        Copy(
            "known schools",
            "credits",
            select(there.id, there.name, there.township, there.closed_on),
            "directory",
            _schools(record.school_id, record.name, directory.District.name, record.ends_on),
            is_rewritten=True,
        ),
    )


def _of_people() -> Sequence[Copy]:
    person, name = directory.Person, directory.PersonRecord.name
    here, there, known = activities.KnownTeacher, credits.KnownTeacher, notify.KnownPerson
    kept = {
        "activities": select(here.teacher_id, here.name, here.version),
        "credits": select(there.id, there.name, there.version),
        "notify": select(known.id, known.name, known.version),
    }
    people = _people(person.id, name, person.version)
    return [
        Copy("known people", service, asked, "directory", people, is_rewritten=True)
        for service, asked in kept.items()
    ]


def _of_belongings() -> Sequence[Copy]:
    member = directory.Membership
    stand = select(member.person_id, member.school_id, member.kind, *_DAYS).where(_stands(member))
    kept = {
        "activities": _belongings(activities.KnownBelonging),
        "credits": _belongings(credits.KnownBelonging),
    }
    return [
        Copy("known belongings", service, asked, "directory", stand, is_rewritten=True)
        for service, asked in kept.items()
    ]


def _of_merges() -> Sequence[Copy]:
    merge, alias, undone = directory.PersonAlias, credits.KnownAlias, credits.KnownUnmerge
    return (
        Copy(
            "known aliases",
            "credits",
            select(alias.merge_id, alias.alias_id, alias.teacher_id),
            "directory",
            select(merge.id, merge.alias_id, merge.person_id),
        ),
        Copy(
            "known unmerges",
            "credits",
            select(undone.merge_id),
            "directory",
            select(merge.id).where(merge.undone_at.is_not(None)),
        ),
    )


def _of_pairings() -> Sequence[Copy]:
    pairing, begun, ended = directory.Pairing, notify.KnownPairing, notify.KnownPairingEnd
    return (
        Copy(
            "known pairings",
            "notify",
            select(begun.id, begun.mentor_id, begun.apprentice_id, begun.started_on),
            "directory",
            select(pairing.id, pairing.mentor_id, pairing.apprentice_id, pairing.starts_on).where(
                pairing.state.not_in(UNSAID)
            ),
        ),
        Copy(
            "known ends of pairings",
            "notify",
            select(ended.pairing_id, ended.ended_on),
            "directory",
            select(pairing.id, pairing.ends_on).where(pairing.ends_on.is_not(None)),
        ),
    )


def _of_access() -> Sequence[Copy]:
    followers = [name for name, producers in follows().items() if "directory" in producers]
    return [
        Copy("deny list", follower, select(revoked_access), "directory", select(revoked_access))
        for follower in followers
    ]


def copies_are_what_they_copy(look: Look) -> Iterator[Finding]:
    """INV12: what a service keeps of others is what it would be if it were built anew."""
    copies = (
        *_of_plans(),
        *_of_activities(),
        *_of_schools(),
        *_of_people(),
        *_of_belongings(),
        *_of_merges(),
        *_of_pairings(),
        *_of_access(),
    )
    for copy in copies:
        if copy.is_rewritten and not look.settled:
            continue
        found = {tuple(row): True for row in look.rows(copy.service, copy.kept)}
        due = {tuple(row): True for row in look.rows(copy.owner, copy.source)}
        yield from look.compared("INV12", f"{copy.service}, {copy.what}", due=due, found=found)
