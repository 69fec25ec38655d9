"""Why people are not at work (状态): leave entered and corrected, and who left for good."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.absences import close_access
from services.directory.commands.facts import Draft, Values
from services.directory.commands.imports.marks import mark_all
from services.directory.commands.imports.work import Finding, Planned, Terms, about, judged
from services.directory.commands.people import say_teachers
from services.directory.domain import absences as decisions
from services.directory.domain.absences import FOR_GOOD
from services.directory.domain.layouts import ABSENCES
from services.directory.domain.people import check_may_manage
from services.directory.domain.periods import Period, check_period
from services.directory.domain.posts import check_not_oneself
from services.directory.domain.timelines import Fact
from services.directory.models import Absence, GroupMembership, Liaison, Membership, Post
from services.directory.queries.staff import KnownPerson
from shared.sheets import Row, Sheet
from shared.values import Refused, new_id
from shared.vocabulary import AbsenceKind, MembershipKind

KINDS = {kind.value: kind for kind in AbsenceKind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Somebody's absence as a row wants it, and what it corrects."""

    person: KnownPerson
    kind: AbsenceKind
    period: Period
    before: Fact[Values] | None


def plan_absences(session: Session, sheet: Sheet, terms: Terms) -> Planned:
    """What the file would change; an absence it does not name stays as it is."""
    staff = queries.known_staff(session, {row["staff_number"] for row in sheet.rows})
    judge = _Judge(
        terms=terms,
        staff=staff,
        known={key: list(facts) for key, facts in queries.absences_by_person(session, staff.ids).items()},
        schools=queries.known_schools(session, actor=terms.actor, on=None),
    )
    lines, to_do = judged(sheet, ABSENCES, key="staff_number", judge=judge)
    return Planned(
        lines=lines, carry_out=lambda at, batch, _: _carry_out(at, to_do, terms=terms, batch=batch)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    terms: Terms
    staff: queries.KnownStaff
    known: dict[UUID, list[Fact[Values]]]
    """With those that the rows before this one enter."""
    schools: queries.KnownSchools

    def __call__(self, row: Row) -> Finding[Away]:
        person = self._of_mine(row)
        kind = KINDS[row["kind"]]
        facts = self.known.setdefault(person.person_id, [])
        same = [
            fact for fact in facts if fact.value["kind"] is kind and fact.period.starts_on == row["starts_on"]
        ]
        before = same[0] if same else None
        stated = row["ends_on"] or (before.period.ends_on if before else None)
        with about("结束日期"):
            period = check_period(starts_on=row["starts_on"], ends_on=stated)
        if before is None or before.period != period:
            self._check(person, kind, period, others=[fact for fact in facts if fact is not before])
            facts[:] = [fact for fact in facts if fact is not before]
            facts.append(Fact(id=_NO_ID, period=period, value={"kind": kind, "document": None}))
        return Finding(
            name=person.name_on(period.starts_on),
            place=self.schools.names.get(person.last_home(period.starts_on) or _NO_ID, ""),
            before={"ends_on": before.period.ends_on} if before else None,
            after={"ends_on": period.ends_on},
            act=Away(person=person, kind=kind, period=period, before=before),
        )

    def _of_mine(self, row: Row) -> KnownPerson:
        person = self.staff.called(row["staff_number"])
        if not queries.within_reach_of(self.terms.actor, person.last_home(row["starts_on"])):
            raise queries.unknown_staff_no(row["staff_number"])
        return person

    def _check(
        self, person: KnownPerson, kind: AbsenceKind, period: Period, *, others: Sequence[Fact[Values]]
    ) -> None:
        with about("开始日期"):
            self.terms.check_day(period.starts_on)
        with about("结束日期"):
            decisions.check_absence(kind, period)
        others = [fact for fact in others if kind not in FOR_GOOD or fact.value["kind"] in FOR_GOOD]
        decisions.check_free(period, [(fact.value["kind"], fact.period) for fact in others])
        new = [fact for fact in self.known[person.person_id] if fact.id == _NO_ID]
        if new and (kind in FOR_GOOD or any(fact.value["kind"] in FOR_GOOD for fact in new)):
            raise Refused("absence_twice", "同一人的请假和离任请分成两个文件，先导入请假")
        if kind in FOR_GOOD:
            check_not_oneself(self.terms.actor.person_id, person.person_id)
            check_may_manage(
                self.terms.actor.roles,
                [post.value["role"] for post in person.held.posts if _lasts(post, period)],
            )


_NO_ID = UUID(int=0)
"""Of what is not recorded yet."""


def _lasts(fact: Fact[Any], period: Period) -> bool:
    return fact.period.ends_on is None or fact.period.ends_on > period.starts_on


def _carry_out(session: Session, to_do: Sequence[Away], *, terms: Terms, batch: UUID) -> None:
    people = {away.person.person_id for away in to_do}
    queries.people_for_update(session, people)
    known = queries.absences_by_person(session, sorted(people))
    leaving = {away.person.person_id: new_id(terms.now) for away in to_do if away.kind in FOR_GOOD}
    mark_all(session, leaving.values(), batch=batch)
    by_person: defaultdict[UUID, list[Away]] = defaultdict(list)
    for away in to_do:
        by_person[away.person.person_id].append(away)
    absences = Draft(Absence)
    for person_id, own in by_person.items():
        steps = [step for away in own for step in _steps(away)]
        mark = leaving.get(person_id)
        absences.rewrite(known.get(person_id, ()), of={"person_id": person_id}, steps=steps, mark=mark)
    absences.write(session, now=terms.now, batch=batch)
    gone = [away for away in to_do if away.kind in FOR_GOOD]
    _end_what_they_had(session, gone, leaving, terms=terms, batch=batch)
    say_teachers(session, [away.person.person_id for away in gone], now=terms.now)
    for away in gone:
        school_id = away.person.last_home(away.period.starts_on)
        close_access(
            session, away.person.person_id, school_id=school_id, on=away.period.starts_on, now=terms.now
        )


def _steps(away: Away) -> list[Any]:
    """What was known under the same first day goes, what the row says takes its place."""
    said = {"kind": away.kind, "document": away.before.value["document"] if away.before else None}
    gone = [(away.before.period, lambda _: None)] if away.before else []
    return [*gone, (away.period, lambda _: said)]


def _end_what_they_had(
    session: Session, gone: Sequence[Away], marks: dict[UUID, UUID], *, terms: Terms, batch: UUID
) -> None:
    homes, posts = Draft(Membership), Draft(Post)
    groups, links = Draft(GroupMembership), Draft(Liaison)
    liaisons = queries.liaisons_by_person(session, list(marks))
    for away in gone:
        person_id, held, on = away.person.person_id, away.person.held, away.period.starts_on
        of, mark = {"person_id": person_id}, marks[person_id]
        homes.cut(held.homes, of={**of, "kind": MembershipKind.HOME}, on=on, mark=mark)
        homes.cut(held.others, of=of, on=on, mark=mark)
        posts.cut(held.posts, of=of, on=on, mark=mark)
        groups.cut(held.groups, of=of, on=on, mark=mark)
        links.cut(liaisons.get(person_id, ()), of=of, on=on, mark=mark)
    for draft in (homes, posts, groups, links):
        draft.write(session, now=terms.now, batch=batch)
