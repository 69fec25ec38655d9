"""The whole load: register, rules, plans, sessions, reversals; what was brought in before is left alone."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from deploy.county.layouts import ATTENDANCE, PLANS, REVERSALS, SESSIONS
from deploy.county.load import registers, rules
from deploy.county.load.lines import Line, lines_of
from deploy.county.load.people import Register
from deploy.county.load.plans import Planning, plans_by_school
from deploy.county.load.sessions import Entering, is_over, portions
from deploy.county.progress import Tell
from deploy.county.year import writing
from deploy.doors import Visit
from shared.sheets import Layout
from shared.values import county_day

NAMES = {layout.code: name for name, layout in writing.FILES.items()}
"""What the files that are read here are called, without their ending."""
DESKS = 4
"""So many schools hand in their plans side by side: most of it is the hashing of new passwords."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A county as it was written into a folder."""

    folder: Path
    year: int
    digest: str

    def rows(self, layout: Layout) -> Iterator[Line]:
        """What one of its files says."""
        return lines_of(self.folder / f"{NAMES[layout.code]}.csv", layout)


@dataclass(slots=True, kw_only=True)
class Loaded:
    """What was there at the end of it."""

    register_rows: int = 0
    plans: int = 0
    sessions: int = 0
    attendances: int = 0
    reversals: int = 0
    plans_without_anybody: int = 0
    """Whose school has nobody left who could hand them in."""


def load(written: Written, *, visit: Visit, now: datetime, tell: Tell) -> Loaded:
    """Bring in what is of days gone by. Stopped at any point and begun again, it ends the same."""
    loaded = Loaded()
    files = list(registers.registers(written.folder, year=written.year, until=county_day(now)))
    for done, file in enumerate(files):
        tell(file.path.stem, done, len(files))
        loaded.register_rows += registers.bring_in(file, visit=visit)
    rules.publish(visit, year=written.year)
    register = Register(visit=visit, began=date(written.year, 9, 1).isoformat())
    items = _plans(written, visit=visit, register=register, loaded=loaded, tell=tell)
    _sessions(written, items, visit=visit, register=register, now=now, loaded=loaded, tell=tell)
    return loaded


def _plans(
    written: Written, *, visit: Visit, register: Register, loaded: Loaded, tell: Tell
) -> Mapping[str, str]:
    planning = Planning(visit=visit, register=register, digest=written.digest, school_year=written.year)
    planning.look()
    schools = list(plans_by_school(written.rows(PLANS), school_year=written.year))
    items: dict[str, str] = {}
    with ThreadPoolExecutor(DESKS) as desks:
        for done, handed_in in enumerate(desks.map(planning.hand_in, schools)):
            tell("计划（学校）", done, len(schools))
            items |= handed_in.items
            if handed_in.items:
                loaded.plans += handed_in.plans
            else:
                loaded.plans_without_anybody += handed_in.plans
    return items


def _sessions(
    written: Written,
    items: Mapping[str, str],
    *,
    visit: Visit,
    register: Register,
    now: datetime,
    loaded: Loaded,
    tell: Tell,
) -> None:
    over = frozenset(line["key"] for line in written.rows(SESSIONS) if is_over(line, today=county_day(now)))
    reversals = [line for line in written.rows(REVERSALS) if line["session"] in over]
    entering = Entering(
        visit=visit,
        register=register,
        digest=written.digest,
        items=items,
        asked_for=frozenset(line["session"] for line in reversals),
    )
    attendance = (line for line in written.rows(ATTENDANCE) if line["session"] in over)
    total = sum(1 for line in written.rows(ATTENDANCE) if line["session"] in over)
    for portion in portions(written.rows(SESSIONS), attendance):
        tell("出勤", loaded.attendances, total)
        loaded.attendances += entering.enter(portion)
        loaded.sessions += len(portion.sessions)
    for number, reversal in enumerate(reversals):
        tell("撤销", number, len(reversals))
        entering.take_back(reversal)
        loaded.reversals += 1
