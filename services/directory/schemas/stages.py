"""Career stages."""

from typing import Any

import marshmallow as ma

from services.directory.domain.stages import STAGES_MAX, YEARS_MAX, Stage
from shared import web

CODE = ma.validate.Regexp(r"[a-z][a-z0-9_]{0,31}\Z", error="代码应为1到32个小写字母、数字或下划线")
YEARS = ma.validate.Range(min=0, max=YEARS_MAX)


class StageIn(web.In):
    """A stage: from so many full years of service on, until before so many."""

    code = ma.fields.String(required=True, validate=CODE)
    label = web.text(most=16)
    years_from = ma.fields.Integer(required=True, validate=YEARS)
    years_until = ma.fields.Integer(required=True, allow_none=True, validate=YEARS)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> Stage:
        return Stage(**data)


class StagesIn(web.In):
    """A set of stages to look at before it is published."""

    stages = ma.fields.List(
        ma.fields.Nested(StageIn), required=True, validate=ma.validate.Length(min=1, max=STAGES_MAX)
    )
    valid_from = ma.fields.Date(required=True)


class PublishStagesIn(StagesIn):
    """A set of stages from a day on; `unsound` when it is known to leave somebody out."""

    source = web.text(most=200)
    unsound = ma.fields.Boolean(load_default=False)


class StageOut(web.Out):
    """A stage."""

    code = ma.fields.String()
    label = ma.fields.String()
    years_from = ma.fields.Integer()
    years_until = ma.fields.Integer(allow_none=True)


class StageSetOut(web.Out):
    """A set of stages; of two from one day the one published last holds."""

    stage_set_id = ma.fields.UUID(attribute="id")
    valid_from = ma.fields.Date()
    source = ma.fields.String()
    published_at = ma.fields.AwareDateTime()
    stages = ma.fields.List(ma.fields.Nested(StageOut))


class StageSetsOut(web.Out):
    """Every set there was."""

    items = ma.fields.List(ma.fields.Nested(StageSetOut))


class StageSetPublishedOut(web.Out):
    """Under which id it is known."""

    stage_set_id = ma.fields.UUID()


class StagedOut(web.Out):
    """A teacher with her stage; with none or two when the set is unsound."""

    person_id = ma.fields.UUID()
    name = ma.fields.String()
    school_id = ma.fields.UUID()
    serves_since = ma.fields.Integer(allow_none=True)
    years = ma.fields.Integer(allow_none=True)
    stages = ma.fields.List(ma.fields.Nested(StageOut))


class MisfitsOut(web.Out):
    """What a set leaves open, in words, and whom it leaves out or claims twice, by name."""

    faults = ma.fields.List(ma.fields.String())
    people = ma.fields.List(ma.fields.Nested(StagedOut))
