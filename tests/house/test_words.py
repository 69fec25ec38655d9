"""Words that may stand in no file: addresses of an index, paths of one machine, marks of unfinished work."""

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files

# A letter in brackets keeps each pattern from finding itself here.
FORBIDDEN = {
    "the address of a package index": re.compile(
        r"py[p]i\.org|pythonh[o]sted|registry\.npm[j]s|npmm[i]rror|deb\.deb[i]an\.org|--(extra-)?index[-]url|--find[-]links"
    ),
    "a path of one machine": re.compile(r"(?<![\w.$}-])/(w[o]rk|f[a]rm|r[o]ot|h[o]me/\w+)/|/tmp/bash[_]jobs"),
    "a mark of unfinished work": re.compile(
        r"\bTO[D]O\b|\bFIX[M]E\b|\bXX[X]\b|NotImplemented[E]rror|\b[Ff]or n[o]w\b"
    ),
    "a test that is not run": re.compile(
        r"pytest\.(sk[i]p|mark\.sk[i]p|mark\.xf[a]il|imp[o]rtorskip)|unittest\.m[o]ck"
    ),
}
MAY_NAME_THEM = {"pyproject.toml": "a test that is not run"}  # the linter's ban has to name what it bans


@pytest.mark.parametrize("reason", FORBIDDEN)
def test_no_file_holds(reason: str) -> None:
    found = [
        f"{path}:{number}: {line.strip()[:120]}"
        for path in files()
        if MAY_NAME_THEM.get(str(path)) != reason
        for number, line in enumerate(lines_of(path), start=1)
        if FORBIDDEN[reason].search(line)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("the address of a package index", "https://" + "py" + "pi.org/simple"),
        ("a path of one machine", "open('" + "/wo" + "rk/tmp/x')"),
        ("a mark of unfinished work", "# TO" + "DO: later"),
        ("a test that is not run", "pytest." + "skip()"),
    ],
)
def test_each_pattern_finds_what_it_is_for(reason: str, line: str) -> None:
    assert FORBIDDEN[reason].search(line)


def lines_of(path: Path) -> list[str]:
    """The lines of a text file; none of a picture."""
    raw = (ROOT / path).read_bytes()
    return [] if b"\0" in raw else raw.decode("utf-8").splitlines()
