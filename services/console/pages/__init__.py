"""The pages, one file an area; each asks services and shows what they say."""

from flask import Blueprint

from services.console.pages.account import account
from services.console.pages.activities import activities
from services.console.pages.board import board
from services.console.pages.hours import hours
from services.console.pages.notices import notices
from services.console.pages.pairings import pairings
from services.console.pages.pairings_office import office

PAGES: tuple[Blueprint, ...] = (account, hours, notices, board, activities, pairings, office)
