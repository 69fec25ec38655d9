"""F7 by the clock: how long it takes until everything a lost broker held has come again (PR4)."""

import time
from dataclasses import replace

import pytest

from deploy.registry import DOMAIN
from shared.events.batches import BATCHED_MAX
from shared.values import in_chunks
from tests.faults.county import FaultCounty
from tests.faults.plenty import crowd, meet_often
from tests.faults.workers import Plan

EVENTS, EVENTS_IN_A_SMOKE = 100_000, 500
SECONDS_MAX = 180.0
"""On two cores that do nothing else, with every wait as long as a county's."""
GROUP = 6
"""As many teachers meet as there are events about it: a hundred thousand attendances, too.

All groups in turn: the more sessions somebody sat in around one day, the longer confirming another one takes.
"""
PATIENCE_SECONDS = 1_200.0
FOLLOWERS = ("plans", "credits")
"""Who receives what activities says."""


@pytest.mark.timeout(3_600)
def test_f7_a_hundred_thousand_lost_events_come_again_within_three_minutes(
    county: FaultCounty, pytestconfig: pytest.Config
) -> None:
    in_full = pytestconfig.getoption("--full")
    everybody = crowd(county)
    groups = [
        replace(everybody, teachers=list(group), apart=False)
        for group in in_chunks(everybody.teachers, of=GROUP)
    ]
    for service in FOLLOWERS:
        county.workers.kill9(service)
    said = meet_often(county, *groups, events=EVENTS if in_full else EVENTS_IN_A_SMOKE)
    county.until(lambda: county.unpublished("activities") == 0, seconds=PATIENCE_SECONDS)
    assert min(county.admin.waiting_in(service) for service in FOLLOWERS) >= said / BATCHED_MAX
    county.rabbit.wipe()
    for deployed in DOMAIN:
        county.workers.restart(deployed.name, Plan(hurry=not in_full))

    began = time.monotonic()
    county.rabbit.start()
    county.settle(seconds=PATIENCE_SECONDS)
    took = time.monotonic() - began

    county.whole_again()
    assert took < SECONDS_MAX or not in_full, f"{said} events took {took:.0f} s"
