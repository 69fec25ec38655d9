"""A synthetic county (PR22) through the public door: no row is refused, and what comes out goes in again."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from deploy.county import county as counties
from deploy.county import files, overlay
from services.directory.domain.layouts import LAYOUTS
from services.directory.service import SERVICE
from shared import sheets
from shared.events.directory import PairingEnded, PairingStarted
from shared.vocabulary import ImportKind
from tests.directory.register import NOW
from tests.signed_in import QIAN, Door, migrated_file, opened_door

BEGINNING = "2024-09-01"
FEBRUARY = "2025-02-17"
KIND_OF = {layout.code: kind for kind, layout in LAYOUTS.items()}


def send(door: Door, kind: ImportKind, content: bytes, **said: str) -> Any:
    """Upload a file; what it would change."""
    query = urlencode({"file_name": f"{kind.label}.csv", "effective_on": BEGINNING, **said})
    answer: TestResponse = door.client.post(
        f"/api/directory/v1/imports/{kind}?{query}",
        data=content,
        content_type="application/octet-stream",
        headers={"Authorization": f"Bearer {door.as_(QIAN).token()}", "Idempotency-Key": str(uuid4())},
    )
    assert answer.status_code == 201, answer.text
    return answer.json


def counts(preview: Any) -> dict[str, int]:
    """How many rows of each verdict, without the noughts."""
    return {verdict: count for verdict, count in preview["batch"]["counts"].items() if count}


def act(door: Door, preview: Any, verb: str) -> Any:
    """Carry a previewed file out, or undo it."""
    answer = door.as_(QIAN).post(f"/imports/{preview['batch']['import_id']}/{verb}")
    assert answer.status_code == 200, answer.text
    return answer.json


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """A file that was imported, and what the register held before it."""

    kind: ImportKind
    preview: Any
    before: dict[str, list[tuple[Any, ...]]]


Imported = list[One]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Door, Imported]]:
    """An empty directory into which every file of a small county was imported, one after the other."""
    path = migrated_file(Path(tmp_path_factory.mktemp("county")), SERVICE)
    with opened_door(path, SERVICE, now=NOW) as door:
        imported: Imported = []
        for file in files.import_files(counties.make(counties.Plan(scale=0.02)), overlay.Overlay()):
            if file.layout.code in KIND_OF:
                is_of_february = file.name.endswith("二月")
                said = {"extent": "part", "effective_on": FEBRUARY} if is_of_february else {}
                kind, content = KIND_OF[file.layout.code], sheets.delimited(file.layout, file.rows)
                before = register(door)
                preview = send(door, kind, content, **said)
                assert "rejected" not in counts(preview), (file.name, preview["lines"][:5])
                act(door, preview, "apply")
                imported.append(One(kind=kind, preview=preview, before=before))
        yield door, imported


def test_every_file_of_a_county_is_taken_whole(county: tuple[Door, Imported]) -> None:
    _, imported = county

    assert {one.kind for one in imported} == set(LAYOUTS)
    for one in imported:
        found = counts(one.preview)
        assert found.get("new", 0) + found.get("changed", 0) > 0, one.kind


@pytest.mark.parametrize("kind", list(LAYOUTS))
def test_what_is_taken_out_goes_in_again_without_a_change(
    county: tuple[Door, Imported], kind: ImportKind
) -> None:
    door, _ = county
    taken_out = door.as_(QIAN).get(f"/exports/{kind}")
    assert taken_out.status_code == 200, taken_out.text
    query = {"file_name": f"{kind.label}.xlsx", "effective_on": NOW.date().isoformat()}

    again = send(door, kind, taken_out.data, **query)

    assert set(counts(again)) <= {"unchanged"}, (counts(again), again["lines"][:5])


def test_pairings_are_said_as_if_they_had_been_entered_by_hand(county: tuple[Door, Imported]) -> None:
    door, imported = county
    (entered,) = [counts(one.preview)["new"] for one in imported if one.kind is ImportKind.PAIRINGS]

    said = door.said()

    assert 0 < len([event for event in said if isinstance(event, PairingStarted)]) <= entered
    assert [event for event in said if isinstance(event, PairingEnded)]


def test_undone_from_the_last_file_to_the_first_everything_is_as_it_was(
    county: tuple[Door, Imported], tmp_path: Path
) -> None:
    whole, imported = county
    copy = tmp_path / "copy.sqlite"
    with whole.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql(f"VACUUM INTO '{copy}'")
        connection.exec_driver_sql("BEGIN")
    with opened_door(copy, SERVICE, now=NOW) as door:
        for one in reversed(imported):
            act(door, one.preview, "undo")

            assert register(door) == one.before, one.kind


BUNDLE = {"file_name": "county.zip", "effective_on": NOW.date().isoformat()}


def test_a_county_goes_out_as_a_bundle_and_comes_in_again_without_a_change(
    county: tuple[Door, Imported],
) -> None:
    door, _ = county
    taken_out = door.as_(QIAN).get("/exports/oneroster")
    assert taken_out.mimetype == "application/zip"

    again = send(door, ImportKind.ONEROSTER, taken_out.data, **BUNDLE)

    assert set(counts(again)) == {"unchanged"}, (counts(again), again["lines"][:5])


def test_a_bundle_fills_an_empty_county_and_is_undone(county: tuple[Door, Imported], tmp_path: Path) -> None:
    door, _ = county
    bundle = door.as_(QIAN).get("/exports/oneroster").data
    with opened_door(migrated_file(tmp_path, SERVICE), SERVICE, now=NOW) as empty:
        before = register(empty)
        preview = send(empty, ImportKind.ONEROSTER, bundle, **BUNDLE)
        assert set(counts(preview)) == {"new"}
        assert register(empty) == before

        act(empty, preview, "apply")
        again = send(empty, ImportKind.ONEROSTER, bundle, **BUNDLE)
        assert set(counts(again)) == {"unchanged"}, again["lines"][:5]
        act(empty, preview, "undo")

        assert register(empty) == before


DATED = ("school_records", "person_records", "memberships", "posts", "group_records", "group_memberships")
MORE = ("absences", "liaisons")


def register(door: Door) -> dict[str, list[tuple[Any, ...]]]:
    """Every fact that stands, and every pairing and transfer that means anything."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for name in (*DATED, *MORE):
        table = door.service.metadata.tables[name]
        columns = [one for one in table.columns if one.name not in UNTOLD]
        asked = select(*columns).where(table.c.withdrawn_at.is_(None))
        with door.engine.connect() as connection:
            found[name] = sorted((tuple(row) for row in connection.execute(asked)), key=repr)
    pairings, transfers = (door.service.metadata.tables[name] for name in ("pairings", "transfers"))
    holding = pairings.c.state.not_in(["refused"]) & (
        pairings.c.ends_on.is_(None) | (pairings.c.ends_on > pairings.c.starts_on)
    )
    with door.engine.connect() as connection:
        for table, where in ((pairings, holding), (transfers, transfers.c.state == "agreed")):
            found[table.name] = sorted(map(tuple, connection.execute(select(table.c.id).where(where))))
    return found


UNTOLD = ("id", "recorded_at", "withdrawn_at", "withdrawn_in", "recorded_in")
"""What may differ although the register says the same."""
