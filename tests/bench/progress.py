"""The line that moves while the bench runs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)


@dataclass(frozen=True, slots=True)
class Step:
    """What is about to be done; one of the steps a part says it takes."""

    title: str


class Line:
    """Moves on a terminal; elsewhere each step is a line of its own."""

    def __init__(self, progress: Progress, console: Console, *, steps: int) -> None:
        self._progress, self._console = progress, console
        self._task = progress.add_task("", total=steps)
        self._begun = False

    def take(self, steps: Iterator[Step]) -> None:
        """Go through these steps."""
        for step in steps:
            self._next(step.title)

    def _next(self, title: str) -> None:
        self._progress.update(self._task, description=title, advance=1 if self._begun else 0)
        self._begun = True
        if not self._console.is_terminal:
            self._console.print(title, highlight=False, soft_wrap=True)


@contextmanager
def line(steps: int) -> Iterator[Line]:
    """Within, a line tells on standard error how far the bench has come."""
    console = Console(file=sys.stderr)
    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Line(progress, console, steps=steps)
