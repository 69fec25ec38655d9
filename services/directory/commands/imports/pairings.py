"""Mentor pairings (师徒结对) from a file: entered with what became of them; a known one stays as it is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.imports.pairings_writing import Entered, write_pairings
from services.directory.commands.imports.work import Finding, Planned, Terms, about, judged
from services.directory.domain import pairings, policies
from services.directory.domain.agreements import check_not_both_ways, years_after
from services.directory.domain.imports import Line
from services.directory.domain.layouts import PAIRING_STATES, PAIRINGS
from services.directory.domain.matching import service_years
from services.directory.domain.pairings import Member, Pair
from services.directory.domain.periods import Period
from services.directory.domain.policies import Policy
from services.directory.queries.staff import KnownPerson
from shared.sheets import Row, Sheet
from shared.values import Refused
from shared.vocabulary import ImportExtent, ImportVerdict, PairingKind, PairingState

STATES: Mapping[str, tuple[PairingState, ...]] = {
    "active": (PairingState.ACTIVE, PairingState.EXPIRED),
    "waiting": (PairingState.PROPOSED, PairingState.SIGNED),
    "expired": (PairingState.ENDED, PairingState.EXPIRED),
    "dissolved": (PairingState.DISSOLVED,),
}
"""What a sheet calls a pairing, and what it may be here; the first is what is entered."""
LABELS = {choice.value: choice.label for choice in PAIRING_STATES}
OVER = ("expired", "dissolved")


def plan_pairings(session: Session, sheet: Sheet, terms: Terms) -> Planned:
    """What the file would change."""
    staff = queries.known_staff(
        session, {row[side] for row in sheet.rows for side in ("mentor", "apprentice")}
    )
    pairs: defaultdict[UUID, list[Pair]] = defaultdict(list)
    for pair in queries.pairs_of_mentors(session, staff.ids):
        pairs[pair.mentor_id].append(pair)
    judge = _Judge(
        terms=terms,
        staff=staff,
        schools=queries.known_schools(session, actor=terms.actor, on=None),
        pairs=pairs,
        policy_on=cache(lambda day: queries.policy_on(session, on=day)),
    )
    lines, to_do = judged(sheet, PAIRINGS, key="apprentice", judge=judge)
    if terms.extent is ImportExtent.WHOLE:
        lines += _missing(session, terms, named=judge.named)
    return Planned(
        lines=lines, carry_out=lambda at, batch, _: write_pairings(at, to_do, terms=terms, batch=batch)
    )


Named = set[tuple[UUID, UUID, date]]


class _Judge:
    """Knows the pairings of everybody in the file, with those that the rows before this one enter."""

    def __init__(
        self,
        *,
        terms: Terms,
        staff: queries.KnownStaff,
        schools: queries.KnownSchools,
        pairs: defaultdict[UUID, list[Pair]],
        policy_on: Any,
    ) -> None:
        self.terms = terms
        self.staff = staff
        self.schools = schools
        self.pairs = pairs
        self.policy_on = policy_on
        self.named: Named = set()

    def __call__(self, row: Row) -> Finding[Entered]:
        with about("师父工号"):
            mentor = self.staff.called(row["mentor"])
        apprentice = self.staff.called(row["apprentice"])
        homes = {one.person_id: self._home(one, row["started_on"]) for one in (mentor, apprentice)}
        self._check_reach(row, homes[mentor.person_id], homes[apprentice.person_id])
        before = self._between(mentor, apprentice)
        known = next((pair for pair in before if pair.starts_on == row["started_on"]), None)
        policy = self.policy_on(row["started_on"])
        state, pair = self._pair(row, mentor, apprentice, policy=policy)
        self.named.add((pair.mentor_id, pair.apprentice_id, pair.starts_on))
        if known is not None:
            _check_same(row, known, policy=policy)
        else:
            self._check_new(pair, state, (mentor, apprentice), before=before, policy=policy)
            self.pairs[pair.mentor_id].append(pair)
        day = row["started_on"]
        return Finding(
            name=f"{mentor.name_on(day)} → {apprentice.name_on(day)}",
            place=self.schools.names.get(homes[apprentice.person_id].school_id, ""),
            before={} if known else None,
            after={},
            act=Entered(
                pair=pair,
                school_id=homes[apprentice.person_id].school_id,
                mentor_school_id=homes[mentor.person_id].school_id,
            ),
        )

    def _between(self, mentor: KnownPerson, apprentice: KnownPerson) -> list[Pair]:
        mine = self.pairs[mentor.person_id]
        return [pair for pair in mine if pair.apprentice_id == apprentice.person_id]

    def _home(self, person: KnownPerson, day: date) -> "_Home":
        """As for a pairing entered by hand: the home of that day, or the first after it."""
        left = [
            fact for fact in person.held.homes if fact.period.ends_on is None or fact.period.ends_on > day
        ]
        if not left:
            raise queries.unknown_staff_no(person.staff_no)
        return _Home(school_id=left[0].value["school_id"], since=left[0].period.starts_on)

    def _check_reach(self, row: Row, mentor: "_Home", apprentice: "_Home") -> None:
        for side, home in (("mentor", mentor), ("apprentice", apprentice)):
            if not queries.within_reach_of(self.terms.actor, home.school_id):
                raise queries.unknown_staff_no(row[side])

    def _pair(
        self, row: Row, mentor: KnownPerson, apprentice: KnownPerson, *, policy: Policy
    ) -> tuple[str, Pair]:
        state = row["state"] or ("expired" if row["ended_on"] else "active")
        with about("方向"):
            focus = policy.focus_called(row["focus"]) if row["focus"] else policy.focuses[0]
        years = row["term_years"]
        return state, Pair(
            mentor_id=mentor.person_id,
            apprentice_id=apprentice.person_id,
            kind=PairingKind.AGREEMENT if state == "waiting" else PairingKind.PAPER,
            state=STATES[state][0],
            focus=focus.code,
            starts_on=row["started_on"],
            term_ends_on=years_after(row["started_on"], years) if years is not None else None,
            ends_on=row["ended_on"],
        )

    def _check_new(
        self,
        pair: Pair,
        state: str,
        both: tuple[KnownPerson, KnownPerson],
        *,
        before: Sequence[Pair],
        policy: Policy,
    ) -> None:
        """What entering it by hand would refuse, and its end after it."""
        if pair.mentor_id == pair.apprentice_id:
            raise Refused("same_person", "师父和徒弟不能是同一个人，请核对工号")
        mentor, apprentice = (self._member(one, pair.starts_on) for one in both)
        with about("开始日期"):
            pairings.check_start(
                mentor=mentor,
                apprentice=apprentice,
                starts_on=pair.starts_on,
                before=[one.held(today=self.terms.today) for one in before],
                today=self.terms.today,
            )
        with about("期限年"):
            _check_term(pair, state)
        reverse = self._check_focus(pair, state, both, policy=policy)
        self._check_mentor(pair, both[0], mentor.name, policy=policy, reverse=reverse)
        with about("结束日期"):
            _check_end(pair, state, today=self.terms.today)

    def _member(self, person: KnownPerson, day: date) -> Member:
        home = self._home(person, day)
        return Member(name=person.name_on(day), school=str(home.school_id), since=home.since)

    def _check_focus(
        self, pair: Pair, state: str, both: tuple[KnownPerson, KnownPerson], *, policy: Policy
    ) -> bool:
        """Whether the younger one mentors, which an agreement (not a contract on paper) may say."""
        if state != "waiting":
            return False
        back = [one for one in self._between(both[1], both[0]) if one.stands_on(pair.starts_on)]
        focus = policy.focus(pair.focus)
        with about("方向"):
            check_not_both_ways([one.focus for one in back], focus=focus.code, label=focus.label)
        first, second = (_years(one, pair.starts_on) for one in both)
        return first is not None and second is not None and first < second

    def _check_mentor(
        self, pair: Pair, person: KnownPerson, name: str, *, policy: Policy, reverse: bool
    ) -> None:
        load = sum(one.stands_on(pair.starts_on) for one in self.pairs[pair.mentor_id])
        with about("师父工号"):
            policies.check_rules(
                policy,
                mentor=policies.Mentor(
                    name=name,
                    apprentices=load,
                    service_years=_years(person, pair.starts_on),
                    title=person.record_on(pair.starts_on).get("title"),
                ),
                starts_on=pair.starts_on,
                term_ends_on=pair.term_ends_on,
                reverse=reverse,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Home:
    school_id: UUID
    since: date


def _years(person: KnownPerson, day: date) -> int | None:
    return service_years(person.record_on(day).get("serves_since"), on=day)


def _check_term(pair: Pair, state: str) -> None:
    if pair.term_ends_on is None and state == "waiting":
        raise Refused("term_missing", "待签字的结对要填写期限")
    if pair.term_ends_on is not None and pair.term_ends_on <= pair.starts_on:
        raise Refused(
            "term_empty", "结对期限应晚于开始日期{starts_on}结束，请改期限", starts_on=pair.starts_on
        )


def _check_end(pair: Pair, state: str, *, today: date) -> None:
    if state not in OVER:
        if pair.ends_on is not None:
            raise Refused("end_unexpected", "{state}的结对不应有结束日期，请核对状态", state=LABELS[state])
        return
    if pair.ends_on is None:
        raise Refused("end_unclear", "{state}的结对要填写结束日期", state=LABELS[state])
    period = Period(starts_on=pair.starts_on, ends_on=None)
    pairings.check_ending(period=period, ended_on=pair.ends_on, today=today)
    if state == "dissolved" and pair.term_ends_on is not None and pair.ends_on > pair.term_ends_on:
        raise Refused("pairing_ends_after_term", "合同期限已于{term_ends_on}届满，状态应为已期满",
                      term_ends_on=pair.term_ends_on)  # fmt: skip


def _check_same(row: Row, known: Pair, *, policy: Policy) -> None:
    """What became of a pairing is said to everybody and cannot be taken back, so a file does not say it."""
    said = [
        row["focus"] is None or policy.focus_called(row["focus"]).code == known.focus,
        row["term_years"] is None or years_after(known.starts_on, row["term_years"]) == known.term_ends_on,
        row["state"] is None or known.state in STATES[row["state"]],
        row["ended_on"] is None or row["ended_on"] == known.ends_on,
    ]
    if not all(said):
        raise Refused(
            "pairing_known_otherwise",
            "这对师徒从{day}起已登记为“{state}”，与文件不同；变动请在师徒结对页面办理",
            day=known.starts_on,
            state=known.state.label,
        )


def _missing(session: Session, terms: Terms, *, named: Named) -> list[Line]:
    """Pairings that hold on the day and stand in no row; they go on."""
    left_out = [
        pair
        for pair in queries.pairs_within_reach(session, actor=terms.actor)
        if pair.state is PairingState.ACTIVE
        and pair.held(today=terms.today).covers(terms.effective_on)
        and (pair.mentor_id, pair.apprentice_id, pair.starts_on) not in named
    ]
    people = {one for pair in left_out for one in (pair.mentor_id, pair.apprentice_id)}
    numbers = queries.numbers_of(session, people)
    names = queries.latest_names(session, sorted(people))
    return [
        Line(
            verdict=ImportVerdict.MISSING,
            key=numbers.get(pair.apprentice_id, ""),
            name=f"{names[pair.mentor_id]} → {names[pair.apprentice_id]}",
        )
        for pair in left_out
    ]
