"""nginx routes to the services, limits as they do and refuses in the product's words: on a real nginx."""

import http.client
import json
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy import certificate, proxy, registry
from deploy.generate import ROOT
from deploy.servers import free_port
from deploy.servers.program import find_program, kill_family, wait_until
from shared.web.app import BODY_BYTES_MAX
from shared.web.wording import BY_STATUS

NGINX = find_program("nginx", package="nginx")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back through the proxy."""

    status: int
    headers: http.client.HTTPMessage
    body: str


@dataclass(frozen=True, kw_only=True)
class Door:
    """A running nginx, before one answering service and others that are away."""

    port: int
    plain_port: int

    def ask(
        self, path: str, *, method: str = "GET", body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request over TLS."""
        client = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=_trusting())
        try:
            client.request(method, path, body=body or None, headers=headers or {})
            answer = client.getresponse()
            return Answer(status=answer.status, headers=answer.headers, body=answer.read().decode())
        finally:
            client.close()

    def flood(self, path: str, *, most: int) -> list[int]:
        """The same over one connection, as fast as it goes, until something else than 200 comes back."""
        client = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=_trusting())
        statuses: list[int] = []
        try:
            while len(statuses) < most and statuses[-1:] in ([], [200]):
                client.request("POST", path, body=b"{}")
                answer = client.getresponse()
                answer.read()
                statuses.append(answer.status)
        finally:
            client.close()
        return statuses

    def say(self, text: bytes) -> str:
        """Bytes that no client library would send, over TLS."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        with _trusting().wrap_socket(plain) as secure:  # from here on it owns the connection
            secure.sendall(text)
            received = b""
            while chunk := secure.recv(65536):
                received += chunk
        return received.decode()


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Echo(BaseHTTPRequestHandler):
    """Stands for a service: says what it was asked and with which headers."""

    def do_GET(self) -> None:
        """Answer with what arrived; one path refuses by itself."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        told = {"path": self.path, "headers": {name.lower(): value for name, value in self.headers.items()}}
        body = json.dumps(told).encode()
        self.send_response(409 if self.path.endswith("/refused") else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815  the library's own spelling

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's own spelling
        """Quiet."""


@contextmanager
def echo(port: int) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", port), Echo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def front_in(folder: Path, *, ports: dict[str, int]) -> proxy.Front:
    """The host's front door, with everything it touches in one folder."""
    made = certificate.self_signed()
    (folder / "key.pem").write_text(made.key)
    (folder / "certificate.pem").write_text(made.certificate)
    return replace(
        proxy.ON_HOST,
        place=registry.this_machine(folder, ports=ports),
        http_port=f"127.0.0.1:{free_port()}",
        https_port=f"127.0.0.1:{free_port()}",
        health_address=f"127.0.0.1:{free_port()}",
        run=str(folder),
        access_log=str(folder / "access.log"),
        error_log=str(folder / "error.log"),
        tls_certificate=str(folder / "certificate.pem"),
        tls_key=str(folder / "key.pem"),
    )


def check(configuration: Path) -> str:
    """What `nginx -t` says; it raises when it complains."""
    done = subprocess.run([NGINX, "-t", "-c", configuration], check=True, capture_output=True, text=True)
    return done.stderr


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where nginx's workers, who are not root, buffer bodies: pytest's own folder is private."""
    with tempfile.TemporaryDirectory(prefix="yanxun-nginx-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="module")
def door(folder: Path) -> Iterator[Door]:
    """The console and credits answer; every other service is away."""
    ports = {name: free_port() for name in registry.PORTS}
    front = front_in(folder, ports=ports)
    configuration = folder / "nginx.conf"
    configuration.write_text(proxy.render(front))
    opened = Door(
        port=int(front.https_port.partition(":")[2]), plain_port=int(front.http_port.partition(":")[2])
    )
    with echo(ports["console"]), echo(ports["credits"]):
        running = subprocess.Popen([NGINX, "-c", configuration, "-g", "daemon off;"], start_new_session=True)
        try:
            wait_until(lambda: _listens(opened.port), seconds=10, what="nginx")
            yield opened
        finally:
            kill_family(running.pid)
            running.returncode = 0


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("name", ["containers.conf", "host.conf"])
def test_nginx_finds_no_fault_in_the_committed_files(name: str, tmp_path: Path) -> None:
    text = (ROOT / "deploy/nginx" / name).read_text(encoding="utf-8")
    front = {"containers.conf": proxy.IN_CONTAINER, "host.conf": proxy.ON_HOST}[name]
    made = front_in(tmp_path, ports=dict(registry.PORTS))
    here = {
        front.tls_certificate: made.tls_certificate,
        front.tls_key: made.tls_key,
        front.access_log: made.access_log,
        f"pid {front.run}": f"pid {tmp_path}",
        f"_temp_path {front.run}": f"_temp_path {tmp_path}",
    }
    for theirs, ours in here.items():
        text = text.replace(theirs, ours)
    configuration = tmp_path / name
    configuration.write_text(text)

    assert "test is successful" in check(configuration)


def test_a_service_and_the_console_are_found_by_their_paths(door: Door) -> None:
    credits_said = json.loads(door.ask("/api/credits/v1/balances?cursor=a%2Fb").body)
    console_said = json.loads(door.ask("/hours").body)

    assert credits_said["path"] == "/api/credits/v1/balances?cursor=a%2Fb"
    assert console_said["path"] == "/hours"


def test_what_a_client_claims_about_itself_is_dropped(door: Door) -> None:
    claimed = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Prefix": "/evil",
        "X-Real-IP": "6.6.6.6",
        "Forwarded": "for=6.6.6.6",
    }

    told = json.loads(door.ask("/api/credits/v1/x", headers=claimed).body)["headers"]

    assert told["x-forwarded-for"] == "127.0.0.1"
    assert told["x-forwarded-proto"] == "https"
    assert not [name for name, value in told.items() if "6.6.6.6" in value or "evil" in value]


def test_a_refusal_of_the_service_itself_passes_unchanged(door: Door) -> None:
    answer = door.ask("/api/credits/v1/refused", method="POST", body=b"{}")

    assert answer.status == 409
    assert json.loads(answer.body)["path"] == "/api/credits/v1/refused"


def test_a_service_that_is_away_is_a_problem_in_chinese_json(door: Door) -> None:
    answer = door.ask("/api/plans/v1/plans")

    assert answer.status == 502
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.body) == {
        "type": "/problems/service_away",
        "title": "服务正在重启，请稍后再试",
        "status": 502,
        "code": "service_away",
    }


def test_a_service_nobody_knows_is_not_found(door: Door) -> None:
    answer = door.ask("/api/payroll/v1/salaries")

    assert (answer.status, json.loads(answer.body)["code"]) == (404, "not_found")


def over_the_limit(path: str) -> bytes:
    """A request that announces a byte too much; nginx refuses before any of it is sent."""
    length = str(BODY_BYTES_MAX + 1).encode()
    return b"POST " + path.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + b"\r\n\r\n"


def test_a_body_over_the_limit_is_refused_before_any_service_sees_it(door: Door) -> None:
    most = door.ask("/api/credits/v1/x", method="POST", body=b"x" * BODY_BYTES_MAX)
    over = door.say(over_the_limit("/api/credits/v1/x"))

    assert most.status == 200
    assert over.startswith("HTTP/1.1 413 ")
    assert '"code": "body_too_large"' in over


def test_the_console_s_refusals_are_pages(door: Door) -> None:
    answer = door.say(over_the_limit("/upload"))

    assert answer.startswith("HTTP/1.1 413 ")
    assert "Content-Type: text/html; charset=utf-8" in answer
    assert "提交的内容过大" in answer


def test_an_address_or_a_header_too_long_is_refused_in_chinese(door: Door) -> None:
    address = door.say(b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    header = door.say(b"GET /api/credits/v1/x HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 9_000 + b"\r\n\r\n")

    assert address.startswith("HTTP/1.1 414 ")
    assert "网址太长" in address
    assert header.startswith("HTTP/1.1 400 ")
    assert '"code": "bad_request"' in header


def test_a_request_that_makes_no_sense_is_refused_in_chinese(door: Door) -> None:
    answer = door.say(b"GET /api/credits/v1/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")

    assert answer.startswith("HTTP/1.1 400 ")
    assert "请求的格式有误" in answer


@pytest.mark.parametrize("path", ["/readyz", "/livez"])
def test_what_is_for_the_machines_inside_is_not_shown_outside(door: Door, path: str) -> None:
    assert door.ask(path).status == 404


def test_a_page_of_problems_cannot_be_asked_for(door: Door) -> None:
    assert door.ask("/.problems/413.json").status == 404


def test_without_tls_one_is_sent_to_tls(door: Door) -> None:
    client = http.client.HTTPConnection("127.0.0.1", door.plain_port, timeout=10)
    client.request("GET", "/hours?year=2026", headers={"Host": "yanxun.example"})
    answer = client.getresponse()
    client.close()

    assert answer.status == 308
    assert answer.headers["Location"] == "https://yanxun.example/hours?year=2026"


def test_a_flood_of_sign_ins_is_held_back_and_a_staff_room_is_not(door: Door) -> None:
    statuses = door.flood("/sign-in", most=1000)

    assert statuses[: proxy.SIGN_IN_BURST] == [200] * proxy.SIGN_IN_BURST
    assert statuses[-1] == 429
    assert door.ask("/hours").status == 200


@pytest.mark.parametrize("status", [400, 404, 408, 413, 414, 429, 500, 502, 503, 504])
def test_every_refusal_has_its_words_in_both_forms(status: int) -> None:
    text = proxy.render(proxy.IN_CONTAINER)

    assert f"location = /.problems/{status}.json {{" in text
    assert f"location = /.problems/{status}.html {{" in text
    assert "'" not in proxy.SAID[status].text


def test_where_a_service_refuses_the_same_it_uses_the_same_words() -> None:
    for status in (400, 404, 413, 500, 503):
        assert proxy.SAID[status] == BY_STATUS[HTTPStatus(status)]
