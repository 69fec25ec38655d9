"""One shape, repeated: the same rooms in every domain service, and in each room only what belongs there."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.house.tree import (
    ROOMS,
    ROOT,
    dotted,
    imports_of,
    in_rooms,
    modules,
    text_of,
    tree_of,
)

README_HEADINGS = ["Owns", "Hears", "Says", "Never"]
README_LINES_MAX = 60  # one screen
CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}
WITHOUT_A_CLOCK = ("domain", "commands", "queries", "handlers", "models")
AROUND_CREDIT = ("domain", "commands", "queries", "handlers", "models", "schemas")
BROKERS_LIBRARY = {"kombu", "amqp"}

Rule = Callable[[ast.Module], Iterator[int]]
"""The lines of a module that break it."""


def test_every_domain_service_has_the_same_rooms(service: str) -> None:
    assert rooms_missing_in(ROOT / "services" / service) == []


def test_a_room_that_is_missing_is_named(tmp_path: Path) -> None:
    for room in ROOMS:
        (tmp_path / f"{room}.py").touch()
    (tmp_path / "domain.py").rename(tmp_path / "helpers.py")
    (tmp_path / "models.py").unlink()
    (tmp_path / "models").mkdir()

    assert rooms_missing_in(tmp_path) == ["domain"]


def test_every_readme_says_owns_hears_says_never_on_one_screen(service: str) -> None:
    assert is_in_form(text_of(Path("services") / service / "README.md"))


@pytest.mark.parametrize(
    ("readme", "fair"),
    [
        ("# Credits\n## Owns\n## Hears\n## Says\n## Never\n", True),
        ("# Credits\n## Owns\n## Says\n## Hears\n## Never\n", False),
        ("# Credits\n## Owns\n## Hears\n## Says\n## Never\n## Notes\n", False),
        ("# Credits\n## Owns\n## Hears\n## Says\n## Never\n" + "\n" * README_LINES_MAX, False),
    ],
)
def test_a_readme_in_another_form_is_seen(readme: str, fair: bool) -> None:  # noqa: FBT001  a case
    assert is_in_form(readme) is fair


def test_nobody_commits_but_the_hosts_of_the_doors() -> None:
    assert broken(commits, modules("services", "deploy")) == []


def test_rooms_that_decide_never_read_the_clock() -> None:
    assert broken(clocks_read, in_rooms(*WITHOUT_A_CLOCK)) == []


def test_no_float_comes_near_credit() -> None:
    assert broken(floats, in_rooms(*AROUND_CREDIT)) == []


def test_a_handler_is_named_by_what_it_does() -> None:
    assert broken(vague_names, in_rooms("handlers")) == []


def test_only_the_bus_knows_the_brokers_library() -> None:
    others = [
        path
        for path in modules("shared", "services", "deploy")
        if not re.match(r"shared\.bus(\.|$)", dotted(path))
    ]

    assert broken(brokers_library, others) == []


def test_every_shared_module_has_two_users_or_runs_every_service() -> None:
    imports = {
        dotted(path): set(imports_of(tree_of(path))) for path in modules("shared", "services", "deploy")
    }

    assert lonely_in_shared(imports) == {}


def test_a_shared_module_of_one_service_is_lonely() -> None:
    imports = {
        "shared": set[str](),
        "shared.alone": set[str](),
        "shared.forgotten": {"shared.forgotten"},
        "shared.of_two": {"shared.forgotten"},
        "shared.hosting": {"shared.of_two"},
        "services.credits.queries": {"shared.alone.inside", "shared.of_two"},
        "services.credits.commands": {"shared.alone"},
        "deploy.worker": {"shared.hosting"},
    }

    lonely = lonely_in_shared(imports)

    assert lonely == {"shared.alone": ["services.credits"], "shared.forgotten": ["shared.of_two"]}


def rooms_missing_in(home: Path) -> list[str]:
    """The rooms that a service lacks, be a room a file or a folder."""
    return [room for room in ROOMS if not (home / room).is_dir() and not (home / f"{room}.py").is_file()]


def is_in_form(readme: str) -> bool:
    """Whether it has the four headings in their order and fits one screen."""
    headings = re.findall(r"^## (.+)$", readme, re.MULTILINE)
    return headings == README_HEADINGS and len(readme.splitlines()) <= README_LINES_MAX


def lonely_in_shared(imports: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """The modules of shared that one alone uses or nobody, with that one, from what each module imports."""
    return {
        name: sorted(users)
        for name, users in users_of_shared(imports).items()
        if len(users) < 2 and not any(user.startswith("deploy.") for user in users)
    }


def users_of_shared(imports: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Each module of shared with who imports it: services by name, deploy, and its neighbours in shared."""
    shared = {part_of(name) for name in imports if name.startswith("shared.")}
    users: dict[str, set[str]] = {name: set() for name in shared}
    for module, names in imports.items():
        user = part_of(module)
        for imported in {part_of(name) for name in names} & shared - {user}:
            users[imported].add(user)
    return users


