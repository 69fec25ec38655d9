"""`yanxun import` and `yanxun export` against a platform that was really started."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from deploy.cast import PASSWORD, QIAN, QINGSHI, ZHAO
from deploy.cli import main
from deploy.servers import free_port
from deploy.servers.program import wait_until
from services.directory.domain.layouts import LIAISONS, TEACHERS
from shared import sheets
from shared.client import Client, Problem
from tests.up import start_up

READY_SECONDS_MAX = 60.0
END_SECONDS_MAX = 20.0


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a platform with its demonstration county answers."""
    folder = tmp_path_factory.mktemp("platform")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = start_up(folder / "data", port=port, log=folder / "up.log", begin_with="cast")
    door = Client.over_http(address)

    def answers() -> bool:
        try:
            return bool(door.get("/api/directory/readyz")["ready"])
        except Problem:
            return False

    try:
        wait_until(lambda: answers() or process.poll() is not None, seconds=READY_SECONDS_MAX, what="up")
        assert process.poll() is None, (folder / "up.log").read_text()
        yield address
    finally:
        door.http.close()
        process.terminate()
        process.wait(END_SECONDS_MAX)


def run(url: str, *arguments: object, username: str = ZHAO.username, password: str = PASSWORD) -> Result:
    """The command as somebody types it, with the password in the environment."""
    env = {"YANXUN_URL": url, "YANXUN_USERNAME": username, "YANXUN_PASSWORD": password}
    return CliRunner().invoke(main, [str(one) for one in arguments], env=env)


def roster(folder: Path, *names: str, **more: Any) -> Path:
    """A list of some teachers."""
    rows = [
        {"school": QINGSHI.name, "staff_number": f"C{name}", "name": f"新{name}", "subject": "语文", **more}
        for name in names
    ]
    file = folder / "名册.xlsx"
    file.write_bytes(sheets.workbook(TEACHERS, rows))
    return file


def test_a_file_is_looked_at_carried_out_undone_and_taken_out(url: str, tmp_path: Path) -> None:
    file = roster(tmp_path, "1", "2")

    looked_at = run(url, "import", "teachers", file, "--part", "--on", "2026-09-01")
    taken = run(url, "import", "teachers", file, "--part", "--on", "2026-09-01", "--apply")
    again = run(url, "import", "teachers", file, "--part")
    taken_out = run(url, "export", "teachers", tmp_path / "now.xlsx")
    undone = run(url, "import", "undo", taken.output.split()[-1])

    assert [one.exit_code for one in (looked_at, taken, again, taken_out, undone)] == [0] * 5, taken.output
    assert "新增2" in looked_at.output
    assert "预演" in looked_at.output
    assert "无变动2" in again.output
    rows = sheets.read((tmp_path / "now.xlsx").read_bytes(), "now.xlsx", TEACHERS).rows
    assert {"新1", "新2"} <= {row["name"] for row in rows}
    assert "无变动" in run(url, "import", "teachers", tmp_path / "now.xlsx", "--part").output


def test_rejected_rows_are_written_beside_the_file_and_nothing_is_changed(url: str, tmp_path: Path) -> None:
    file = roster(tmp_path, "3", "4", school="没有的学校")

    refused = run(url, "import", "teachers", file, "--part", "--apply")

    assert refused.exit_code == 1
    assert "没有叫“没有的学校”的学校" in "".join(refused.output.split())
    rejects = sheets.read((tmp_path / "名册-退回.xlsx").read_bytes(), "退回.xlsx", TEACHERS)
    assert [row["name"] for row in rejects.rows] == ["新3", "新4"]


def test_what_the_register_refuses_is_said_in_one_line(url: str, tmp_path: Path) -> None:
    file = roster(tmp_path, "5", "6")
    taken = run(url, "import", "teachers", file, "--part", "--apply")
    batch = taken.output.split()[-1]
    run(url, "import", "undo", batch)

    twice = run(url, "import", "undo", batch)

    assert (twice.exit_code, len(twice.output.splitlines())) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "password"),
    [
        (("import", "teachers", "no-such-file.xlsx"), PASSWORD),
        (("import", "teachers", "{file}"), "wrong-password-42"),
        (("import", "undo", "not-a-batch"), PASSWORD),
        (("import", "undo", "00000000-0000-0000-0000-000000000001"), PASSWORD),
        (("import", "liaisons", "{file}"), PASSWORD),
        (("import", "teachers", "{file}", "--url", "http://127.0.0.1:9"), PASSWORD),
        (("export", "schools", "{folder}/schools.xlsx"), PASSWORD),
        (("export", "teachers", "{folder}/no/such/folder.xlsx"), PASSWORD),
    ],
)
def test_bad_use_is_one_line(url: str, tmp_path: Path, arguments: tuple[str, ...], password: str) -> None:
    file = roster(tmp_path, "7")
    if arguments[1] == "liaisons":
        file.write_bytes(sheets.workbook(LIAISONS, [{"staff_number": "C7", "school": QINGSHI.name}]))
    typed = [one.format(file=file, folder=tmp_path) for one in arguments]

    refused = run(url, *typed, password=password)

    assert (refused.exit_code, len(refused.output.splitlines())) == (2, 1), refused.output


def test_the_county_takes_out_every_register_that_there_is(url: str, tmp_path: Path) -> None:
    for kind in ("schools", "groups", "pairings", "absences", "transfers", "liaisons"):
        taken_out = run(url, "export", kind, tmp_path / f"{kind}.xlsx", username=QIAN.username)

        assert taken_out.exit_code == 0, taken_out.output
