"""`yanxun keys rotate`: a new key signs, the one before still counts, nobody is restarted or signed out."""

import json
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy import embedded, keys, secrets
from deploy.cli import main
from deploy.demo import enter_first_officer
from deploy.demo_county import settle_in
from deploy.embedded import Embedded
from deploy.loops import utc_now
from shared.client import Client, Problem
from tests.cast import QIAN

LONG_AGO = time.time() - timedelta(hours=5).total_seconds()


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Embedded]:
    """A platform at work, whose key was made long ago."""
    platform = embedded.assemble(tmp_path)
    os.utime(tmp_path / "secrets" / "signing_key", (LONG_AGO, LONG_AGO))
    enter_first_officer(platform.running["directory"].engine, now=utc_now())
    yield platform
    platform.close()


def rotate(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["keys", "rotate", "--secrets", str(folder / "secrets"), *options])


def may_read(platform: Embedded, token: str) -> bool:
    try:
        Client.in_process(platform.apps["plans"], token=token).get("/api/plans/v1/plans")
    except Problem:
        return False
    return True


def test_tokens_of_both_keys_count_everywhere_without_a_restart(platform: Embedded) -> None:
    before = settle_in(platform.client("directory"), QIAN)
    assert may_read(platform, before)

    done = rotate(platform.folder)
    after = platform.client("directory").signed_in(before).post("/api/directory/v1/renew-token")["token"]

    assert done.exit_code == 0, done.output
    assert may_read(platform, before)
    assert may_read(platform, after)
    published = platform.client("directory").get("/api/directory/v1/jwks")["keys"]
    assert len(published) == 2
    assert published[0]["kid"] in done.output


def test_a_leaked_key_counts_no_more(platform: Embedded) -> None:
    """ATK23, ATK27."""
    before = settle_in(platform.client("directory"), QIAN)

    done = rotate(platform.folder, "--leaked")

    assert done.exit_code == 0, done.output
    assert not may_read(platform, before)
    assert len(platform.client("directory").get("/api/directory/v1/jwks")["keys"]) == 1


def test_twice_in_a_row_is_refused_lest_people_be_signed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets.create_embedded(tmp_path / "secrets")
    monkeypatch.setattr(keys, "PAUSE", timedelta(0))
    before = (tmp_path / "secrets" / "jwks").read_text()

    refused = rotate(tmp_path)

    assert refused.exit_code == 1
    assert "--leaked" in refused.output
    assert (tmp_path / "secrets" / "jwks").read_text() == before


def test_the_files_stay_the_same_files_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container sees the file it was given, not another that took its name."""
    secrets.create_embedded(tmp_path / "secrets")
    monkeypatch.setattr(keys, "PAUSE", timedelta(0))
    files = [tmp_path / "secrets" / name for name in ("jwks", "signing_key")]
    os.utime(files[1], (LONG_AGO, LONG_AGO))
    before = [(file.stat().st_ino, file.stat().st_mode) for file in files]

    assert rotate(tmp_path).exit_code == 0

    assert [(file.stat().st_ino, file.stat().st_mode) for file in files] == before
    jwks, signing_key = (json.loads(file.read_text()) for file in files)
    assert signing_key["kid"] == jwks["keys"][0]["kid"]
    assert not any("d" in key for key in jwks["keys"])


def test_where_there_is_no_key_nothing_is_made(tmp_path: Path) -> None:
    missing = rotate(tmp_path)

    assert missing.exit_code == 2
    assert not (tmp_path / "secrets").exists()
