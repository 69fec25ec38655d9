"""Whatever a generator makes of a service's document, the service does what the document says (PR28)."""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup

from tests.fuzz.worlds import WORLDS, World, ids_in
from tests.signed_in import QIAN, WU, ZHAO, Door, migrated_file, opened_door

load_all_checks()
ALL_CHECKS: Any = [CHECKS.get_one(name) for name in CHECKS.get_all_names()]
INVALID = 422
DAY = re.compile(r"\d{4}-\d\d-\d\d")
"""No document can say of a day from when to when it may be."""
EXAMPLES, EXAMPLES_IN_FULL = 4, 100
KNOWN_IDS = 0.7
"""How often an id that is asked for is one that there is: of a random one only the 404 would be seen."""
STANDS_FOR = {"speaker_id": "teacher_id", "host_id": "teacher_id", "into_id": "school_id"}
SAID_BY_THE_DOCUMENT = {
    "required",
    "unknown_field",
    "not_text",
    "not_a_number",
    "not_an_id",
    "not_a_date",
    "not_a_moment",
    "not_yes_or_no",
    "not_a_list",
    "not_an_object",
    "not_a_choice",
    "too_short",
    "too_long",
    "wrong_length",
    "out_of_range",
}
"""Complaints of a field that a document can express: whoever keeps to it must never hear one."""
CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            # Days that no county saw, an end before its start and the like: see `check_complaints`.
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "3xx", "401", "403", "404", "409", "412", "422", "429"]
            },
            # A version that is not written as ours are is one that nobody has seen: 412, and nothing is done.
            "negative_data_rejection": {
                "expected-statuses": [
                    *("400", "401", "403", "404", "405", "406", "409", "412", "415", "422", "428", "429")
                ]
            },
            "missing_required_header": {
                "expected-statuses": ["400", "401", "403", "404", "415", "422", "428"]
            },
        }
    }
)


def signing(door: Door, chance: Random) -> type[Any]:
    """What signs every request as one of those who may do something."""
    tokens = [door.as_(somebody).token for somebody in (QIAN, ZHAO, WU)]

    class Signed:
        def get(self, case: Case[Any], context: Any) -> str | None:
            del case, context
            return chance.choice(tokens)()

        def set(self, case: Case[Any], data: str, context: Any) -> None:
            del context
            case.headers["Authorization"] = f"Bearer {data}"

    return Signed


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_every_operation_does_what_its_document_says(
    world: World, settled: Path, chance: Random, pytestconfig: pytest.Config
) -> None:
    examples = EXAMPLES_IN_FULL if pytestconfig.getoption("--full") else EXAMPLES
    wrong: list[str] = []
    with opened_door(settled, world.service, now=world.now) as door:
        app = door.client.application
        path = f"/api/{world.service.name}/openapi.json"
        schema = schemathesis.openapi.from_wsgi(path, app, config=CONFIG)
        schema.auth(refresh_interval=None)(signing(door, chance))
        known = ids_in(door)
        for found in schema.get_all_operations():
            operation: Any = found.ok()  # type: ignore[union-attr]  # the document can be read
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                with as_it_was(settled, door):
                    wrong += tried(operation, mode, known=known, chance=chance, examples=examples)

    assert wrong == []


@pytest.fixture
def settled(world: World, tmp_path: Path) -> Path:
    """The database of a world in which something has happened."""
    path = migrated_file(tmp_path, world.service)
    with opened_door(path, world.service, now=world.now) as door:
        world.settle(door)
    return path


@contextmanager
def as_it_was(path: Path, door: Door) -> Iterator[None]:
    """What one operation did is not there for the next."""
    kept = path.with_suffix(".kept")
    door.engine.dispose()  # folds the write-ahead log into the file
    shutil.copy(path, kept)
    yield
    door.engine.dispose()
    shutil.copy(kept, path)


def tried(
    operation: Any, mode: GenerationMode, *, known: Mapping[str, list[UUID]], chance: Random, examples: int
) -> list[str]:
    """What is wrong with an operation, in words; every check is on."""
    wrong: dict[str, str] = {}

    @seed(chance.randrange(2**32))
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Case[Any]) -> None:
        if mode is GenerationMode.POSITIVE:
            lead_somewhere(case, known, chance)
        try:
            response = case.call()
            case.validate_response(response, checks=ALL_CHECKS)
            if mode is GenerationMode.POSITIVE:
                check_complaints(case, response)
        except (FailureGroup, AssertionError) as failure:
            wrong[str(failure).split("\n")[0]] = f"{operation.label}: {failure}"

    with suppress(Unsatisfiable):  # an operation without anything to get wrong
        call()
    return list(wrong.values())


def lead_somewhere(case: Case[Any], known: Mapping[str, list[UUID]], chance: Random) -> None:
    """Put ids that there are in the place of most that there are not, and 9 in the place of 9.0.

    A document calls both an integer; a service does not, since nothing near hours is a float.
    """

    def led(name: str, value: Any) -> Any:
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, dict):
            return {inner: led(inner, one) for inner, one in value.items()}
        if isinstance(value, list):
            return [led(name.removesuffix("s"), one) for one in value]
        there_are = known.get(name) or known.get(STANDS_FOR.get(name, ""))
        return str(chance.choice(there_are)) if there_are and chance.random() < KNOWN_IDS else value

    case.path_parameters = led("", dict(case.path_parameters or {}))
    if isinstance(case.body, dict):
        case.body = led("", case.body)


def check_complaints(case: Case[Any], response: Any) -> None:
    """A body that keeps to the document is complained of only for what a document cannot say."""
    if response.status_code != INVALID:
        return
    errors = response.json().get("errors", [])
    fields = {one["field"]: one["code"] for one in errors if not DAY.search(one["text"])}
    unsaid = {field: code for field, code in fields.items() if code in SAID_BY_THE_DOCUMENT}
    assert not unsaid, f"the document does not say it: {unsaid} {case.query!r} {case.body!r}"
