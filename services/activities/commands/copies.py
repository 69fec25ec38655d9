"""Copies of what others own: schools, teachers and where they belong, items of approved plans."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.activities.domain import Belonging
from services.activities.models import KnownBelonging, KnownPlanItem, KnownSchool, KnownTeacher
from shared.inserts import insert_unread


def know_school(session: Session, *, school_id: UUID, name: str) -> None:
    """Keep a school's name."""
    insert_unread(session, KnownSchool, [{"school_id": school_id, "name": name, "version": 0}])


def learn_of_school(
    session: Session, *, school_id: UUID, version: int, name: str, closed_on: date | None
) -> None:
    """Keep what a school is now, unless something later was heard before."""
    know_school(session, school_id=school_id, name=name)
    session.execute(
        update(KnownSchool)
        .where(KnownSchool.school_id == school_id, KnownSchool.version < version)
        .values(name=name, version=version, closed_on=closed_on)
    )


def know_teacher(session: Session, *, teacher_id: UUID, name: str, joined: Belonging) -> None:
    """Keep that a teacher joined a school, unless something later was heard before."""
    if _known_version(session, teacher_id=teacher_id, name=name) == 0:
        _keep_belongings(session, teacher_id, [joined])


def learn_of_teacher(
    session: Session, *, teacher_id: UUID, version: int, name: str, belongs: Sequence[Belonging]
) -> None:
    """Keep who a teacher is and where she belongs, the whole of it; of several the highest version."""
    if _known_version(session, teacher_id=teacher_id, name=name) >= version:
        return
    session.execute(
        update(KnownTeacher).where(KnownTeacher.teacher_id == teacher_id).values(name=name, version=version)
    )
    session.execute(delete(KnownBelonging).where(KnownBelonging.teacher_id == teacher_id))
    _keep_belongings(session, teacher_id, belongs)


def _known_version(session: Session, *, teacher_id: UUID, name: str) -> int:
    """Of what is kept of a teacher; her row is there from now on and locked: two events take turns."""
    insert_unread(session, KnownTeacher, [{"teacher_id": teacher_id, "name": name, "version": 0}])
    asked = select(KnownTeacher.version).where(KnownTeacher.teacher_id == teacher_id)
    return session.scalars(asked.with_for_update()).one()


def _keep_belongings(session: Session, teacher_id: UUID, belongs: Sequence[Belonging]) -> None:
    insert_unread(session, KnownBelonging, [{"teacher_id": teacher_id, **asdict(one)} for one in belongs])


def know_plan_items(session: Session, *, school_id: UUID, item_ids: Sequence[UUID]) -> None:
    """Keep which items of a school's plan were approved."""
    rows = [{"item_id": item_id, "school_id": school_id} for item_id in sorted(item_ids)]
    insert_unread(session, KnownPlanItem, rows)
