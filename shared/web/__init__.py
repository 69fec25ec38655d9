"""The HTTP door of every service: its app, its blueprint, what a view may ask, the bases of its schemas."""

from shared.web.addresses import peer_of
from shared.web.app import create_app
from shared.web.blueprint import Blueprint
from shared.web.current import (
    actor,
    acts,
    address,
    bearer,
    keys,
    now,
    session,
    settings,
    signed_in_at,
    transaction,
    upload,
)
from shared.web.problems import Problem
from shared.web.schemas import In, Out, PageQuery, Query, page_of, text
from shared.web.trail import looks_at
from shared.web.versions import IF_MATCH, seen_version, show_version

__all__ = [
    "IF_MATCH",
    "Blueprint",
    "In",
    "Out",
    "PageQuery",
    "Problem",
    "Query",
    "actor",
    "acts",
    "address",
    "bearer",
    "create_app",
    "keys",
    "looks_at",
    "now",
    "page_of",
    "peer_of",
    "seen_version",
    "session",
    "settings",
    "show_version",
    "signed_in_at",
    "text",
    "transaction",
    "upload",
]
