"""The register: each file of the directory, previewed, carried out, and left alone if it was sent before."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from deploy.doors import Visit, fail
from shared.vocabulary import ImportExtent, ImportKind

IMPORTS = "/api/directory/v1/imports"
TERM_OF_SPRING = (2, 17)
"""From when what happens in February counts."""
IN_SPRING = "二月"
FILES: Mapping[str, ImportKind] = {
    "学校名册": ImportKind.SCHOOLS,
    "学校名册-县级单位": ImportKind.SCHOOLS,
    "教师名册": ImportKind.TEACHERS,
    "教师名册-县级单位": ImportKind.TEACHERS,
    "教研组": ImportKind.GROUPS,
    "师徒结对": ImportKind.PAIRINGS,
    "教育联点": ImportKind.LIAISONS,
    "状态": ImportKind.ABSENCES,
    "教师名册-二月": ImportKind.TEACHERS,
    "调动": ImportKind.TRANSFERS,
}
"""What each file of a generated county is; partnerships of base schools have no door yet."""


class Register(NamedTuple):
    """One file, and from when what it says counts."""

    path: Path
    kind: ImportKind
    effective_on: date


def registers(folder: Path, *, year: int, until: date) -> Iterator[Register]:
    """The files of a folder that count by that day, in the order of their numbers."""
    for path in sorted(folder.glob("*.csv")):
        name = path.stem.split("-", 1)[1]
        if kind := FILES.get(name):
            day = date(year + 1, *TERM_OF_SPRING) if name.endswith(IN_SPRING) else date(year, 9, 1)
            if day <= until:
                yield Register(path, kind, day)


def bring_in(register: Register, *, visit: Visit) -> int:
    """Import a file; how many rows it changed. A refused row ends the load, and its file is left out."""
    said = {
        "file_name": register.path.name,
        "extent": ImportExtent.PART,
        "effective_on": register.effective_on.isoformat(),
    }
    content = register.path.read_bytes()
    preview = visit.client().upload(f"{IMPORTS}/{register.kind}", content, **said)
    batch: Mapping[str, Any] = preview["batch"]
    counts: Mapping[str, int] = batch["counts"]
    if counts["rejected"]:
        fail(f"{register.path.name}：{counts['rejected']}行被退回；请用 yanxun import 查看原因")
    changes = counts["new"] + counts["changed"]
    if preview["sent_before"] or not changes:
        return 0
    visit.client().post(f"{IMPORTS}/{batch['import_id']}/apply")
    return changes
