"""The HTTP door of the directory, by what it is about."""

from services.directory.api import (
    accounts,
    api_keys,
    imports,
    pairings,
    people,
    provider,
    schools,
    sign_in,
    views,
)
from services.directory.api.blueprint import blueprint

__all__ = [
    "accounts",
    "api_keys",
    "blueprint",
    "imports",
    "pairings",
    "people",
    "provider",
    "schools",
    "sign_in",
    "views",
]
