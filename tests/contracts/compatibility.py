"""Compares two JSON Schemas of one event version: it may grow by optional fields, and by nothing else.

`python -m tests.contracts.compatibility` records today's schemas, unless one of them breaks the recorded one.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shared.events.catalogue import CATALOGUE
from shared.events.document import DISPLAY_NAME, json_schema

Json = Mapping[str, Any]

RECORDED = Path(__file__).with_name("schemas")
KEPT = ("type", "format", "const", DISPLAY_NAME)
"""A change of these is another meaning; the digest of an event depends on the last."""
UPPER_LIMITS = ("maxLength", "maxItems", "maximum")
LOWER_LIMITS = ("minLength", "minItems", "minimum")


def breaks(old: Json, new: Json, *, path: str = "data") -> Iterator[str]:
    """What of `new` a reader or a kept message of `old` would not survive, one line each."""
    yield from (f"{path}: {name} changed" for name in KEPT if old.get(name) != new.get(name))
    yield from _tightened(old, new, path)
    if lost := set(old.get("enum", ())) - set(new.get("enum", old.get("enum", ()))):
        yield f"{path}: enum lost {', '.join(sorted(lost))}"
    elif "enum" in new and "enum" not in old:
        yield f"{path}: enum narrows what was free"
    if "items" in old and "items" in new:
        yield from breaks(old["items"], new["items"], path=f"{path}[]")
    yield from _fields_broken(old, new, path)


def _tightened(old: Json, new: Json, path: str) -> Iterator[str]:
    for name in UPPER_LIMITS:
        if new.get(name, float("inf")) < old.get(name, float("inf")):
            yield f"{path}: {name} tightened"
    for name in LOWER_LIMITS:
        if new.get(name, float("-inf")) > old.get(name, float("-inf")):
            yield f"{path}: {name} tightened"


def _fields_broken(old: Json, new: Json, path: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
    yield from (f"{path}.{name}: dropped" for name in before if name not in after)
    yield from (f"{path}.{name}: became required" for name in sorted(needed_after - needed_before))
    yield from (f"{path}.{name}: may be left out now" for name in sorted(needed_before - needed_after))
    for name in before:
        if name in after:
            yield from breaks(before[name], after[name], path=f"{path}.{name}")


def recorded(key: str) -> Json:
    """The schema of that type as it was last recorded."""
    read: Json = json.loads((RECORDED / f"{key}.json").read_text(encoding="utf-8"))
    return read


def record() -> int:
    """Write today's schemas; 1 and a line each when that would break what is out there."""
    today = {key: json_schema(cls) for key, cls in CATALOGUE.items()}
    known = [key for key in today if (RECORDED / f"{key}.json").exists()]
    broken = [f"{key} {line}" for key in known for line in breaks(recorded(key), today[key])]
    if broken:
        sys.stderr.write("\n".join(["A changed meaning is a new version:", *broken, ""]))
        return 1
    for key, schema in today.items():
        text = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        (RECORDED / f"{key}.json").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(record())
