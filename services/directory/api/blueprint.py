"""Where the directory's routes hang."""

from datetime import date

from shared import web
from shared.values import county_day

blueprint = web.Blueprint("directory", description="学校、人员、任职、教研组、师徒结对、账号与登录")


def day_asked(on: date | None) -> date:
    """The day a question is about: today, unless it says another."""
    return on or county_day(web.now())
