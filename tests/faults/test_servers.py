"""The private servers can be hurt in every way the fault tests need, and leave nothing behind."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from amqp import NotFound
from kombu import Connection

from deploy.servers import PrivatePostgres, PrivateRabbit, ProgramMissing, ServerFailed, postgres, rabbit
from deploy.servers.program import family_of, find_program, free_port, is_alive, wait_until


@pytest.fixture(scope="module")
def database() -> Iterator[PrivatePostgres]:
    with postgres() as server:
        yield server


@pytest.fixture(scope="module")
def node() -> Iterator[PrivateRabbit]:
    with rabbit() as server:
        yield server


def count(server: PrivatePostgres) -> int:
    """How many rows survive; the table is made when it is not there."""
    with psycopg.connect(server.url, connect_timeout=2) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def keep_one(server: PrivatePostgres) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
        connection.execute("INSERT INTO kept VALUES (1)")


def look_for_queue(server: PrivateRabbit) -> None:
    """Raises with the broker's own words when it does not have it."""
    with Connection(server.url, connect_timeout=10) as connection:
        connection.channel().queue_declare("kept", passive=True)


def declare_queue(server: PrivateRabbit) -> None:
    with Connection(server.url, connect_timeout=10) as connection:
        connection.channel().queue_declare("kept", durable=True, auto_delete=False)


def test_a_killed_postgres_takes_its_whole_family_and_comes_back_with_its_rows(
    database: PrivatePostgres,
) -> None:
    keep_one(database)
    before = count(database)
    family = family_of(database.pid)

    database.kill9()

    assert len(family) > 1
    assert not any(is_alive(pid) for pid in family)
    database.start()
    assert count(database) == before


@pytest.mark.parametrize("stop", [PrivatePostgres.stop, PrivatePostgres.stop_at_once])
def test_a_stopped_postgres_comes_back_with_its_rows(
    database: PrivatePostgres, stop: Callable[[PrivatePostgres], None]
) -> None:
    keep_one(database)
    before = count(database)

    stop(database)

    assert not database.is_running()
    database.start()
    assert count(database) == before


def test_a_frozen_postgres_answers_nobody_until_it_thaws(database: PrivatePostgres) -> None:
    count(database)

    database.freeze()
    with pytest.raises(psycopg.OperationalError):
        count(database)
    database.thaw()

    assert count(database) >= 0


def test_a_wiped_postgres_begins_empty(database: PrivatePostgres) -> None:
    keep_one(database)

    database.wipe()
    database.start()

    assert count(database) == 0


def test_a_killed_broker_comes_back_with_its_queues(node: PrivateRabbit) -> None:
    """With those that were there when it last started: a kill within moments of a declaration may undo it."""
    declare_queue(node)
    node.stop()
    node.start()

    node.kill9()

    assert not node.is_running()
    node.start()
    look_for_queue(node)


def test_a_frozen_broker_answers_nobody_until_it_thaws(node: PrivateRabbit) -> None:
    node.freeze()
    with pytest.raises(OSError, match="timed out"), Connection(node.url, connect_timeout=1) as connection:
        connection.connect()
    node.thaw()

    declare_queue(node)
    look_for_queue(node)


def test_a_stopped_and_wiped_broker_begins_empty(node: PrivateRabbit) -> None:
    declare_queue(node)

    node.stop()
    node.wipe()
    node.start()

    with pytest.raises(NotFound, match="no queue 'kept'"):
        look_for_queue(node)


def test_nothing_is_left_behind() -> None:
    with postgres() as server:
        home, pid = server.home, server.pid

    assert not home.exists()
    assert not is_alive(pid)


def test_a_server_that_cannot_start_says_why() -> None:
    with postgres() as server:
        server.stop()
        (server.home / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")

        with pytest.raises(ServerFailed, match="no_such_setting"):
            server.start()


def test_a_missing_program_is_one_line_with_the_package() -> None:
    with pytest.raises(ProgramMissing) as missing:
        find_program("no-such-server", package="no-such-package")

    text = str(missing.value)
    assert "no-such-package" in text
    assert "\n" not in text


def test_a_wait_has_an_end() -> None:
    with pytest.raises(ServerFailed, match="the moon"):
        wait_until(lambda: False, seconds=0.1, what="the moon")


def test_a_process_that_ended_is_not_alive_before_it_is_reaped() -> None:
    pid = os.posix_spawn("/bin/sleep", ["sleep", "60"], {})
    assert is_alive(pid)

    os.kill(pid, signal.SIGKILL)

    wait_until(lambda: not is_alive(pid), seconds=5, what="its end")


def test_free_ports_are_not_the_same() -> None:
    assert Path("/proc").exists()
    assert len({free_port() for _ in range(5)}) > 1
