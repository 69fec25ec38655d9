"""School years (学年) in addresses: which one was asked for, and the same page of another."""

from datetime import date
from typing import Any

from flask import request, url_for

from services.console.current import now
from shared.values import county_day, school_year_of

KEPT = ("only", "school")
"""What of an address goes along to another year: which teachers are listed, and where somebody came from."""


FIRST = 2000
"""Services are asked for no year before it."""


def asked() -> int | None:
    """The year in the address; None is the current one."""
    return request.args.get("school_year", type=int)


def current() -> int:
    """The school year of this moment."""
    return school_year_of(county_day(now()))


def of_past_day(written: str) -> int | None:
    """The school year of a day, for an address; None when it is the current one."""
    year = school_year_of(date.fromisoformat(written))
    return None if year == current() else year


def same_page(*, school_year: int | None) -> str:
    """The address of this page for another year."""
    kept: dict[str, Any] = {name: request.args[name] for name in KEPT if name in request.args}
    return url_for(str(request.endpoint), **{**kept, **(request.view_args or {}), "school_year": school_year})


def for_templates() -> dict[str, Any]:
    """What templates need to speak of years."""
    year = asked()
    shown = current() if year is None else year
    return {
        "asked_year": year,
        "shown_year": shown,
        "this_year": current(),
        "first_year": FIRST,
        "same_page": same_page,
    }
