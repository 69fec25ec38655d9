"""Every closed list speaks Chinese, and the glossary says exactly what the code says."""

import inspect
import re
from enum import Enum
from pathlib import Path

from shared import vocabulary
from tests.house.tree import text_of

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SECTION = re.compile(r"^### (\w+)$(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| ([^|]+) \| `([a-z0-9_]+)` \|$", re.MULTILINE)


def closed_lists() -> dict[str, type[Enum]]:
    """The lists of the vocabulary that have members."""
    return {
        name: found
        for name, found in inspect.getmembers(vocabulary, inspect.isclass)
        if issubclass(found, Enum) and found.__module__ == vocabulary.__name__ and len(found)
    }


def test_every_member_has_a_chinese_label_of_its_own() -> None:
    for name, members in closed_lists().items():
        labels = [str(getattr(member, "label", "")) for member in members]

        assert all(CHINESE.search(label) for label in labels), name
        assert len(set(labels)) == len(labels), name


def test_every_list_gives_the_chinese_of_its_term() -> None:
    silent = [name for name, members in closed_lists().items() if not CHINESE.search(members.__doc__ or "")]

    assert silent == []


def test_the_glossary_and_the_vocabulary_agree() -> None:
    glossary = {
        name: [(label.split(" / ")[0], code) for label, code in ROW.findall(body)]
        for name, body in SECTION.findall(text_of(Path("docs/glossary.md")))
    }

    spoken = {
        name: [(str(getattr(member, "label", "")), str(member.value)) for member in members]
        for name, members in closed_lists().items()
    }

    assert glossary == spoken
