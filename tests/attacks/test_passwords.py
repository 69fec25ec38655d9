"""Passwords a colleague, or a list of common ones, would guess are refused (ATK26)."""

import tomllib
from pathlib import Path

import pytest

from services.directory.domain.access import check_password
from shared.values import Refused

ROWS = tomllib.loads(Path(__file__).with_name("passwords.toml").read_text(encoding="utf-8"))
PERSONAL = ("13907461234", "04217X", "JY20190107")


def check(password: str) -> None:
    check_password(password, username="lin", name="林老师", personal=PERSONAL)


@pytest.mark.parametrize("row", ROWS["accepted"], ids=lambda row: row["password"])
def test_a_good_password_is_accepted(row: dict[str, str]) -> None:
    check(row["password"])


@pytest.mark.parametrize("row", ROWS["refused"], ids=lambda row: row["why"])
def test_a_password_others_would_guess_is_refused(row: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        check(row["password"])

    assert refused.value.code == "weak_password"
