"""What things are called, where the service that speaks of them knows only their codes and ids."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.console.ask import ask_in_passing
from services.console.visitor import visitor
from shared.values import in_chunks

PAGE_ITEMS_MAX = 200
IDS_MAX = 50
SCHOOL_PAGES_MAX = 10
NO_PAGE: Mapping[str, Any] = {"items": (), "next_cursor": None}


def form_labels() -> Mapping[str, str]:
    """What people call each form of activity, by the newest rules that name it."""
    packs = ask_in_passing("credits", "/rule-packs") or []
    return {code: rule["label"] for pack in reversed(packs) for code, rule in pack["forms"].items()}


def topics(activity_ids: Iterable[str]) -> Mapping[str, str]:
    """What these sessions were about, as far as they are within reach."""
    named: dict[str, str] = {}
    for part in in_chunks(sorted(set(activity_ids)), of=IDS_MAX):
        page = ask_in_passing("activities", "/sessions", ids=",".join(part), limit=IDS_MAX) or NO_PAGE
        named |= {one["activity_id"]: one["topic"] for one in page["items"]}
    return named


def school_names() -> Mapping[str, str]:
    """The schools by their ids, for whoever sees more than one."""
    actor = visitor().actor
    if not actor.is_county and actor.beyond is None:
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
