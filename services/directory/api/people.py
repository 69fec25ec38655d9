"""People: entered, listed, shown as of a day, amended, merged."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint, day_asked
from services.directory.commands import Conflict, Newcomer
from services.directory.domain.periods import Period
from services.directory.queries import Likeness, Page, PersonAsOf, Teacher
from services.directory.schemas.people import (
    AddedTeachersOut,
    AddTeachersIn,
    AmendPersonIn,
    DuplicatesOut,
    FoundPeopleOut,
    MergeIn,
    MergeOut,
    MergePreviewOut,
    MergeQuery,
    PersonPageOut,
    StaffNoIn,
    StaffNumbersQuery,
    TeacherOut,
)
from services.directory.schemas.schools import AsOfPageQuery, AsOfQuery
from shared import web
from shared.values import county_day
from shared.vocabulary import ApiScope, FilePart


@blueprint.route("/schools/<uuid:school_id>/teachers", methods=["POST"])
@blueprint.arguments(AddTeachersIn, as_kwargs=True)
@blueprint.response(201, AddedTeachersOut)
def add_teachers(*, school_id: UUID, teachers: list[Newcomer]) -> Mapping[str, list[Teacher]]:
    """Enter people in a school's register, all of them or none."""
    added = commands.add_teachers(
        web.session(), actor=web.actor(), school_id=school_id, newcomers=teachers, now=web.now()
    )
    return {"teachers": added}


@blueprint.route("/schools/<uuid:school_id>/teachers", scope=ApiScope.READ_PEOPLE)
@blueprint.arguments(AsOfPageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(TeacherOut))
def list_teachers(
    *, school_id: UUID, on: date | None, known_at: datetime | None, cursor: UUID | None, limit: int
) -> Page:
    """Who belongs to a school on a day."""
    return queries.teachers(
        web.session(),
        actor=web.actor(),
        school_id=school_id,
        on=day_asked(on),
        known_at=known_at,
        cursor=cursor,
        limit=limit,
    )


@blueprint.route("/people/find", scope=ApiScope.READ_PEOPLE)
@blueprint.arguments(StaffNumbersQuery, location="query", as_kwargs=True)
@blueprint.response(200, FoundPeopleOut)
def find_people(*, staff_numbers: Sequence[str]) -> Mapping[str, Any]:
    """Whose these staff numbers are; nobody is listed for a number that is not in one's charge."""
    return {"items": queries.by_staff_numbers(web.session(), actor=web.actor(), numbers=staff_numbers)}


@blueprint.route("/people/<uuid:person_id>")
@blueprint.arguments(AsOfQuery, location="query", as_kwargs=True)
@blueprint.response(200, PersonPageOut)
def show_person(*, person_id: UUID, on: date | None, known_at: datetime | None) -> PersonAsOf:
    """Who somebody is on a day, as it is or was known; an entry merged into another answers with that one."""
    found = _page(person_id, on=on, known_at=known_at)
    web.looks_at(found.person_id, FilePart.PERSON)
    return found


@blueprint.route("/people/<uuid:person_id>/amend", methods=["POST"])
@blueprint.arguments(AmendPersonIn, as_kwargs=True)
@blueprint.response(200, PersonPageOut)
def amend_person(*, person_id: UUID, period: Period, changes: Mapping[str, Any]) -> PersonAsOf:
    """Let a record be something else from a day on, or within a period that has passed."""
    commands.amend_person(
        web.session(),
        actor=web.actor(),
        person_id=person_id,
        period=period,
        changes=changes,
        now=web.now(),
    )
    return _page(person_id)


@blueprint.route("/people/<uuid:person_id>/staff-number", methods=["POST"])
@blueprint.arguments(StaffNoIn, as_kwargs=True)
@blueprint.response(200, PersonPageOut)
def give_staff_no(*, person_id: UUID, staff_no: str | None) -> PersonAsOf:
    """Enter somebody's staff number."""
    commands.give_staff_no(
        web.session(), actor=web.actor(), person_id=person_id, staff_no=staff_no, now=web.now()
    )
    return _page(person_id)


@blueprint.route("/duplicates")
@blueprint.response(200, DuplicatesOut)
def list_duplicates() -> Mapping[str, Sequence[Likeness]]:
    """Who may stand in the register twice."""
    found = queries.duplicates(web.session(), actor=web.actor(), on=county_day(web.now()))
    return {"likenesses": found}


@blueprint.route("/people/<uuid:person_id>/merge-preview")
@blueprint.arguments(MergeQuery, location="query", as_kwargs=True)
@blueprint.response(200, MergePreviewOut)
def preview_merge(*, person_id: UUID, alias_id: UUID) -> Mapping[str, Sequence[Conflict]]:
    """In what two entries of the register differ."""
    found = commands.preview_merge(web.session(), actor=web.actor(), person_id=person_id, alias_id=alias_id)
    return {"conflicts": found}


@blueprint.route("/people/<uuid:person_id>/merges", methods=["POST"])
@blueprint.arguments(MergeIn, as_kwargs=True)
@blueprint.response(201, MergeOut)
def merge_people(*, person_id: UUID, alias_id: UUID) -> Mapping[str, UUID]:
    """Let another entry of the register be the same person as this one; the county does."""
    merge_id = commands.merge_people(
        web.session(), actor=web.actor(), person_id=person_id, alias_id=alias_id, now=web.now()
    )
    return {"merge_id": merge_id}


@blueprint.route("/merges/<uuid:merge_id>/undo", methods=["POST"], keyless=True)
@blueprint.response(204)
def unmerge_people(merge_id: UUID) -> None:
    """Let both entries stand by themselves again."""
    commands.unmerge_people(web.session(), actor=web.actor(), merge_id=merge_id, now=web.now())


def _page(person_id: UUID, *, on: date | None = None, known_at: datetime | None = None) -> PersonAsOf:
    today = county_day(web.now())
    return queries.person(
        web.session(),
        actor=web.actor(),
        person_id=person_id,
        on=on or today,
        today=today,
        known_at=known_at,
    )
