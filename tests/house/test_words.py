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
        if is_forbidden(reason, line)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("the address of a package index", "https://" + "py" + "pi.org/simple"),
        ("the address of a package index", "https://files.pythonh" + "osted.org/packages"),
        ("the address of a package index", "https://registry.npm" + "js.org"),
        ("the address of a package index", "https://registry.npmm" + "irror.com"),
        ("the address of a package index", "http://deb.deb" + "ian.org/debian"),
        ("the address of a package index", "pip install --extra-" + "index-url=there x"),
        ("the address of a package index", "pip install --find" + "-links there x"),
        ("a path of one machine", "open('" + "/wo" + "rk/tmp/x')"),
        ("a path of one machine", "cd " + "/ro" + "ot/yanxun"),
        ("a path of one machine", "PATH=" + "/ho" + "me/chen/bin"),
        ("a path of one machine", "tail " + "/tm" + "p/bash" + "_jobs/1"),
        ("a mark of unfinished work", "# TO" + "DO: later"),
        ("a mark of unfinished work", "# FIX" + "ME"),
        ("a mark of unfinished work", "# XX" + "X ask Lin"),
        ("a mark of unfinished work", "raise NotImplemented" + "Error"),
        ("a mark of unfinished work", "# good enough for " + "now"),
        ("a test that is not run", "pytest." + "skip()"),
        ("a test that is not run", "@pytest.mark." + "skipif(True)"),
        ("a test that is not run", "@pytest.mark." + "xfail"),
        ("a test that is not run", "pytest." + "importorskip('kombu')"),
        ("a test that is not run", "from unittest" + ".mock import Mock"),
    ],
)
def test_each_pattern_finds_what_it_is_for(reason: str, line: str) -> None:
    assert is_forbidden(reason, line)


@pytest.mark.parametrize(
    "line", ["The town's home/work", "a network/path", "# for nowhere", "pytest.mark.timeout(60)", "XXXL"]
)
def test_no_pattern_finds_what_is_fair(line: str) -> None:
    assert [reason for reason in FORBIDDEN if is_forbidden(reason, line)] == []


def is_forbidden(reason: str, line: str) -> bool:
    """Whether a line has something that may stand nowhere for that reason."""
    return FORBIDDEN[reason].search(line) is not None


def lines_of(path: Path) -> list[str]:
    """The lines of a text file; none of a picture."""
    raw = (ROOT / path).read_bytes()
    return [] if b"\0" in raw else raw.decode("utf-8").splitlines()