def part_of(name: str) -> str:
    """The service, or the module of shared or deploy, that a module belongs to."""
    return ".".join(name.split(".")[:2])


# --- rules over one module ----------------------------------------------------------------------------------


def broken(rule: Rule, paths: Iterable[Path]) -> list[str]:
    """Where these modules break a rule."""
    return [f"{path}:{line}" for path in paths for line in rule(tree_of(path))]


def commits(tree: ast.Module) -> Iterator[int]:
    """Where anything is committed."""
    yield from calls(tree, {"commit"})


def clocks_read(tree: ast.Module) -> Iterator[int]:
    """Where somebody asks what time it is."""
    yield from calls(tree, CLOCKS)


def calls(tree: ast.Module, names: set[str]) -> Iterator[int]:
    """Where a method or a function by one of these names is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node.func) in names:
            yield node.lineno


def _called(what: ast.expr) -> str | None:
    """The last name of what is called."""
    if isinstance(what, ast.Attribute):
        return what.attr
    return what.id if isinstance(what, ast.Name) else None


def floats(tree: ast.Module) -> Iterator[int]:
    """Where a float is written, named or made by a true division."""
    for node in ast.walk(tree):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        named = isinstance(node, ast.Name) and node.id in {"float", "Float"}
        divided = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        if isinstance(node, ast.expr | ast.stmt) and (literal or named or divided):
            yield node.lineno


def vague_names(tree: ast.Module) -> Iterator[int]:
    """Where a function is named by when it is called instead of by what it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and re.match(r"(on|handle|process)_", node.name):
            yield node.lineno


def brokers_library(tree: ast.Module) -> Iterator[int]:
    """Where the library that speaks to the broker is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and any(
            name.split(".")[0] in BROKERS_LIBRARY for name in imports_of(ast.Module([node], []))
        ):
            yield node.lineno


@pytest.mark.parametrize(
    ("rule", "code", "lines"),
    [
        (commits, "session.flush()\nsession.commit()\ncommit_count = 1\n", [2]),
        (clocks_read, "now\ndatetime.now(UTC)\ntime.monotonic()\ndate.today\ntoday()\n", [2, 3, 5]),
        (floats, "60\n0.6\nminutes // 45\nminutes / 45\nhours: float\nminutes /= 45\n", [2, 4, 5, 6]),
        (floats, "hours = mapped_column(Float)\n", [1]),
        (
            vague_names,
            "def accrue_for_attendance(): ...\ndef on_attendance(): ...\ndef handle_it(): ...\n",
            [2, 3],
        ),
        (
            brokers_library,
            "import kombu.pools\nfrom amqp import spec\ndef late():\n  import kombu\nimport shared.bus\n",
            [1, 2, 4],
        ),
    ],
)
def test_a_rule_finds_what_it_is_for(rule: Rule, code: str, lines: list[int]) -> None:
    assert sorted(rule(ast.parse(code))) == lines
