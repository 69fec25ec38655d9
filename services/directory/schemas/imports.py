"""Imported files: what they would change, and what became of them."""

import marshmallow as ma

from shared import web
from shared.vocabulary import ImportExtent, ImportKind, ImportState, ImportVerdict


class SendImportQuery(web.Query):
    """What is said of a file that is sent."""

    file_name = web.text(most=400)
    extent = ma.fields.Enum(ImportExtent, by_value=True, load_default=ImportExtent.WHOLE)
    effective_on = ma.fields.Date(
        load_default=None, metadata={"description": "From which day on it holds; today when left out."}
    )


class DifferenceOut(web.Out):
    """What one column would change."""

    column = ma.fields.String()
    before = ma.fields.String()
    after = ma.fields.String()


class TroubleOut(web.Out):
    """Why a row cannot be taken."""

    column = ma.fields.String()
    code = ma.fields.String()
    text = ma.fields.String()


class LineOut(web.Out):
    """What an import makes of one row, or of somebody whom no row names."""

    verdict = ma.fields.Enum(ImportVerdict, by_value=True)
    key = ma.fields.String()
    name = ma.fields.String()
    place = ma.fields.String()
    row = ma.fields.Integer(allow_none=True)
    differences = ma.fields.List(ma.fields.Nested(DifferenceOut))
    troubles = ma.fields.List(ma.fields.Nested(TroubleOut))


class NoteOut(web.Out):
    """Something odd about a file that keeps nothing from being taken."""

    sheet = ma.fields.String()
    address = ma.fields.String()
    heading = ma.fields.String()
    code = ma.fields.String()
    text = ma.fields.String()


class ImportOut(web.Out):
    """A file and what became of it."""

    import_id = ma.fields.UUID(attribute="id")
    kind = ma.fields.Enum(ImportKind, by_value=True)
    school_id = ma.fields.UUID(allow_none=True)
    file_name = ma.fields.String()
    extent = ma.fields.Enum(ImportExtent, by_value=True)
    effective_on = ma.fields.Date()
    state = ma.fields.Enum(ImportState, by_value=True)
    counts = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer())
    made_at = ma.fields.AwareDateTime()
    applied_at = ma.fields.AwareDateTime(allow_none=True)
    undone_at = ma.fields.AwareDateTime(allow_none=True)


class ImportPreviewOut(web.Out):
    """What a file would change: the first lines of each verdict but those that change nothing."""

    batch = ma.fields.Nested(ImportOut)
    lines = ma.fields.List(ma.fields.Nested(LineOut))
    lines_more = ma.fields.Integer(metadata={"description": "How many lines of interest are not shown."})
    notes = ma.fields.List(ma.fields.Nested(NoteOut))
    sent_before = ma.fields.Nested(ImportOut, allow_none=True)


class ImportProgressOut(web.Out):
    """How far a file has come."""

    state = ma.fields.Enum(ImportState, by_value=True)
    is_at_work = ma.fields.Boolean(metadata={"description": "Somebody is carrying it out right now."})
    done = ma.fields.Integer()
    total = ma.fields.Integer()
    trouble = ma.fields.String(allow_none=True, metadata={"description": "Why it came to nothing."})
