"""What things are called, where the service that speaks of them knows only their codes and ids."""

from collections.abc import Mapping
from typing import Any

from services.console.ask import ask_in_passing
from services.console.visitor import visitor

PAGE_ITEMS_MAX = 200
SCHOOL_PAGES_MAX = 10
NO_PAGE: Mapping[str, Any] = {"items": (), "next_cursor": None}


def form_labels() -> Mapping[str, str]:
    """What people call each form of activity, by the newest rules that name it."""
    packs = ask_in_passing("credits", "/rule-packs") or []
    return {code: rule["label"] for pack in reversed(packs) for code, rule in pack["forms"].items()}


def topics() -> Mapping[str, str]:
    """What the latest sessions within reach were about."""
    page = ask_in_passing("activities", "/sessions", limit=PAGE_ITEMS_MAX) or NO_PAGE
    return {one["activity_id"]: one["topic"] for one in page["items"]}


def school_names() -> Mapping[str, str]:
    """The schools by their ids, for whoever sees more than one."""
    if not visitor().actor.is_county:
        return {}
    names: dict[str, str] = {}
    cursor = None
    for _ in range(SCHOOL_PAGES_MAX):
        page = ask_in_passing("directory", "/schools", limit=PAGE_ITEMS_MAX, cursor=cursor) or NO_PAGE
        names |= {one["school_id"]: one["name"] for one in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            break
    return names
