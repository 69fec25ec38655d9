"""The rows of a written file, one after the other, as text by the codes of their columns."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from shared.sheets import Kind, Layout

Line = Mapping[str, str]


def lines_of(path: Path, layout: Layout) -> Iterator[Line]:
    """What the file says; a choice by its code and not by its label. Nothing else is read into memory."""
    codes = {column.heading: column.code for column in layout.columns}
    labels = {
        column.code: {choice.label: choice.value for choice in column.choices}
        for column in layout.columns
        if column.kind is Kind.CHOICE
    }
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            line = {codes[heading]: text for heading, text in row.items() if heading in codes}
            yield line | {code: known.get(line[code], line[code]) for code, known in labels.items()}
