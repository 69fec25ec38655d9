"""How values read in Chinese: hours, days and moments, as filters of the templates."""

from datetime import date, datetime, timedelta

from flask import Flask, Request

from shared.values import COUNTY_ZONE, hours_text

MINUS = "\N{MINUS SIGN}"
BROWSERS = (
    ("wxwork", "企业微信"),
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
DEVICES = (
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("Android", "安卓设备"),
    ("Windows", "Windows电脑"),
    ("Macintosh", "苹果电脑"),
    ("Linux", "Linux电脑"),
)
UNKNOWN = "未知设备"


def add_words(app: Flask) -> None:
    """Give the filters to the templates."""
    app.add_template_filter(hours)
    app.add_template_filter(signed_hours)
    app.add_template_filter(day)
    app.add_template_filter(moment)
    app.add_template_filter(school_year)
    app.add_template_filter(last_day)


def hours(hundredths: int) -> str:
    """200 is "2", -150 is "−1.5"."""
    return hours_text(hundredths).replace("-", MINUS)


def signed_hours(hundredths: int) -> str:
    """200 is "+2", -150 is "−1.5", nothing is "0"."""
    return f"+{hours(hundredths)}" if hundredths > 0 else hours(hundredths)


def day(written: str) -> str:
    """2026-11-23 is 2026年11月23日."""
    return _day(date.fromisoformat(written))


def last_day(after: str) -> str:
    """The day before a first day without: 2027-09-01 is 2027年8月31日."""
    return _day(date.fromisoformat(after) - timedelta(days=1))


def moment(written: str | datetime) -> str:
    """In the county's time: 2026年11月23日 20:31."""
    read = datetime.fromisoformat(written) if isinstance(written, str) else written
    local = read.astimezone(COUNTY_ZONE)
    return f"{_day(local.date())} {local:%H:%M}"


def school_year(first: int) -> str:
    """2026 is 2026–2027学年."""
    return f"{first}–{first + 1}学年"


def browser_of(request: Request) -> str:
    """What its owner would call a browser, as far as it says what it is."""
    said = request.headers.get("User-Agent", "")
    parts = [next((name for mark, name in names if mark in said), None) for names in (DEVICES, BROWSERS)]
    return " · ".join(part for part in parts if part) or UNKNOWN


def _day(when: date) -> str:
    return f"{when.year}年{when.month}月{when.day}日"
