"""The door of credits: rules, statements, entries and the board."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.credits import commands, queries, schemas
from services.credits.domain import RulePack
from services.credits.queries import Year
from shared import web
from shared.values import county_day, school_year_of
from shared.vocabulary import ApiScope, FilePart

blueprint = web.Blueprint(
    "credits", description="Credit hours: rules, statements with explanations, the board"
)


@blueprint.route("/rule-packs", methods=["POST"])
@blueprint.arguments(schemas.PublishRulePackIn)
@blueprint.response(201, schemas.RulePackOut)
def publish_rule_pack(pack: Mapping[str, Any]) -> RulePack:
    """Publish the rules that hold from a day on; the county office does."""
    return commands.publish_rule_pack(web.session(), actor=web.actor(), pack=pack, now=web.now())


@blueprint.route("/rule-packs", scope=ApiScope.READ_HOURS)
@blueprint.response(200, schemas.RulePackOut(many=True))
def rule_packs() -> Sequence[RulePack]:
    """Every published pack, newest first."""
    return queries.packs(web.session())


@blueprint.route("/me/statement")
@blueprint.arguments(schemas.YearQuery, location="query")
@blueprint.response(200, schemas.StatementOut)
def my_statement(query: Mapping[str, Any]) -> queries.Statement:
    """One's own school year."""
    return _statement(web.actor().person_id, query)


@blueprint.route("/teachers/<uuid:teacher_id>/statement", scope=ApiScope.READ_HOURS)
@blueprint.arguments(schemas.YearQuery, location="query")
@blueprint.response(200, schemas.StatementOut)
def statement(query: Mapping[str, Any], teacher_id: UUID) -> queries.Statement:
    """A teacher's school year: where she stands and why."""
    found = _statement(teacher_id, query)
    web.looks_at(found.teacher_id, FilePart.HOURS)
    return found


@blueprint.route("/entries/<uuid:entry_id>", scope=ApiScope.READ_HOURS)
@blueprint.response(200, schemas.DerivationOut)
def entry(entry_id: UUID) -> queries.Entry:
    """How one entry came to its hours, step by step."""
    today = county_day(web.now())
    found = queries.entry(web.session(), actor=web.actor(), entry_id=entry_id, today=today)
    web.looks_at(found.row.teacher_id, FilePart.HOURS)
    return found


@blueprint.route("/board", scope=ApiScope.READ_HOURS)
@blueprint.arguments(schemas.YearQuery, location="query")
@blueprint.response(200, schemas.BoardOut)
def board(query: Mapping[str, Any]) -> queries.Board:
    """Completion by school: all of them for the county office, their own for a school's leaders."""
    return queries.board(web.session(), actor=web.actor(), year=_year(query))


@blueprint.route("/schools/<uuid:school_id>/teachers", scope=ApiScope.READ_HOURS)
@blueprint.arguments(schemas.YearQuery, location="query")
@blueprint.response(200, schemas.TeacherRowOut(many=True))
def school_teachers(query: Mapping[str, Any], school_id: UUID) -> Sequence[queries.TeacherRow]:
    """The teachers behind a school's numbers, who misses most first."""
    return queries.school_teachers(web.session(), actor=web.actor(), school_id=school_id, year=_year(query))


def _statement(teacher_id: UUID, query: Mapping[str, Any]) -> queries.Statement:
    return queries.statement(web.session(), actor=web.actor(), teacher_id=teacher_id, year=_year(query))


def _year(query: Mapping[str, Any]) -> Year:
    today, on, asked = county_day(web.now()), query["on"], query["school_year"]
    return Year(school_year=school_year_of(on or today) if asked is None else asked, today=today, on=on)
