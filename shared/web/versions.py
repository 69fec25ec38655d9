"""Versions of what people edit: shown as ETag, expected back as If-Match; nobody overwrites the unseen."""

import re

from flask import Response, g, request

from shared.values import Stale
from shared.web.problems import Problem

HEADER = "If-Match"
MISSING = 428
TAG = re.compile(r'"(\d{1,18})"', re.ASCII)

IF_MATCH = {
    "in": "header",
    "name": HEADER,
    "required": True,
    "schema": {"type": "string", "maxLength": 20},
    "description": "The ETag under which the thing was last seen.",
}


def show_version(version: int) -> None:
    """Send this as the answer's ETag."""
    g.version = version


def seen_version() -> int:
    """The version the person has seen; a Problem when the request does not say."""
    said = request.headers.get(HEADER)
    if said is None:
        raise Problem(
            MISSING, "version_missing", f"缺少请求头 {HEADER}：请先读取内容，并带上读到的 ETag 再提交"
        )
    found = TAG.fullmatch(said.strip())
    if found is None:
        raise Stale
    return int(found[1])


def finish(response: Response) -> None:
    """Put the ETag on an answer that shows something with a version."""
    if "version" in g and response.status_code < 300:  # noqa: PLR2004  what went well
        response.set_etag(str(g.version))
