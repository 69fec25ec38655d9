"""A data folder that is opened again: what its transport took along into the dark is handled all the same."""

from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from deploy import audit, embedded
from deploy.embedded import Embedded
from deploy.servers.program import wait_until
from shared import relay
from tests.cast import CHEN, LIN, SCHOOL_YEAR, WU, Member
from tests.person import Person
from tests.quiet import in_flight, unpublished
from tests.world import World
from tests.world import world as opened

QUIET_SECONDS_MAX = 60.0


def said_and_lost(world: World) -> None:
    """Chen's attendance is confirmed, and what was said of it taken from the transport and dropped."""
    activity = world.held_activity()
    world.settle()
    world.as_person(WU).confirm(activity, {world.id_of(CHEN): 90})
    for _ in range(2):  # sent, then marked
        world.relays["activities"].step(now=world.clock())
    inlet = world.platform.bus.inlet("credits")
    taken = inlet.take(wait_seconds=0)
    inlet.close()  # nothing was settled
    assert len(taken) == 1
    assert world.platform.bus.inlet("credits").take(wait_seconds=0) == []
    with world.platform.running["activities"].engine.connect() as connection:
        assert unpublished(connection) == 0


def reopened(world: World) -> Embedded:
    """The same folder, as a new process would find it."""
    return embedded.assemble(world.platform.folder, deployment="test", clock=world.clock)


def person_at(platform: Embedded, world: World, member: Member) -> Person:
    """Somebody who is signed in still."""
    token = world.county.tokens[member.username]
    clients = {name: platform.client(name, token=token) for name in platform.running}
    return Person(id=world.id_of(member), clients=clients)


def is_quiet(engines: Mapping[str, Engine]) -> bool:
    """Two looks in a row find nothing on its way."""
    return not in_flight(engines) and not in_flight(engines)


def test_what_was_taken_and_not_settled_takes_effect_once_after_a_new_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The in-process transport gives it to nobody again (FACT7): only the outbox still has it."""
    monkeypatch.setattr(relay, "SIGNAL_EVERY", timedelta(days=1))  # nobody asks for what he lacks
    with opened() as world:
        said_and_lost(world)
        world.platform.close()

        with closing(reopened(world)) as platform:
            engines = {name: running.engine for name, running in platform.running.items()}
            platform.start()
            wait_until(lambda: is_quiet(engines), seconds=QUIET_SECONDS_MAX, what="quiet")

            chen, lin = (person_at(platform, world, member) for member in (CHEN, LIN))
            entries = chen.statement(school_year=SCHOOL_YEAR)["entries"]
            assert [entry["hours_hundredths"] for entry in entries] == [200]
            assert chen.inbox_titles() == ["您获得2学时"]
            assert lin.inbox_titles() == ["您的徒弟陈老师获得2学时"]
            assert audit.run(engines) == []
