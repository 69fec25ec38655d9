"""The main job as a county lives it: separate processes, PostgreSQL and RabbitMQ, within seconds (PR5)."""

import pytest

from deploy import demo

SECONDS_MAX = 30.0


@pytest.mark.timeout(300)
def test_a_county_of_separate_processes_does_the_main_job() -> None:
    told = dict(demo.run("county"))

    seconds = told.pop("seconds")
    assert isinstance(seconds, float)
    assert seconds < SECONDS_MAX
    assert told == {
        "teachers_credited": 2,
        "mentors_notified": 1,
        "ledger_hours": "6",
        "mode": "county",
    }
