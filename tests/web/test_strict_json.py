"""A body is JSON in UTF-8 that no two readers take differently, or it is refused before a schema sees it."""

from io import BytesIO

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from tests.signed_in import LIN, Door, code_of
from tests.web.knock import bearer

JSON = "application/json"


def sent(door: Door, body: bytes, content_type: str = JSON) -> tuple[int, str]:
    headers = bearer(door, LIN) | {"Idempotency-Key": "k"}
    return code_of(
        door.client.post("/api/toy/v1/things", data=body, content_type=content_type, headers=headers)
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty_body"),
        (b"  \n", "empty_body"),
        (b"{", "not_json"),
        (b'{"name": "a"} x', "not_json"),
        (b"{'name': 'a'}", "not_json"),
        (b"[" * 100_000, "json_too_deep"),
        (b'{"a":' * 30 + b"1" + b"}" * 30, "json_too_deep"),
        (b'{"name": "a", "name": "b"}', "duplicate_key"),
        (b'{"name": "a", "parts": [{"name": "a", "name": "b"}]}', "duplicate_key"),
        (b'{"name": "a", "minutes": NaN}', "not_finite"),
        (b'{"name": "a", "minutes": -Infinity}', "not_finite"),
        (b'{"name": "a", "minutes": 1e400}', "not_finite"),
        (b'{"name": "a", "minutes": ' + b"9" * 5_000 + b"}", "integer_too_long"),
        ('{"name": "陈"}'.encode("gbk"), "not_utf8"),
        (b'\xef\xbb\xbf{"name": "a"}', "not_json"),
    ],
)
def test_what_is_no_plain_json_is_refused_before_the_schema(door: Door, body: bytes, code: str) -> None:
    assert sent(door, body) == (400, code)


def test_the_place_of_a_mistake_is_told(door: Door) -> None:
    headers = bearer(door, LIN) | {"Idempotency-Key": "k"}

    answer = door.client.post(
        "/api/toy/v1/things", data='{"name": "a",\n "x" 1}', content_type=JSON, headers=headers
    )

    assert answer.json is not None
    assert "第2行第6个字符" in answer.json["title"]


@pytest.mark.parametrize("body", [b"[]", b'"a"', b"1", b"null"])
def test_json_that_is_no_object_is_refused_by_the_schema(door: Door, body: bytes) -> None:
    assert sent(door, body) == (422, "invalid_input")


def test_brackets_inside_of_a_text_are_no_nest(door: Door) -> None:
    person = door.as_(LIN)

    assert person.post("/things", {"name": "[" * 40 + '"' + "]" * 10}).status_code == 201


def test_a_half_character_is_refused(door: Door) -> None:
    assert sent(door, b'{"name": "\\ud800"}') == (422, "half_character")
    assert sent(door, b'{"\\udfff": 1, "name": "a"}') == (422, "half_character")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "text/csv", ""])
def test_another_media_type_is_415(door: Door, content_type: str) -> None:
    assert sent(door, b'{"name": "a"}', content_type) == (415, "unsupported_media_type")


def test_a_body_over_the_limit_is_413(door: Door) -> None:
    assert sent(door, b"{" + b" " * 1_000_001) == (413, "body_too_large")


def test_a_chunked_body_over_the_limit_is_413(door: Door) -> None:
    environ = create_environ("/api/toy/v1/things", method="POST", headers=bearer(door, LIN))
    environ.update(
        {
            "wsgi.input": BytesIO(b"{" + b" " * 1_100_000),
            "wsgi.input_terminated": True,  # what a server says that ends a chunked body by itself
            "CONTENT_TYPE": JSON,
            "HTTP_TRANSFER_ENCODING": "chunked",
        }
    )

    body, status, _ = run_wsgi_app(door.client.application, environ)

    assert status.startswith("413")
    assert b"body_too_large" in b"".join(body)
