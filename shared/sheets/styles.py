"""How a workbook shows its numbers: which formats make a day of them, which put zeros in front."""

import re
from datetime import date, timedelta
from typing import NamedTuple

BUILT_IN_DAYS = {*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58}
"""Formats every workbook has without saying so; from 27 on they are those of Chinese and its neighbours."""
QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
CLOCK_LETTERS = re.compile(r"[hs]", re.IGNORECASE)
ZEROS = re.compile(r"0{2,32}\Z")

DAYS_FROM = date(1899, 12, 30)
"""Day 0 of serial numbers, since Excel believes in a 29 February 1900."""
DAYS_FROM_1904 = date(1904, 1, 1)
SERIAL_MIN = 61
SERIAL_MAX = 73_415
"""The end of 2100."""


class Style(NamedTuple):
    """What a format makes of a number."""

    is_day: bool
    digits: int


def style_of(format_id: int, code: str) -> Style:
    """What a number format means."""
    if format_id in BUILT_IN_DAYS:
        return Style(is_day=True, digits=0)
    bare = QUOTED.sub(lambda found: found.group() if found.group() in {'"年"', '"月"', '"日"'} else "", code)
    first = bare.split(";")[0]
    if ZEROS.match(first):
        return Style(is_day=False, digits=len(first))
    by_day = bool(re.search(r"[yd年日]", first, re.IGNORECASE))
    by_month = bool(re.search(r"[m月]", first, re.IGNORECASE)) and not CLOCK_LETTERS.search(first)
    return Style(is_day=by_day or by_month, digits=0)


def day_of(serial: float, *, from_1904: bool) -> date | None:
    """The day a serial number stands for; None where there is none that a register would hold."""
    whole = int(serial)
    if not SERIAL_MIN <= whole <= SERIAL_MAX:
        return None
    return (DAYS_FROM_1904 if from_1904 else DAYS_FROM) + timedelta(days=whole)
