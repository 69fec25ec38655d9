"""F12: the wire to the broker is cut in the middle of frames, and exactly between them."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import Random

import pytest

from deploy import secrets
from tests.faults.county import FaultCounty
from tests.faults.proxy import DOWN, PROTOCOL_HEADER, UP, Proxy, frame_ends, proxy

CUT = "credits"
"""It receives much and says much, so both of its connections are worth cutting."""
BROKER = "YANXUN_BROKER_URL_FILE"
MORE_SECONDS = 10.0
"""After so long without a cut more is said; what never comes ends by the test's own limit of time."""


@pytest.mark.trials(500)
def test_f12_a_wire_cut_after_any_number_of_bytes_loses_and_doubles_nothing(
    county: FaultCounty, chance: Random, trials: int
) -> None:
    with proxy(county.rabbit.port) as wire, behind(county, wire):
        places = places_to_cut(county, wire)
        first, step = chance.randrange(len(places)), max(len(places) // trials, 1)
        for trial in range(trials):
            way, after_bytes = places[(first + trial * step) % len(places)]
            cuts_before, wire.limits = wire.cuts, {way: after_bytes}
            county.workers.restart(CUT)
            while wire.cuts == cuts_before:
                # As much goes over the wire as the undisturbed run saw only if it is said often enough:
                # what arrives together is handled, said and acknowledged together.
                county.confirm(2)
                with suppress(AssertionError):
                    county.until(lambda: wire.cuts > cuts_before, seconds=MORE_SECONDS)  # noqa: B023  at once
            wire.limits = {}
            county.whole_again()


@contextmanager
def behind(county: FaultCounty, wire: Proxy) -> Iterator[None]:
    """Within, that service reaches the broker through the wire."""
    kept = county.folder / "secrets"
    name = f"{CUT}_broker_url"
    direct = secrets.read(kept, name)
    (kept / f"{name}_cut").write_text(direct.replace(county.rabbit.address, wire.address))
    county.workers.told(CUT)[BROKER] = str(kept / f"{name}_cut")
    try:
        yield
    finally:
        county.workers.told(CUT)[BROKER] = str(kept / name)


def places_to_cut(county: FaultCounty, wire: Proxy) -> list[tuple[str, int]]:
    """Before, at and after the end of every frame of an undisturbed run, in both directions."""
    county.workers.restart(CUT)
    county.confirm(2)
    county.settle()
    places = set()
    for heard in wire.heard:
        for way, first in ((UP, PROTOCOL_HEADER), (DOWN, 0)):
            for end in frame_ends(bytes(heard[way]), first=first):
                places |= {(way, end + beside) for beside in (-1, 0, 1) if end + beside >= 0}
    return sorted(places)
