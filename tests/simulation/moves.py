"""What becomes of people in the register: moved to another school, renamed, corrected, merged and parted."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory import commands as directory
from services.directory.domain.periods import Period
from shared.vocabulary import MembershipKind
from tests.simulation.deeds import FIRST_DAY, OFFICER, Chooser, Deed, short
from tests.simulation.journal import School


class Moves(Chooser):
    """Requests to the directory about those who are in it."""

    def _somebody(self) -> tuple[School, UUID]:
        """Anybody but a principal, whom the other deeds need where she is."""
        school = self.some_school()
        return school, self.random.choice(school.people[1:])

    def transfer(self) -> Deed | None:
        """Somebody moves for good, as of some day of the last ones or of the next; both schools agree."""
        school, person = self._somebody()
        others = [one for one in self.journal.schools.values() if one is not school and one.people]
        other = self.one(others)
        if other is None:
            return None
        now, day = self.clock.now(), self.day() + timedelta(days=self.random.randint(0, 5))
        proposal = directory.TransferProposal(
            person_id=person,
            staff_no=None,
            name=None,
            to_school_id=other.school_id,
            kind=MembershipKind.HOME,
            subject="科学",
            effective_on=day,
            ends_on=None,
            because="补办手续",
        )

        def do(session: Session) -> None:
            transfer_id = directory.propose_transfer(session, actor=OFFICER, proposal=proposal, now=now)
            directory.agree_to_transfer(session, actor=OFFICER, transfer_id=transfer_id, side=None, now=now)

        def note(_: object) -> None:
            school.people.remove(person)
            school.former.append(person)
            other.people.append(person)

        text = f"{short(person)} moves to {short(other.school_id)} on {day}"
        return Deed(service="directory", text=text, do=do, note=note)

    def rename(self) -> Deed:
        """Somebody is called otherwise from some day on."""
        name = f"教师{self.random.randint(100, 999)}"
        return self._amend(Period(starts_on=self.day(), ends_on=None), name=name)

    def correct(self) -> Deed:
        """Somebody is found to have taught something else in September."""
        ends_on = FIRST_DAY + timedelta(days=self.random.randint(1, 20))
        return self._amend(Period(starts_on=FIRST_DAY, ends_on=ends_on), subject="美术")

    def _amend(self, period: Period, **changes: object) -> Deed:
        _, person = self._somebody()
        now = self.clock.now()
        return Deed(
            service="directory",
            text=f"amend {short(person)} from {period.starts_on}",
            do=lambda session: directory.amend_person(
                session, actor=OFFICER, person_id=person, period=period, changes=changes, now=now
            ),
            note=lambda _: None,
        )

    def merge(self) -> Deed:
        """Two entries are said to be one person."""
        (_, kept), (_, alias) = self._somebody(), self._somebody()
        now = self.clock.now()

        def note(merge_id: UUID) -> None:
            self.journal.merges[merge_id] = False

        return Deed(
            service="directory",
            text=f"merge {short(alias)} into {short(kept)}",
            do=lambda session: directory.merge_people(
                session, actor=OFFICER, person_id=kept, alias_id=alias, now=now
            ),
            note=note,
        )

    def unmerge(self) -> Deed | None:
        """They were two after all."""
        merge_id = self.one([one for one, undone in self.journal.merges.items() if not undone])
        if merge_id is None:
            return None
        now = self.clock.now()

        def note(_: object) -> None:
            self.journal.merges[merge_id] = True

        return Deed(
            service="directory",
            text=f"undo the merge {short(merge_id)}",
            do=lambda session: directory.unmerge_people(session, actor=OFFICER, merge_id=merge_id, now=now),
            note=note,
        )
