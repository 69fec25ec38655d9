"""The HTTP door of the directory, by what it is about."""

from services.directory.api import (
    absences,
    accounts,
    api_keys,
    districts,
    groups,
    imports,
    lineages,
    pairings,
    people,
    posts,
    provider,
    schools,
    sign_in,
    stages,
    transfers,
    views,
)
from services.directory.api.blueprint import blueprint

__all__ = [
    "absences",
    "accounts",
    "api_keys",
    "blueprint",
    "districts",
    "groups",
    "imports",
    "lineages",
    "pairings",
    "people",
    "posts",
    "provider",
    "schools",
    "sign_in",
    "stages",
    "transfers",
    "views",
]
