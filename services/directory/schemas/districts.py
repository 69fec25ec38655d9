"""Districts."""

import marshmallow as ma

from shared import web
from shared.vocabulary import DistrictKind


class AddDistrictIn(web.In):
    """A district to enter."""

    name = web.text(most=32, least=2)


class RenameDistrictIn(web.In):
    """What a district is called from a day on."""

    name = web.text(most=32, least=2)
    renamed_on = ma.fields.Date(required=True)


class DistrictOut(web.Out):
    """A district, as it is called on a day."""

    district_id = ma.fields.UUID(attribute="id")
    name = ma.fields.String()
    kind = ma.fields.Enum(DistrictKind, by_value=True)


class DistrictsOut(web.Out):
    """Every district of the county."""

    items = ma.fields.List(ma.fields.Nested(DistrictOut))
