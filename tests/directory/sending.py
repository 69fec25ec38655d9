"""Files on their way to the directory's door, as every test of imports sends them."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from werkzeug.test import TestResponse

from services.directory.domain.layouts import LAYOUTS
from shared import sheets
from tests.signed_in import ZHAO, Door

UPLOAD = "application/octet-stream"
BY_CODE = {layout.code: layout for layout in LAYOUTS.values()}


def send(
    door: Door,
    rows: Sequence[Mapping[str, Any]],
    *,
    somebody: Any = ZHAO,
    kind: str = "teachers",
    **said: str,
) -> TestResponse:
    """Upload rows as a workbook."""
    query = urlencode({"file_name": "名册.xlsx", **said})
    return door.client.post(
        f"/api/directory/v1/imports/{kind}?{query}",
        data=sheets.workbook(BY_CODE[kind], rows),
        content_type=UPLOAD,
        headers={"Authorization": f"Bearer {door.as_(somebody).token()}", "Idempotency-Key": str(uuid4())},
    )


def said_of(answer: TestResponse) -> Any:
    """The body of an answer."""
    assert answer.json is not None, answer.text
    return answer.json


def counts(answer: TestResponse) -> dict[str, int]:
    """How many rows of each verdict, without the noughts."""
    assert answer.status_code == 201, answer.text
    found = said_of(answer)["batch"]["counts"]
    return {verdict: count for verdict, count in found.items() if count}


def act(door: Door, answer: TestResponse, verb: str, *, somebody: Any = ZHAO) -> TestResponse:
    """Carry a previewed file out, or undo it."""
    return door.as_(somebody).post(f"/imports/{said_of(answer)['batch']['import_id']}/{verb}")
