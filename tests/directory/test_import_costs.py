"""A roster of ten thousand (PR22): how long it takes, what protects it, that it comes out as it went in."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from werkzeug.test import TestResponse

from services.directory.domain.layouts import TEACHERS
from shared import sheets
from tests.directory.sending import UPLOAD, act, counts
from tests.directory.test_import_of_a_county import register
from tests.signed_in import QIAN, Door, code_of, said_in

TEACHERS_OF_A_COUNTY = 10_000
DRY_RUN_SECONDS_MAX = 3.0
IMPORT_SECONDS_MAX = 15.0
SCHOOLS = ("青石镇中心小学", "县实验小学")
SUBJECTS = ("语文", "数学", "英语", "科学", "音乐")


def rows() -> list[dict[str, Any]]:
    """Everybody, each with a group, a title and a telephone number."""
    return [
        {
            "school": SCHOOLS[at % len(SCHOOLS)],
            "staff_number": f"N{at:05}",
            "name": f"新{at}号",
            "sex": "female",
            "subject": SUBJECTS[at % len(SUBJECTS)],
            "title": "first",
            "work_year": 2010,
            "group": f"{SUBJECTS[at % len(SUBJECTS)]}教研组",
            "phone": f"000-0000-{at % 10_000:04}",
        }
        for at in range(TEACHERS_OF_A_COUNTY)
    ]


def send(door: Door, everybody: list[dict[str, Any]], *, extent: str) -> TestResponse:
    """Upload them as CSV, which costs little to make."""
    query = urlencode({"file_name": "教师.csv", "extent": extent})
    return door.client.post(
        f"/api/directory/v1/imports/teachers?{query}",
        data=sheets.delimited(TEACHERS, everybody),
        content_type=UPLOAD,
        headers={"Authorization": f"Bearer {door.as_(QIAN).token()}", "Idempotency-Key": str(uuid4())},
    )


def timed(work: Callable[[], TestResponse]) -> tuple[TestResponse, float]:
    """What came of it, and the processor seconds it took."""
    began = time.process_time()
    answer = work()
    return answer, time.process_time() - began


def test_a_county_of_ten_thousand_is_looked_at_taken_protected_and_undone(door: Door) -> None:
    before, everybody = register(door), rows()

    preview, looking = timed(lambda: send(door, everybody, extent="part"))
    assert counts(preview) == {"new": TEACHERS_OF_A_COUNTY}
    assert looking <= DRY_RUN_SECONDS_MAX
    applied, taking = timed(lambda: act(door, preview, "apply", somebody=QIAN))
    assert said_in(applied)["state"] == "applied"
    assert taking <= IMPORT_SECONDS_MAX

    standing = register(door)
    refused = send(door, everybody[: TEACHERS_OF_A_COUNTY * 6 // 10], extent="whole")
    assert code_of(refused) == (409, "too_many_missing")
    assert register(door) == standing

    said_in(act(door, preview, "undo", somebody=QIAN))
    assert register(door) == before
