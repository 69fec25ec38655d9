"""Where a right year lands: what was held, who was there and what it is worth, beside what was described."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from statistics import mean, median

from deploy.county.county import County
from deploy.county.landing import LOOSE_TOLERANCE, SHARE_TOLERANCE, Landing, about, exact, share
from deploy.county.pairs import Pair
from deploy.county.teachers import Teacher
from deploy.county.year.hours import REQUIRED, REQUIRED_SCHOOL_BASED, Account, Accounts
from deploy.county.year.session import Session
from shared.values import HUNDREDTHS

HOURS_TOLERANCE = 1.5
STRATUM_TOLERANCE = 5
"""In a stratum of 300 or so the draws alone move a share by as much; see the operating manual."""
SHORT = {"TP": 39, "KG-C": 26, "KG-B": 21}
SHORT_ELSEWHERE = (10, 19)
COUNTED_KINDS = ("group", "school", "county_day", "class")
ROWS, LEDGER_ROWS = 307_000, 330_000
MENTOR_NOTICES = 37_500
"""1,090 pairs and the 33 to 34 attendances of a teacher's year: what is handed in or missed is in no file."""


class Tally:
    """Counts the sessions of a year as they pass."""

    def __init__(self, county: County) -> None:
        self._county = county
        self._exempted = frozenset(one.staff_number for one in county.absences if one.is_exempted)
        self._accounts = Accounts(date(county.plan.year + 1, 9, 1))
        self._meetings: defaultdict[str, set[str]] = defaultdict(set)
        self._roster: Counter[str] = Counter()
        self._rows: Counter[str] = Counter()
        self._by_day: Counter[date] = Counter()
        self._roster_by_day: Counter[date] = Counter()
        self._odd: Counter[str] = Counter()
        self._pairs: defaultdict[str, list[Pair]] = defaultdict(list)
        for pair in county.pairs:
            self._pairs[pair.apprentice].append(pair)
        self._mentor_notices = 0

    def see(self, session: Session) -> None:
        """Count one."""
        self._accounts.enter(session)
        self._see_what_is_odd(session)
        if session.is_cancelled:
            return
        kind = session.kind
        self._rows[kind] += len(session.rows)
        self._roster[kind] += session.roster
        self._mentor_notices += sum(self._mentors_told(row.staff_number, session.day) for row in session.rows)
        if kind == "group":
            self._roster_by_day[session.day] += session.roster
        if session.meeting not in self._meetings[kind]:
            self._meetings[kind].add(session.meeting or session.key)
            if kind == "group":
                self._by_day[session.day] += 1

    def _mentors_told(self, apprentice: str, day: date) -> int:
        """How many mentors are told that she was there: one for each pair of hers on that day."""
        return sum(pair.covers(day) for pair in self._pairs.get(apprentice, ()))

    def _see_what_is_odd(self, session: Session) -> None:
        self._odd["取消的活动"] += session.is_cancelled
        self._odd["改期的活动"] += session.moved_from is not None
        self._odd["补登的活动"] += session.registered_on is not None
        self._odd["两校合办（次）"] += session.held_with is not None
        self._odd["重复登记后撤销"] += session.reversed is not None
        if session.kind == "border":
            self._odd[f"{session.day:%m-%d} 的活动"] += 1

    def landings(self) -> list[Landing]:
        """Every figure of the year; of a county at another scale they say little."""
        return [*self._held(), *self._exact(), *self._worth()]

    def _held(self) -> Iterator[Landing]:
        rows, roster = self._rows, self._roster
        yield about("教研组活动", 21_450, len(self._meetings["group"]))
        yield about("教研组应到人次", 224_000, roster["group"])
        yield share("教研组出勤率（%）", 90.5, 100 * rows["group"] / roster["group"])
        yield about("校本培训", 2_337, len(self._meetings["school"]))
        yield about("校本培训应到人次", 88_000, roster["school"])
        yield about("校本培训实到人次", 80_000, rows["school"])
        yield about("学科培训日实到人次", 17_600, rows["county_day"])
        yield about("以上各类和研修班实到人次", ROWS, sum(rows[kind] for kind in COUNTED_KINDS))
        yield about("全部出勤行", LEDGER_ROWS, sum(rows.values()), tolerance=LOOSE_TOLERANCE)
        yield about("师父得知徒弟到场（条）", MENTOR_NOTICES, self._mentor_notices, tolerance=LOOSE_TOLERANCE)
        yield about("最忙一天的教研组活动", 167, max(self._by_day.values()), tolerance=LOOSE_TOLERANCE)
        busiest = max(self._roster_by_day.values())
        yield about("最忙一天的应到人次", 2_050, busiest, tolerance=LOOSE_TOLERANCE)
        weekdays = [
            max(counts, key=counts.__getitem__).weekday() for counts in (self._by_day, self._roster_by_day)
        ]
        yield exact("活动最多的是星期几", 4, weekdays[0] + 1)
        yield exact("应到最多的是星期几", 2, weekdays[1] + 1)

    def _exact(self) -> Iterator[Landing]:
        expected = {
            "取消的活动": 15,
            "改期的活动": 6,
            "补登的活动": 25,
            "两校合办（次）": 18,
            "重复登记后撤销": 40,
            "08-31 的活动": 4,
            "09-01 的活动": 4,
        }
        for what, count in expected.items():
            yield exact(what, count, self._odd[what])
        for kind, what, count in (
            ("class", "研修班", 42),
            ("forum", "论坛", 9),
            ("delivery_given", "送课（节）", 92),
        ):
            found = self._meetings[kind]
            yield exact(what, count, len(found))

    def _worth(self) -> Iterator[Landing]:
        people = self._county.teachers
        totals = [self._of(one).total for one in people]
        yield Landing("学时平均", 80.5, HOURS_TOLERANCE, round(mean(totals) / HUNDREDTHS, 1))
        yield Landing("学时中位", 82, HOURS_TOLERANCE, median(totals) / HUNDREDTHS)
        standings = Counter(self._standing(one) for one in people)
        for standing, what, expected in (
            ("met", "两项都达到（%）", 82),
            ("total", "只缺总学时（%）", 11),
            ("both", "两项都缺（%）", 5),
            ("school_based", "只缺校本（%）", 2),
        ):
            yield share(what, expected, 100 * standings[standing] / len(people))
        away = {one.staff_number for one in self._county.absences}
        failed = sum(
            total == 0 and one.staff_number not in away for one, total in zip(people, totals, strict=True)
        )
        yield exact("不合格（人）", 12, failed)
        yield from self._by_stratum(people, self._standing)

    @staticmethod
    def _by_stratum(people: Sequence[Teacher], standing_of: Callable[[Teacher], str]) -> Iterator[Landing]:
        least, most = SHORT_ELSEWHERE
        for stratum in dict.fromkeys(one.stratum for one in people):
            own = [standing_of(one) != "met" for one in people if one.stratum == stratum]
            found = round(100 * sum(own) / len(own), 1)
            what = f"{stratum} 未达到（%）"
            if stratum in SHORT:
                yield Landing(what, SHORT[stratum], STRATUM_TOLERANCE, found)
            else:
                yield Landing(what, (least + most) / 2, (most - least) / 2 + SHARE_TOLERANCE, found)

    def _of(self, one: Teacher) -> Account:
        return self._accounts.of.get(one.staff_number) or Account()

    def _standing(self, one: Teacher) -> str:
        """Which of the two floors somebody has not reached; a long course frees some from that of schools."""
        account = self._of(one)
        is_short = account.total < REQUIRED
        lacks_own = (
            account.school_based_counted < REQUIRED_SCHOOL_BASED and one.staff_number not in self._exempted
        )
        if is_short and lacks_own:
            return "both"
        return "total" if is_short else "school_based" if lacks_own else "met"
