"""What people do in a run: real commands, sensible or not, noted in the journal once acknowledged."""

from collections.abc import Callable, Mapping
from random import Random

from sqlalchemy.exc import SQLAlchemyError

from shared import db
from shared.auth import NotSignedIn
from shared.service import Running
from shared.values import Refused
from tests.simulation.chance import Clock
from tests.simulation.deeds import Deed
from tests.simulation.journal import Journal
from tests.simulation.meetings import Meetings
from tests.simulation.moves import Moves
from tests.simulation.offices import Offices
from tests.simulation.processes import Say, SimulatedCrash
from tests.simulation.register import Register


class People:
    """Draws deeds and carries them out."""

    def __init__(
        self, *, running: Mapping[str, Running], journal: Journal, random: Random, clock: Clock, say: Say
    ) -> None:
        self._running, self._random, self._say = running, random, say
        self.register = Register(running=running, journal=journal, random=random, clock=clock)
        self.moves = Moves(running=running, journal=journal, random=random, clock=clock)
        self.meetings = Meetings(running=running, journal=journal, random=random, clock=clock)
        self.offices = Offices(running=running, journal=journal, random=random, clock=clock)
        self._deeds: Mapping[Callable[[], Deed | None], int] = {
            self.register.open_school: 1,
            self.register.add_teachers: 1,
            self.register.start_pairing: 3,
            self.register.end_pairing: 2,
            self.register.sign_out: 1,
            self.moves.transfer: 3,
            self.moves.rename: 1,
            self.moves.correct: 1,
            self.moves.merge: 1,
            self.moves.unmerge: 1,
            self.meetings.announce: 6,
            self.meetings.hold: 6,
            self.meetings.file_record: 6,
            self.meetings.confirm: 10,
            self.meetings.revoke: 5,
            self.meetings.cancel: 1,
            self.meetings.check_in: 3,
            self.offices.draft_plan: 1,
            self.offices.submit_plan: 2,
            self.offices.approve_plan: 2,
            self.offices.publish_rules: 1,
        }

    def act(self, *, dies: bool) -> None:
        """Somebody does something, if anything; with `dies`, the service dies before the commit."""
        (draw,) = self._random.choices(list(self._deeds), weights=list(self._deeds.values()))
        try:
            deed = draw()
        except SQLAlchemyError as error:  # what she wanted to choose from could not be read
            self._say(f"person: {type(error).__name__} before anything was asked")
            return
        if deed is None:
            self._say("nothing to do")
        else:
            self.carry_out(deed, dies=dies)

    def carry_out(self, deed: Deed, *, dies: bool = False) -> None:
        """One request; only what committed is noted."""
        running = self._running[deed.service]
        try:
            with db.transaction(running.engine, **running.info()) as session:
                result = deed.do(session)
                _die_if(dies)
        except (Refused, NotSignedIn) as refused:
            self._say(f"person: {deed.text}: refused, {refused.code}")
        except SQLAlchemyError as error:
            self._say(f"person: {deed.text}: {type(error).__name__}")
        except SimulatedCrash:
            self._say(f"person: {deed.text}: {deed.service} dies before the commit")
        else:
            self._say(f"person: {deed.text}")
            deed.note(result)


def _die_if(dies: bool) -> None:  # noqa: FBT001  it is the whole question
    if dies:
        raise SimulatedCrash
