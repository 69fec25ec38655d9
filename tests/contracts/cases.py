"""What each handler of each service leaves, and what is said of the same things: golden messages, varied."""

import json
import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any

from services.plans.domain import SessionFact
from shared.events.activities import (
    AttendanceConfirmed,
    AttendanceRevoked,
    SessionAnnounced,
    SessionCancelled,
)
from shared.events.codec import Event
from shared.events.credits import HoursAccrued, HoursReversed
from shared.events.directory import (
    AccessRevoked,
    PairingEnded,
    PairingStarted,
    PersonErased,
    PersonMerged,
    PersonUnmerged,
    SchoolChanged,
    SchoolOpened,
    TeacherChanged,
    TeacherJoined,
)
from shared.events.plans import PlanApproved
from shared.service import Service
from shared.vocabulary import EntryKind, MembershipKind, NoticeKind
from tests.contracts.hearing import (
    ACTIVITY,
    ALIAS,
    CHEN,
    ITEM,
    LIN,
    MERGE,
    OTHER,
    PAIRING,
    SCHOOL,
    THIRD,
    Said,
    message,
)

Fact = type[Event]
Effect = Mapping[str, Mapping[str, Any] | None]
"""The tables that change, each with the row that is new in it; None where a row goes."""

# --- what each handler leaves -----------------------------------------------------------------------------

ROUND = {"activity_id": ACTIVITY, "teacher_id": CHEN, "round_no": 1}
SESSION = {"item_id": ITEM, "activity_id": ACTIVITY}
HOME = {"school_id": SCHOOL, "kind": MembershipKind.HOME, "starts_on": date(2026, 9, 1), "ends_on": None}
OPENED = {"name": "青山镇中心小学", "version": 0}
RENAMED = {"name": "青石镇中心小学", "version": 2, "closed_on": None}
EVERYWHERE: Mapping[Fact, Effect] = {
    AccessRevoked: {
        "revoked_access": {"person_id": CHEN, "issued_before": datetime(2026, 9, 22, 2, 0, tzinfo=UTC)}
    },
    PersonErased: {
        "looks": {"viewer_id": CHEN, "viewer_name": "已注销人员3F2A91"},
        "idempotency_keys": None,
    },
}
EFFECTS: Mapping[str, Mapping[Fact, Effect]] = {
    "directory": {},
    "plans": {
        **EVERYWHERE,
        SessionAnnounced: {"item_sessions": {**SESSION, "fact": SessionFact.ANNOUNCED}},
        SessionCancelled: {"item_sessions": {**SESSION, "fact": SessionFact.CANCELLED}},
        AttendanceConfirmed: {
            "item_fulfilments": SESSION,
            "outbox": {"type": "plans.item.fulfilled.v1", "subject": str(ITEM)},
        },
    },
    "activities": {
        **EVERYWHERE,
        SchoolOpened: {"known_schools": {"school_id": SCHOOL, **OPENED}},
        SchoolChanged: {"known_schools": {"school_id": SCHOOL, **RENAMED}},
        TeacherJoined: {
            "known_teachers": {"teacher_id": CHEN, "name": "陈老师", "version": 0},
            "known_belongings": {"teacher_id": CHEN, **HOME},
        },
        TeacherChanged: {
            "known_teachers": {"teacher_id": CHEN, "name": "陈老师", "version": 3},
            "known_belongings": {"teacher_id": CHEN, **HOME},
        },
        PlanApproved: {"known_plan_items": {"item_id": ITEM, "school_id": SCHOOL}},
    },
    "credits": {
        **EVERYWHERE,
        SchoolOpened: {"known_schools": {"id": SCHOOL, "township": "青山镇", **OPENED}},
        SchoolChanged: {"known_schools": {"id": SCHOOL, "township": "青石镇", **RENAMED}},
        TeacherJoined: {
            "known_teachers": {"id": CHEN, "school_id": SCHOOL, "version": 0},
            "known_belongings": {"teacher_id": CHEN, **HOME},
        },
        TeacherChanged: {
            "known_teachers": {"id": CHEN, "school_id": SCHOOL, "version": 3},
            "known_belongings": {"teacher_id": CHEN, **HOME},
        },
        PersonMerged: {"known_aliases": {"merge_id": MERGE, "alias_id": ALIAS, "teacher_id": CHEN}},
        PersonUnmerged: {"known_unmerges": {"merge_id": MERGE}},
        AttendanceConfirmed: {
            "ledger_entries": {**ROUND, "kind": EntryKind.ACCRUAL, "hours_hundredths": 200},
            "balances": {"teacher_id": CHEN, "school_year": 2026, "earned_hundredths": 200},
            "outbox": {"type": "credits.hours.accrued.v1", "subject": str(ACTIVITY)},
        },
        AttendanceRevoked: {"known_revocations": ROUND},
    },
    "notify": {
        **EVERYWHERE,
        TeacherJoined: {"known_people": {"id": CHEN, "name": "陈老师", "version": 0}},
        TeacherChanged: {"known_people": {"id": CHEN, "name": "陈老师", "version": 3}},
        PairingStarted: {"known_pairings": {"id": PAIRING, "mentor_id": LIN, "apprentice_id": CHEN}},
        PairingEnded: {"known_pairing_ends": {"pairing_id": PAIRING, "ended_on": date(2026, 9, 20)}},
        HoursAccrued: {"notices": {"recipient_id": CHEN, "kind": NoticeKind.HOURS_ACCRUED}},
        HoursReversed: {"notices": {"recipient_id": CHEN, "kind": NoticeKind.HOURS_REVERSED}},
    },
}
# --- what is said of the same things ----------------------------------------------------------------------

