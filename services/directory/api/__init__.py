"""The HTTP door of the directory, by what it is about."""

from services.directory.api import accounts, agreements, matching, pairings, people, schools
from services.directory.api.blueprint import blueprint

__all__ = ["accounts", "agreements", "blueprint", "matching", "pairings", "people", "schools"]
