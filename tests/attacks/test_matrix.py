"""Every route times every post, and what else one would try (PR18; ATK01-ATK11, ATK15, ATK17, ATK18)."""

import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from deploy.services import SERVICES
from services.directory.domain.layouts import TEACHERS
from shared import sheets
from shared.auth import Actor, Kind
from shared.service import Service
from shared.settings import Provider
from shared.vocabulary import ApiScope
from tests.attacks.objects import ACTORS, NOW, OBJECTS, Made
from tests.directory.test_imports import teacher
from tests.signed_in import Door, migrated_file, opened_at
from tests.stored import Stored, stored

HERE = Path(__file__)
LINES = tomllib.loads(HERE.with_name("matrix.toml").read_text(encoding="utf-8"))
ATTEMPTS = tomllib.loads(HERE.with_name("attempts.toml").read_text(encoding="utf-8"))
NOTHING = UUID(int=1)
"""Nobody and nothing has this id."""
NULL = "null"
"""TOML has none."""
REFUSED = {401, 403, 404}
UNCLEAR = {400, 405, 415, 428, 500}
"""The line itself is wrong: its path, its body, or the code behind it."""
ROSTER = sheets.workbook(TEACHERS, [teacher(9, "新老师")])
PROVIDER = Provider(
    name="统一身份认证",
    issuer="http://127.0.0.1:9",
    client_id="yanxun",
    client_secret="unused",
    redirect_uri="http://127.0.0.1:9/back",
)
"""Nobody answers there."""


@dataclass(slots=True, kw_only=True)
class Place:
    """A service with one object of each kind, put back as it was whenever somebody changed it."""

    door: Door
    file: Path
    pristine: Path
    made: Made

    def ask(self, line: Mapping[str, Any], actor: Actor | None) -> TestResponse:
        """One request of a line of the matrix, as somebody."""
        verb, path = line["do"].split(" ", 1)
        token = self.door.as_(actor).token() if actor else None
        headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"0"'} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        said: dict[str, Any] = {"json": self._filled(line["body"])} if "body" in line else {}
        if line.get("upload"):
            said = {"data": ROSTER, "content_type": "application/octet-stream"}
        where = f"/api/{self.door.service.name}/v1{path.format(**self.made)}"
        return self.door.client.open(where, method=verb, headers=headers, **said)

    def try_(self, line: Mapping[str, Any], actor: Actor | None) -> TestResponse:
        """The same, and everything is as it was before."""
        answer = self.ask(line, actor)
        is_untouched = answer.status_code in REFUSED and not line.get("public")
        if not (is_untouched or line["do"].startswith("GET ")):
            self.restore()
        return answer

    def rows(self) -> Stored:
        """What stands in each table, outbox and keys of requests among them."""
        return stored(self.door.engine)

    def restore(self) -> None:
        """As it was."""
        self.door.engine.dispose()
        shutil.copy(self.pristine, self.file)

    def _filled(self, body: Any) -> Any:
        if isinstance(body, dict):
            return {name: self._filled(value) for name, value in body.items()}
        if isinstance(body, list):
            return [self._filled(one) for one in body]
        if body == NULL:
            return None
        return body.format(**self.made) if isinstance(body, str) else body


@pytest.fixture(scope="module", params=SERVICES, ids=lambda service: service.name)
def service(request: pytest.FixtureRequest) -> Service:
    """Each of the five."""
    found: Service = request.param
    return found


