"""Whoever waits for a long file sees how far it has come, whichever process she asks."""

import time
from threading import Thread
from typing import Any

from werkzeug.test import Client

from tests.directory.sending import act, said_of, send
from tests.signed_in import CHEN, HU, ZHAO, Door, code_of, said_in

ROWS = 1_200
WAIT_SECONDS = 60.0


def roster() -> list[dict[str, Any]]:
    """Very many new teachers."""
    return [
        {"school": "青石镇中心小学", "staff_number": f"N{at:05}", "name": f"新{at}号", "subject": "语文"}
        for at in range(ROWS)
    ]


def test_a_long_file_tells_how_far_it_has_come(door: Door) -> None:
    preview = send(door, roster(), extent="part")
    path = f"/imports/{said_of(preview)['batch']['import_id']}"
    token = {"Authorization": f"Bearer {door.as_(ZHAO).token()}"}
    applying = Thread(
        target=lambda: Client(door.client.application).post(f"/api/directory/v1{path}/apply", headers=token)
    )

    applying.start()
    seen = [one for one in watched(door, f"{path}/progress") if one["is_at_work"]]
    applying.join(WAIT_SECONDS)

    assert [one["done"] for one in seen] == sorted(one["done"] for one in seen if one["total"])
    assert any(0 < one["done"] < one["total"] for one in seen)
    after = said_in(door.as_(ZHAO).get(f"{path}/progress"))
    assert after == {"state": "applied", "is_at_work": False, "done": 0, "total": 0, "trouble": None}


def watched(door: Door, path: str) -> list[Any]:
    """What is told until the file is in."""
    found = []
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        found.append(said_in(door.as_(ZHAO).get(path)))
        if found[-1]["state"] == "applied":
            return found
        time.sleep(0.02)
    raise AssertionError(found[-1])


def test_why_a_file_came_to_nothing_is_told_afterwards(door: Door) -> None:
    preview = send(door, [{**roster()[0], "school": "没有的学校"}], extent="part")
    path = f"/imports/{said_of(preview)['batch']['import_id']}/progress"

    assert code_of(act(door, preview, "apply")) == (409, "rows_rejected")

    told = said_in(door.as_(ZHAO).get(path))
    assert not told["is_at_work"]
    assert "没有通过" in told["trouble"]


def test_who_may_not_carry_a_file_out_hears_and_says_nothing_of_it(door: Door) -> None:
    preview = send(door, roster()[:1], extent="part")
    path = f"/imports/{said_of(preview)['batch']['import_id']}/progress"

    assert code_of(act(door, preview, "apply", somebody=CHEN)) == (403, "forbidden")
    assert code_of(door.as_(HU).get(path)) == (404, "not_found")
    assert said_in(door.as_(ZHAO).get(path))["trouble"] is None
