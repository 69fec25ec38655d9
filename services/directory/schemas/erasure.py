"""Erasing a person."""

import marshmallow as ma

from shared import web


class LeavingOut(web.Out):
    """Somebody who may be erased, or was: what there is of her, and what stands against it."""

    person_id = ma.fields.Function(lambda leaving: str(leaving.ids[0]))
    merged_ids = ma.fields.Function(lambda leaving: [str(one) for one in leaving.ids[1:]])
    name = ma.fields.String()
    pseudonym = ma.fields.String(allow_none=True, metadata={"description": "Once she was erased"})
    posts = ma.fields.Integer(metadata={"description": "That hold today or later; with one she stays"})
    memberships = ma.fields.Integer(metadata={"description": "The same"})
    records = ma.fields.Integer()
    accounts = ma.fields.Integer()
    agreements = ma.fields.Integer()
