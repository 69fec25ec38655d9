"""The HTTP door of the directory, by what it is about."""

from services.directory.api import accounts, pairings, people, schools, transfers
from services.directory.api.blueprint import blueprint

__all__ = ["accounts", "blueprint", "pairings", "people", "schools", "transfers"]
