"""The project's files as the house rules see them: tracked or about to be, each parsed once."""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("shared", "services", "deploy", "tests")
CONSOLE = "console"
ROOMS = ("service", "api", "handlers", "schemas", "commands", "queries", "models", "migrations", "domain")
MADE_HERE = {"__pycache__", "build", "dist", "htmlcov", "node_modules", "test-results", "var"}


@cache
def files() -> tuple[Path, ...]:
    """Every file that is or would be committed, relative to the root."""
    found = _known_to_git() or _on_disk()
    return tuple(sorted(path for path in found if (ROOT / path).is_file()))


def _known_to_git() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return []
    listed = subprocess.run(
        [git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [Path(name) for name in listed.stdout.split("\0") if name]


def _on_disk() -> list[Path]:
    """The same from an unpacked archive, without git: all but hidden folders and what is made here."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
    return [
        path for path in found if not any(part in MADE_HERE or part.startswith(".") for part in path.parts)
    ]


def modules(*packages: str) -> list[Path]:
    """The Python files of these packages, of all when none is named."""
    wanted = packages or PACKAGES
    return [path for path in files() if path.suffix == ".py" and path.parts[0] in wanted]


def is_migration_step(path: Path) -> bool:
    """Whether a file is a step of an Alembic history: a table of columns rather than code."""
    return "migrations" in path.parts and "versions" in path.parts


@cache
def text_of(path: Path) -> str:
    """The file's text."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(text_of(path), filename=str(path))


def dotted(path: Path) -> str:
    """The module's name: services/credits/domain/__init__.py is services.credits.domain."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(tree: ast.Module) -> Iterator[str]:
    """Every name a module imports, both as module and as module.name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def domain_services() -> list[str]:
    """Every service but the console, which has pages instead of rooms."""
    folders = {path.parts[1] for path in files() if path.parts[0] == "services" and len(path.parts) > 2}
    return sorted(folders - {CONSOLE})


def room_of(path: Path) -> str:
    """The room a file of a service stands in, whether the room is a file or a folder."""
    return path.with_suffix("").parts[2] if len(path.parts) > 2 else ""


def in_rooms(*rooms: str) -> list[Path]:
    """The Python files of these rooms in every domain service."""
    services = domain_services()
    return [
        path
        for path in modules("services")
        if len(path.parts) > 2 and path.parts[1] in services and room_of(path) in rooms
    ]
