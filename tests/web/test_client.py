"""The client of the console and the command line: in this process and over a network."""

import json
import socket
import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from shared import log
from shared.client import Client, Problem
from tests.signed_in import LIN, Door

THINGS = "/api/toy/v1/things"


class Quiet(WSGIRequestHandler):
    """A server that says nothing of each request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the parent's name
        """Nothing."""


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    """The toy behind a real socket."""
    server = make_server("127.0.0.1", 0, door.client.application, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=["in this process", "over a network"])
def client(request: pytest.FixtureRequest, door: Door) -> Client:
    """Lin's client, either way."""
    token = door.as_(LIN).token()
    if request.param == "in this process":
        return Client.in_process(door.client.application, token=token)
    return Client.over_http(request.getfixturevalue("address"), token=token)


def test_what_is_done_can_be_seen(client: Client) -> None:
    made = client.post(THINGS, {"name": "一"})

    assert client.get(THINGS, limit=5, cursor=None)["items"] == [made]


def test_the_same_key_is_one_submission_and_no_key_a_new_one(client: Client) -> None:
    one, same = client.post(THINGS, {"name": "一"}, key="k"), client.post(THINGS, {"name": "一"}, key="k")
    client.post(THINGS, {"name": "一"})

    assert one == same
    assert len(client.get(THINGS)["items"]) == 2


def test_a_no_is_a_problem_with_all_it_said(client: Client) -> None:
    with pytest.raises(Problem) as raised:
        client.post(THINGS, {"name": "", "minutes": 0})

    problem = raised.value
    assert (problem.status, problem.code) == (422, "invalid_input")
    assert {error["field"] for error in problem.errors} == {"name", "minutes"}
    assert problem.title in str(problem)


def test_somebody_else_comes_by_the_same_door(client: Client) -> None:
    with pytest.raises(Problem) as raised:
        client.signed_in("x").get(THINGS)

    assert raised.value.code == "not_signed_in"


def test_an_answer_without_a_body_is_nothing() -> None:
    assert Client.in_process(empty).get("/") is None


def test_an_answer_that_is_none_of_ours_is_a_problem() -> None:
    with pytest.raises(Problem) as raised:
        Client.in_process(proxy_in_trouble).get("/")

    assert (raised.value.status, raised.value.code) == (502, "unreadable_answer")


def test_nobody_there_is_a_problem() -> None:
    with pytest.raises(Problem) as raised:
        Client.over_http("http://127.0.0.1:9").get("/")

    assert (raised.value.status, raised.value.code) == (503, "unreachable")


def test_somebody_in_a_hurry_does_not_wait_for_a_server_that_hangs() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        hurried = Client.over_http(f"http://127.0.0.1:{server.getsockname()[1]}").within(0.2)
        with pytest.raises(Problem) as raised:
            hurried.get("/")
        hurried.http.close()

    assert (raised.value.status, raised.value.code) == (503, "no_answer")


def test_the_trace_goes_along() -> None:
    with log.bound_trace(None) as trace:
        sent = Client.in_process(echo).get("/")

    assert sent.split("-")[1] == trace


def empty(_environ, start_response):  # type: ignore[no-untyped-def]  # three lines of WSGI
    start_response("204 No Content", [])
    return []


def proxy_in_trouble(_environ, start_response):  # type: ignore[no-untyped-def]  # three lines of WSGI
    start_response("502 Bad Gateway", [("Content-Type", "text/html")])
    return [b"<h1>502</h1>"]


def echo(environ, start_response):  # type: ignore[no-untyped-def]  # three lines of WSGI
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(environ["HTTP_TRACEPARENT"]).encode()]
