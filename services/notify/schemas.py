"""What the door of notify gives out."""

import marshmallow as ma

from shared import web
from shared.vocabulary import HourCategory, NoticeKind


class NoticeOut(web.Out):
    """A notice as its recipient reads it."""

    id = ma.fields.UUID()
    kind = ma.fields.Enum(NoticeKind, by_value=True, attribute="notice.kind")
    kind_label = ma.fields.String(attribute="notice.kind.label")
    title = ma.fields.String()
    body = ma.fields.String()
    about_id = ma.fields.UUID(attribute="notice.about_id")
    about_name = ma.fields.String(allow_none=True)
    activity_id = ma.fields.UUID(attribute="notice.activity_id")
    entry_id = ma.fields.UUID(attribute="notice.entry_id")
    hours_hundredths = ma.fields.Integer(attribute="notice.hours_hundredths")
    category = ma.fields.Enum(HourCategory, by_value=True, attribute="notice.category")
    form = ma.fields.String(attribute="notice.form")
    held_on = ma.fields.Date(attribute="notice.held_on")
    told_at = ma.fields.AwareDateTime(attribute="notice.told_at")
    read_at = ma.fields.AwareDateTime(attribute="notice.read_at", allow_none=True)


class InboxOut(web.page_of(NoticeOut)):  # type: ignore[misc]  # a class made to measure is still a class
    """A page of one's inbox, and how many notices in all are not read yet."""

    unread = ma.fields.Integer()


class ReadOut(web.Out):
    """How many notices were marked as read."""

    read = ma.fields.Integer()
