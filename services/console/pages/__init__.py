"""The pages, one file an area; each asks services and shows what they say."""

from flask import Blueprint

from services.console.pages.account import account
from services.console.pages.accounts import accounts
from services.console.pages.activities import activities
from services.console.pages.api_keys import api_keys
from services.console.pages.audit import audit
from services.console.pages.board import board
from services.console.pages.hours import hours
from services.console.pages.imports import imports
from services.console.pages.me import me
from services.console.pages.notices import notices
from services.console.pages.pairings import pairings
from services.console.pages.pairings_office import office
from services.console.pages.people import people
from services.console.pages.personal import personal
from services.console.pages.provider import provider

PAGES: tuple[Blueprint, ...] = (
    account,
    provider,
    me,
    accounts,
    api_keys,
    hours,
    notices,
    board,
    activities,
    people,
    audit,
    personal,
    imports,
    pairings,
    office,
)
