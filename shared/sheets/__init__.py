"""Rows of an Excel or CSV file as counties have them: guarded, read, written."""

from shared.sheets.faults import Fault, FileRefused
from shared.sheets.file_names import content_disposition, shown_name
from shared.sheets.guard import open_zip
from shared.sheets.layouts import Choice, Column, Kind, Layout, choices_of
from shared.sheets.reading import Row, Sheet, read
from shared.sheets.values import Value
from shared.sheets.writing import DelimitedRows, Record, delimited, rejects, template, workbook

__all__ = [
    "Choice",
    "Column",
    "DelimitedRows",
    "Fault",
    "FileRefused",
    "Kind",
    "Layout",
    "Record",
    "Row",
    "Sheet",
    "Value",
    "choices_of",
    "content_disposition",
    "delimited",
    "open_zip",
    "read",
    "rejects",
    "shown_name",
    "template",
    "workbook",
]
