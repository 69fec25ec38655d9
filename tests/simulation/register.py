"""What people do in the directory: schools, people, pairings, access."""

from typing import Any
from uuid import UUID

from services.directory import commands as directory
from shared.vocabulary import Role, SchoolStage
from tests.simulation.deeds import FIRST_DAY, OFFICER, Chooser, Deed, short
from tests.simulation.journal import Pairing, School


class Register(Chooser):
    """Requests to the directory."""

    def open_school(self) -> Deed:
        """The county office opens a school; nobody is in it yet."""
        name, now = f"第{len(self.journal.schools) + 1}小学", self.clock.now()

        def note(school: Any) -> None:
            self.journal.schools[school.id] = School(school_id=school.id)

        return Deed(
            service="directory",
            text=f"open {name}",
            do=lambda session: directory.open_school(
                session,
                actor=OFFICER,
                school=directory.NewSchool(
                    name=name, stage=SchoolStage.PRIMARY, township="城关镇", opened_on=FIRST_DAY
                ),
                now=now,
            ),
            note=note,
        )

    def add_teachers(self) -> Deed:
        """The county office enters some people in a school's register."""
        school = self.random.choice(list(self.journal.schools.values()))
        return self.enter(school, count=self.random.randint(1, 2), with_accounts=False)

    def enter(self, school: School, *, count: int, with_accounts: bool) -> Deed:
        """So many newcomers; with accounts when somebody must be able to sign out."""
        now = self.clock.now()
        seats = range(len(school.people), len(school.people) + count)
        newcomers = [
            directory.Newcomer(
                name=f"教师{seat}",
                subject="数学",
                roles=frozenset({Role.TEACHER}),
                joined_on=FIRST_DAY,
                login=_login(school, seat) if with_accounts else None,
            )
            for seat in seats
        ]
        return Deed(
            service="directory",
            text=f"add {count} teachers to {short(school.school_id)}",
            do=lambda session: directory.add_teachers(
                session, actor=OFFICER, school_id=school.school_id, newcomers=newcomers, now=now
            ),
            note=lambda added: school.people.extend(one.person_id for one in added),
        )

    def start_pairing(self) -> Deed:
        """A mentor takes an apprentice, from some day of the last ones on."""
        school = self.some_school()
        mentor, apprentice = self.random.sample(school.people, 2)
        actor, now, day = self.leader(school.school_id), self.clock.now(), self.day()

        def note(pairing_id: UUID) -> None:
            assert actor.school_id is not None
            self.journal.pairings[pairing_id] = Pairing(pairing_id=pairing_id, school_id=actor.school_id)

        return Deed(
            service="directory",
            text=f"pair {short(mentor)} with {short(apprentice)} from {day}",
            do=lambda session: directory.start_pairing(
                session, actor=actor, mentor_id=mentor, apprentice_id=apprentice, started_on=day, now=now
            ),
            note=note,
        )

    def end_pairing(self) -> Deed | None:
        """A pairing ends, on some day of the last ones."""
        pairing = self.one([one for one in self.journal.pairings.values() if one.ended_on is None])
        if pairing is None:
            return None
        actor, now, day = self.leader(pairing.school_id), self.clock.now(), self.day()

        def note(_: object) -> None:
            pairing.ended_on = day

        return Deed(
            service="directory",
            text=f"end pairing {short(pairing.pairing_id)} on {day}",
            do=lambda session: directory.end_pairing(
                session, actor=actor, pairing_id=pairing.pairing_id, ended_on=day, now=now
            ),
            note=note,
        )

    def sign_out(self) -> Deed:
        """A principal ends all her sign-ins."""
        actor, now = self.leader(self.some_school().school_id), self.clock.now()
        return Deed(
            service="directory",
            text=f"sign out {short(actor.person_id)} everywhere",
            do=lambda session: directory.sign_out_everywhere(session, actor=actor, now=now),
            note=lambda _: None,
        )


def _login(school: School, seat: int) -> directory.Login:
    return directory.Login(username=f"{short(school.school_id)}-{seat}", password="Lin-yin-lu-2026")
