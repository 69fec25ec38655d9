"""The HTTP door of the directory, by what it is about."""

from services.directory.api import (
    absences,
    accounts,
    districts,
    groups,
    lineages,
    pairings,
    people,
    posts,
    schools,
    stages,
)
from services.directory.api.blueprint import blueprint

__all__ = [
    "absences",
    "accounts",
    "blueprint",
    "districts",
    "groups",
    "lineages",
    "pairings",
    "people",
    "posts",
    "schools",
    "stages",
]
