"""OneRoster 1.2 bundles: what we write reads back, what others write is checked whole."""

import io
import zipfile
from datetime import date

import pytest

from services.directory.commands.imports.oneroster import read_bundle, write_bundle
from shared.sheets import FileRefused, Record

SCHOOL: Record = {
    "code": "S05001",
    "name": "青石镇中心小学",
    "short_name": "青石中心小学",
    "aliases": ("青石中小", "青石小学"),
    "stage": "primary",
    "category": "central",
    "township": "青石镇",
}
CHEN: Record = {
    "school": "S05001",
    "staff_number": "T050010001",
    "name": "阿依古丽·买买提江",
    "sex": "female",
    "subject": "语文",
    "title": "second",
    "joined_on": date(2021, 9, 1),
    "roles": ("teacher", "principal"),
    "phone": "000-0001-0001",
}


def changed(name: str, old: str, new: str) -> bytes:
    """Our bundle with one file changed; without it where nothing is left."""
    parts = {}
    with zipfile.ZipFile(io.BytesIO(write_bundle([SCHOOL], [CHEN]))) as archive:
        for part in archive.namelist():
            parts[part] = archive.read(part).decode()
    parts[name] = parts[name].replace(old, new) if old else new
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for part, text in parts.items():
            if text:
                archive.writestr(part, text)
    return stream.getvalue()


def test_a_bundle_reads_back() -> None:
    bundle = read_bundle(write_bundle([SCHOOL], [CHEN]))

    assert (bundle.faults, bundle.warnings) == ([], [])
    assert bundle.schools == [SCHOOL]
    assert bundle.teachers == [CHEN]


def test_the_same_register_is_the_same_bundle() -> None:
    assert write_bundle([SCHOOL], [CHEN]) == write_bundle([SCHOOL], [CHEN])


def test_a_bundle_of_another_system_is_read_with_its_mark_and_its_names() -> None:
    users = "\ufeffsourcedId,status,givenName,familyName,identifier\r\nT050010001,active,静,林,\r\n"

    (lin,) = read_bundle(changed("users.csv", "", users)).teachers

    assert (lin["name"], lin["school"], lin["subject"]) == ("林静", "S05001", None)


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("manifest.csv", "", "", "manifest_missing"),
        ("manifest.csv", "oneroster.version,1.2", "oneroster.version,1.1", "version_unknown"),
        ("manifest.csv", "file.users,bulk", "file.users,delta", "bundle_not_bulk"),
        ("roles.csv", "", "", "bundle_incomplete"),
    ],
)
def test_a_bundle_that_is_not_whole_is_refused(name: str, old: str, new: str, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_bundle(changed(name, old, new))

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("roles.csv", "2021-09-01,,S05001", "2021-09-01,,S99999"),
        ("roles.csv", ",T050010001,", ",T999999999,"),
        ("orgs.csv", "S05001,township-青石镇", "S05001,township-龙泉镇"),
    ],
)
def test_an_id_that_leads_nowhere_is_a_fault(name: str, old: str, new: str) -> None:
    assert {fault.code for fault in read_bundle(changed(name, old, new)).faults} == {"id_unknown"}


def test_who_was_deleted_elsewhere_is_left_out() -> None:
    users = "sourcedId,status,givenName,familyName\r\nT050010001,tobedeleted,静,林\r\n"

    assert read_bundle(changed("users.csv", "", users)).teachers == []


def test_what_is_no_zip_is_refused() -> None:
    with pytest.raises(FileRefused):
        read_bundle(b"sourcedId,name")
