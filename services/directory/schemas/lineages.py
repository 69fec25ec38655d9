"""How schools went on in one another, and who was left behind."""

import marshmallow as ma

from services.directory.domain.people import TEACHERS_PER_REQUEST_MAX
from shared import web
from shared.vocabulary import LineageKind, MembershipKind


class MergeSchoolIn(web.In):
    """In which school one goes on, and from which day."""

    into_id = ma.fields.UUID(required=True)
    merged_on = ma.fields.Date(required=True)


class SplitSchoolIn(web.In):
    """In which school part of one goes on, from which day, and with whom."""

    into_id = ma.fields.UUID(required=True)
    split_on = ma.fields.Date(required=True)
    people = ma.fields.List(
        ma.fields.UUID(), required=True, validate=ma.validate.Length(min=1, max=TEACHERS_PER_REQUEST_MAX)
    )


class LineageOut(web.Out):
    """That a school went on in another."""

    lineage_id = ma.fields.UUID(attribute="id")
    kind = ma.fields.Enum(LineageKind, by_value=True)
    happened_on = ma.fields.Date()
    from_school_id = ma.fields.UUID()
    from_school_name = ma.fields.String()
    to_school_id = ma.fields.UUID()
    to_school_name = ma.fields.String()


class LineagesOut(web.Out):
    """From which schools one came and in which it went on."""

    items = ma.fields.List(ma.fields.Nested(LineageOut))


class LeftBehindOut(web.Out):
    """Somebody who belongs to a school that is closed."""

    person_id = ma.fields.UUID()
    name = ma.fields.String()
    school_id = ma.fields.UUID()
    kind = ma.fields.Enum(MembershipKind, by_value=True)
