"""Two who take one name at the same moment: each has looked before the other's was there."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event

from services.directory.service import SERVICE
from tests.directory.register import NOW, enter_everybody
from tests.directory.test_open_school import SHUANGQIAO
from tests.fixtures_databases import Databases
from tests.signed_in import QIAN, Door, code_of, opened_at


@pytest.fixture
def door(databases: Databases) -> Iterator[Door]:
    """The directory as its own role in a database of its own."""
    with opened_at(databases("directory").app_url, SERVICE, now=NOW) as door:
        enter_everybody(door.engine)
        yield door


def test_of_two_schools_that_take_one_name_at_once_one_is_opened_and_one_told_why_not(door: Door) -> None:
    both_have_looked = Barrier(2, timeout=10)

    def wait(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO school_records"):
            both_have_looked.wait()

    def open_in(township: str) -> Any:
        return door.as_(QIAN).post("/schools", SHUANGQIAO | {"township": township})

    event.listen(door.engine, "before_cursor_execute", wait)
    with ThreadPoolExecutor(2) as two:
        answers = sorted(two.map(open_in, ["双桥镇", "桥东镇"]), key=lambda answer: answer.status_code)

    assert [answer.status_code for answer in answers] == [201, 409]
    assert code_of(answers[1]) == (409, "taken_at_the_same_moment")
    assert len([row for row in door.rows("school_records") if SHUANGQIAO["name"] in row]) == 1
