"""The HTTP door of the directory, by what it is about."""

from services.directory.api import accounts, imports, pairings, people, schools
from services.directory.api.blueprint import blueprint

__all__ = ["accounts", "blueprint", "imports", "pairings", "people", "schools"]