@pytest.fixture(scope="module")
def place(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """It, with its objects."""
    folder = tmp_path_factory.mktemp(service.name)
    file = migrated_file(folder, service)
    with opened_at(f"sqlite:///{file}", service, now=NOW, provider=PROVIDER) as door:
        made = OBJECTS[service.name](door)
        door.engine.dispose()  # folds the write-ahead log into the file
        pristine = folder / "pristine"
        shutil.copy(file, pristine)
        yield Place(door=door, file=file, pristine=pristine, made=made)


def registered(service: Service) -> set[str]:
    """Verb and rule of every route."""
    app = Flask("routes", static_folder=None)
    app.register_blueprint(service.blueprint)
    return {
        f"{verb} {rule.rule.removeprefix(f'/api/{service.name}/v1')}"
        for rule in app.url_map.iter_rules()
        for verb in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def system(*scopes: ApiScope) -> Actor:
    """Another system, of the whole county."""
    return Actor(
        person_id=UUID(int=0xA1),
        name="省平台",
        school_id=None,
        roles=frozenset(),
        kind=Kind.SERVICE,
        api_scopes=frozenset(scopes),
    )


def test_every_route_has_its_line_and_every_line_its_route(service: Service) -> None:
    app = Flask("routes", static_folder=None)
    app.register_blueprint(service.blueprint)
    urls = app.url_map.bind("localhost")
    matched = []
    for line in LINES[service.name]:
        verb, path = line["do"].split(" ", 1)
        filled = re.sub(r"\{\w+\}", str(NOTHING), path.split("?")[0])
        rule, _ = urls.match(f"/api/{service.name}/v1{filled}", method=verb, return_rule=True)
        matched.append(f"{verb} {rule.rule.removeprefix(f'/api/{service.name}/v1')}")

    assert len(set(matched)) == len(matched)
    assert set(matched) == registered(service)


def code_in(answer: TestResponse) -> str:
    """What a refusal is called; nothing of an answer that is none."""
    said = answer.get_json(silent=True)
    return str(said.get("code", "")) if isinstance(said, dict) else ""


def outcome(answer: TestResponse) -> str:
    """`+` for whoever was let through, to whatever the domain says then; else the status."""
    code = code_in(answer)
    if answer.status_code in UNCLEAR or code == "invalid_input":
        return f"{answer.status_code}!{code}"
    return str(answer.status_code) if answer.status_code in REFUSED else "+"


def test_each_post_may_what_its_line_says(place: Place, service: Service) -> None:
    wrong = []
    for line in LINES[service.name]:
        if line.get("public"):
            continue
        for (who, actor), wanted in zip(ACTORS.items(), line["may"].split(), strict=True):
            got = outcome(place.try_(line, actor))
            if got != wanted:
                wrong.append(f"{line['do']}: {who} {got}, not {wanted}")

    assert wrong == []


def test_nobody_comes_in_without_a_token_but_where_the_line_says_so(place: Place, service: Service) -> None:
    for line in LINES[service.name]:
        answer = place.try_(line, None)

        is_asked = (answer.status_code, code_in(answer)) == (401, "not_signed_in")
        assert is_asked != line.get("public", False), line["do"]


def test_a_system_reads_with_the_scope_of_the_line_and_writes_nowhere(place: Place, service: Service) -> None:
    for line in LINES[service.name]:
        if line.get("public"):
            continue
        asked = {scope: place.try_(line, system(scope)).status_code for scope in ApiScope}
        opened = [scope.value for scope, status in asked.items() if status not in {401, 403}]

        assert opened == line.get("scopes", []), line["do"]


def _nobodys(value: str) -> str:
    return str(uuid4()) if re.fullmatch(r"[0-9a-f-]{36}", value) else value


def test_what_is_another_schools_looks_like_what_is_not_there(place: Place, service: Service) -> None:
    column = list(ACTORS).index("other school")
    nothing = replace(place, made={name: _nobodys(value) for name, value in place.made.items()})
    telling = []
    for line in LINES[service.name]:
        if line.get("public") or line["may"].split()[column] != "404":
            continue
        theirs, none = (where.try_(line, ACTORS["other school"]) for where in (place, nothing))

        if (theirs.status_code, theirs.json) != (none.status_code, none.json):
            telling.append((line["do"], theirs.text, none.text))

    assert telling == []


def test_nothing_is_there_beside_the_routes_the_document_and_the_health(
    place: Place, service: Service
) -> None:
    """ATK17: no leftover of a version, a debugger or a framework answers."""
    flask: Any = place.door.client.application
    home = f"/api/{service.name}"
    rules = {rule.rule for rule in flask.url_map.iter_rules()}

    beside = {rule for rule in rules if not rule.startswith(f"{home}/v1/")}

    named = ("livez", "readyz", "openapi.json", "docs")
    assert beside == {"/livez", "/readyz", *(f"{home}/{name}" for name in named)}


def test_nobody_gets_further_by_what_she_says(place: Place, service: Service) -> None:
    for attempt in ATTEMPTS.get(service.name, []):
        before = place.rows()

        answer = place.ask(attempt, ACTORS[attempt["who"]])

        named = f"{attempt['id']} {attempt['do']}"
        assert (answer.status_code, code_in(answer)) == (attempt["status"], attempt.get("code", "")), named
        if "items" in attempt:
            said = answer.get_json()
            assert len(said["items"] if isinstance(said, dict) else said) == attempt["items"], named
        assert place.rows() == before, named
        place.restore()
