"""What the toy's door takes and gives: one field of every kind."""

import marshmallow as ma

from shared import web
from shared.vocabulary import Role


class PartIn(web.In):
    """A part of a thing."""

    name = web.text(most=10)
    count = ma.fields.Integer(required=True, validate=ma.validate.Range(min=1, max=9))


class ThingIn(web.In):
    """One field of every kind."""

    name = web.text(most=64)
    minutes = ma.fields.Integer(validate=ma.validate.Range(min=1, max=1440))
    made_on = ma.fields.Date()
    made_at = ma.fields.AwareDateTime()
    kind = ma.fields.Enum(Role, by_value=True)
    whole = ma.fields.Boolean()
    remark = ma.fields.String()
    owner_id = ma.fields.UUID()
    sizes = ma.fields.List(ma.fields.Integer())
    parts = ma.fields.List(ma.fields.Nested(PartIn), validate=ma.validate.Length(max=3))


class ThingOut(web.Out):
    """A thing."""

    id = ma.fields.UUID()
    name = ma.fields.String()
