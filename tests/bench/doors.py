"""G6 and G7: the check-in endpoint, one by one and in bulk, beside hello-world of the same server."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count as counting
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy import func, select

from deploy import secrets
from deploy.loops import utc_now
from deploy.registry import DEFAULT_DEPLOYMENT
from deploy.servers import free_port
from deploy.servers.program import send, wait_until
from services.activities.models import CheckIn
from shared import auth, db
from shared.auth import Actor
from shared.values import in_chunks
from shared.vocabulary import Role
from tests.bench.county import BenchCounty
from tests.bench.figures import Kind, Round, Row, Rows
from tests.bench.load import Load, Plan, in_a_process
from tests.bench.people import People
from tests.bench.progress import Step

ROOT = Path(__file__).resolve().parents[2]
CONNECTIONS = 16
SECONDS = 5.0
WARM_UP_SECONDS = 1.0
REQUESTS_MAX = 5_000
START_SECONDS_MAX = 60.0
RECORDS_A_REQUEST = 500
BULK_REQUESTS_MAX = 200
SINGLE = "/api/activities/v1/sessions/{activity_id}/check-ins"
BULK = "/api/activities/v1/check-ins"
NO_ROUTE = {404, 405}

Ask = Callable[[float], tuple[Load, Round]]
"""Asks for so many seconds."""

HELLO = Row(key="http.hello", title="hello-world", kind=Kind.MACHINE, unit="a second", count=0)
CHECK_IN = Row(key="http.check_in", title="product: check-in", kind=Kind.PRODUCT, unit="a second", count=0)
BULK_ROW = Row(
    key="http.bulk", title="product: check-in in bulk, records", kind=Kind.PRODUCT, unit="a second", count=0
)
CORE = Row(key="http.load", title="the load itself, of a core", kind=Kind.MACHINE, unit="of a core", count=0)


def measure(county: BenchCounty, people: People, rows: Rows, *, rounds: int) -> Iterator[Step]:
    """Both servers stand side by side; only one of them is asked at a time, in turn."""
    yield Step("web processes start")
    county.fleet.start("activities-web")
    county.fleet.wait_ready("activities-web")
    with hello_server() as port:
        doors = _Doors(county, people)
        asked: list[tuple[Row, Ask]] = [
            (HELLO, lambda seconds: _greeted(county, port, seconds)),
            (CHECK_IN, doors.single),
        ]
        if (why := doors.bulk_refused()) is None:
            asked.append((BULK_ROW, doors.bulk))
        else:
            rows.leave_out(BULK_ROW, why=why)
        for _, ask in asked:
            ask(WARM_UP_SECONDS)
        for number in range(rounds):
            turn = number % len(asked)
            for row, ask in asked[turn:] + asked[:turn]:
                yield Step(f"round {number + 1}: {row.title}")
                load, outcome = ask(SECONDS)
                rows.note(row, outcome)
                rows.note(CORE, Round(value=load.core_share))
    county.fleet.stop("activities-web")


def steps(rounds: int) -> int:
    """How many steps `measure` takes, at most."""
    return 1 + 3 * rounds


@contextmanager
def hello_server() -> Iterator[int]:
    """The port on which hello-world is said, by a server configured as every service's."""
    port = free_port()
    process = subprocess.Popen(
        [*(sys.executable, "-m", "gunicorn"), "--config", "deploy/gunicorn.conf.py", "tests.bench.hello:app"],
        cwd=ROOT,
        env=os.environ | {"YANXUN_BIND": f"127.0.0.1:{port}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: _says_hello(port), seconds=START_SECONDS_MAX, what="start hello-world")
        yield port
    finally:
        send([process.pid], signal.SIGTERM)
        process.wait()


def _says_hello(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/hello").is_success
    except httpx.TransportError:
        return False


def greet(folder: Path, port: int, seconds: float) -> Load:
    """How often hello-world is said."""
    request = f"GET /hello HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
    plan = Plan(port=port, connections=CONNECTIONS, seconds=seconds, requests=[request], repeat=True)
    return in_a_process(plan, folder=folder)


def _greeted(county: BenchCounty, port: int, seconds: float) -> tuple[Load, Round]:
    load = greet(county.folder, port, seconds)
    return load, Round(value=load.a_second, findings=_unexpected(load))


def _unexpected(load: Load) -> tuple[str, ...]:
    return tuple(f"{count} answers {status}" for status, count in load.statuses.items() if status != "200")


class _Doors:
    """The activities' web process, its teachers signed in, and a new session a round."""

    def __init__(self, county: BenchCounty, people: People) -> None:
        self._county, self._people = county, people
        self._port = county.fleet.place.ports["activities"]
        self._forms = (f"bench_doors_{number}" for number in counting())
        key = json.loads(secrets.read(Path(str(county.fleet.place.secrets)), "signing_key"))
        now = utc_now()

        def token(actor: Actor) -> str:
            made, _ = auth.issue_token(
                actor, signing_key=key, deployment=DEFAULT_DEPLOYMENT, signed_in_at=now, now=now
            )
            return made

        self._tokens = [token(self._teacher(one)) for one in people.teachers[:REQUESTS_MAX]]
        self._leader = token(people.leader)

    def _teacher(self, teacher_id: UUID) -> Actor:
        return Actor(
            person_id=teacher_id,
            name="教师",
            school_id=self._people.school_id,
            roles=frozenset({Role.TEACHER}),
        )

    def single(self, seconds: float) -> tuple[Load, Round]:
        """Each teacher checks herself in, with her own token."""
        activity_id = self._open_session()
        path = SINGLE.format(activity_id=activity_id)
        load = self._load([self._post(path, token, "{}") for token in self._tokens], seconds)
        return load, Round(
            value=load.a_second,
            findings=(*_unexpected(load), *self._missing(activity_id, expected=load.answered)),
        )

    def bulk(self, seconds: float) -> tuple[Load, Round]:
        """A leader enters 500 a request; each request is of other people or of another session."""
        requests: list[str] = []
        activities: list[UUID] = []
        while len(requests) < BULK_REQUESTS_MAX:
            activities.append(self._open_session())
            parts = in_chunks(self._people.teachers, of=RECORDS_A_REQUEST)
            requests += [self._post(BULK, self._leader, _bulk_body(activities[-1], part)) for part in parts]
        load = self._load(requests, seconds)
        written = sum(self._count(activity_id) for activity_id in activities)
        expected = load.answered * RECORDS_A_REQUEST
        wrong = () if written == expected else (f"{written} check-ins, expected {expected}",)
        return load, Round(value=load.a_second * RECORDS_A_REQUEST, findings=(*_refused(load), *wrong))

    def bulk_refused(self) -> str | None:
        """Why the bulk endpoint cannot be measured, if it cannot."""
        body = _bulk_body(self._open_session(), self._people.teachers[:1])
        answer = httpx.post(
            f"http://127.0.0.1:{self._port}{BULK}",
            content=body,
            headers={
                "Authorization": f"Bearer {self._leader}",
                "Content-Type": "application/json",
                "Idempotency-Key": "bench-probe",
            },
        )
        if answer.status_code in NO_ROUTE:
            return f"not measurable yet: there is no POST {BULK}"
        if not answer.is_success:
            return f"not measurable yet: POST {BULK} answers {answer.status_code} to what the bench sends"
        return None

    def _open_session(self) -> UUID:
        return self._people.announce(
            self._county.running["activities"], form=next(self._forms), starts_at=utc_now()
        )

    def _load(self, requests: Sequence[str], seconds: float) -> Load:
        plan = Plan(port=self._port, connections=CONNECTIONS, seconds=seconds, requests=requests)
        return in_a_process(plan, folder=self._county.folder)

    def _post(self, path: str, token: str, body: str) -> str:
        lines = (
            f"POST {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            f"Authorization: Bearer {token}",
            "Content-Type: application/json",
            f"Idempotency-Key: {os.urandom(16).hex()}",
            f"Content-Length: {len(body)}",
        )
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def _missing(self, activity_id: UUID, *, expected: int) -> tuple[str, ...]:
        written = self._count(activity_id)
        return () if written == expected else (f"{written} check-ins, expected {expected}",)

    def _count(self, activity_id: UUID) -> int:
        asked = select(func.count()).where(CheckIn.activity_id == activity_id)
        with db.transaction(self._county.running["activities"].engine, write=False) as session:
            return session.scalar(asked) or 0


def _refused(load: Load) -> tuple[str, ...]:
    return tuple(
        f"{count} answers {status}" for status, count in load.statuses.items() if not status.startswith("2")
    )


def _bulk_body(activity_id: UUID, teachers: Sequence[UUID]) -> str:
    records = [{"activity_id": str(activity_id), "teacher_id": str(one)} for one in teachers]
    return json.dumps({"check_ins": records})
