"""What the directory does about others' events: nothing."""

from shared.service import Handlers

HANDLERS: Handlers = {}