MORE: Mapping[Fact, Mapping[str, Any]] = {
    SessionCancelled: {"plan_item_id": str(ITEM)},
    PairingEnded: {"ended_on": "2026-09-20"},
}
"""Where the golden message alone touches nothing: a session outside every plan, an end after all hours."""
EARLIER_OR_LATER: Mapping[Fact, Mapping[str, Any]] = {
    AccessRevoked: {"issued_before": "2026-09-22T03:00:00+00:00"},
    SchoolChanged: {"version": 3, "name": "青石小学", "closed_on": "2027-08-01"},
    TeacherChanged: {"version": 4, "name": "陈文静", "school_id": None, "belongs": []},
    PersonMerged: {"merge_id": str(OTHER), "person_id": str(LIN)},
    PersonUnmerged: {"merge_id": str(OTHER), "person_id": str(LIN)},
    PairingEnded: {"ended_on": "2026-09-25"},
    SessionAnnounced: {"activity_id": str(OTHER)},
    SessionCancelled: {"activity_id": str(OTHER)},
    AttendanceConfirmed: {
        "attendees": [{"teacher_id": str(CHEN), "minutes": 45, "role": "participant", "round_no": 2}]
    },
    AttendanceRevoked: {"attendees": [{"teacher_id": str(CHEN), "round_no": 2}]},
    HoursAccrued: {
        "entries": [{"entry_id": str(OTHER), "teacher_id": str(CHEN), "round_no": 2, "hours_hundredths": 100}]
    },
    HoursReversed: {
        "entries": [{"entry_id": str(THIRD), "teacher_id": str(CHEN), "round_no": 2, "hours_hundredths": 100}]
    },
}
"""What may be said of the same thing a second time. Of the rest each is said once (0012)."""


def said_of(service: Service) -> Mapping[str, Said]:
    """All that this service hears of Chen, her school, her mentor and one activity, by name."""
    first = {fact.__name__: (fact, MORE.get(fact, {})) for fact in service.handlers}
    second = {
        f"another {fact.__name__}": (fact, {**MORE.get(fact, {}), **EARLIER_OR_LATER[fact]})
        for fact in service.handlers
        if fact in EARLIER_OR_LATER
    }
    named = {**first, **second}
    return {
        name: message(fact, seq=seq, **changed)
        for seq, (name, (fact, changed)) in enumerate(named.items(), 1)
    }


UNNAMED: Mapping[str, Collection[str]] = {PairingEnded.TYPE: {str(CHEN), str(LIN)}}
"""Whom a message is about without naming them."""


def things_of(said: Said) -> set[str]:
    """What a message is about: every id in it but the school's, or that if there is no other."""
    named = set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", json.dumps(said["data"])))
    return (named - {str(SCHOOL)} or {str(SCHOOL)}) | set(UNNAMED.get(said["type"], ()))
