"""F8: PostgreSQL is killed, or stopped at once, while people write and everybody relays (PR1)."""

import time
from random import Random

import pytest

from tests.faults.county import FaultCounty

LOAD_SECONDS_MAX = 2.0


@pytest.mark.trials(200)
def test_f8_a_database_killed_under_load_keeps_whatever_was_acknowledged(
    county: FaultCounty, chance: Random, trials: int
) -> None:
    for trial in range(trials):
        with county.load():
            time.sleep(chance.uniform(0, LOAD_SECONDS_MAX))
            if trial % 2:
                county.postgres.stop_at_once()
            else:
                county.postgres.kill9()
            time.sleep(chance.uniform(0, 0.5))
            county.postgres.start()
        county.whole_again()
