"""The audit log repeats what the list beside the models allows: each column has an answer."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Column

from deploy.services import SERVICES
from services.console.deeds import TABLES, VERBS
from shared.service import Service
from shared.trail import Way
from shared.trail.telling import holds_words
from shared.web.current import SAFE

OPERATORS = {"directory.create_county_officer", "directory.reset_county_officer"}
"""Done on the command line."""
NEVER_TOLD = re.compile(r"password|secret|token|phone|identity|username|born|staff_no|(person|signed)_name")


@pytest.fixture(params=SERVICES, ids=lambda service: service.name)
def one(request: pytest.FixtureRequest) -> Service:
    """Each domain service."""
    found: Service = request.param
    return found


def columns(service: Service) -> Iterator[Column[object]]:
    """Every column of the service's own tables."""
    for table in service.metadata.sorted_tables:
        yield from table.columns


def named(service: Service) -> list[str]:
    """What the list names, a column as often as it stands in it."""
    telling = service.telling
    return [
        f"{table}.{column}"
        for lists in (telling.told, telling.hidden, telling.secret)
        for table, names in lists.items()
        for column in names
    ]


def test_every_column_that_holds_words_is_told_hidden_or_secret(one: Service) -> None:
    words = {f"{column.table.name}.{column.name}" for column in columns(one) if holds_words(column)}

    assert words - set(named(one)) == set()


def test_the_list_names_what_there_is_and_each_once(one: Service) -> None:
    there = {f"{column.table.name}.{column.name}" for column in columns(one)}

    assert set(named(one)) - there == set()
    assert len(named(one)) == len(set(named(one)))
    assert set(one.telling.unwatched) <= set(one.metadata.tables)
    assert all(reason.strip() for reason in one.telling.unwatched.values())


def test_no_secret_number_or_name_of_a_person_is_told(one: Service) -> None:
    """PR26, INV15."""
    told = [
        f"{column.table.name}.{column.name}"
        for column in columns(one)
        if NEVER_TOLD.search(column.name) and holds_words(column) and one.telling.way_of(column) is Way.TOLD
    ]

    assert told == []


def test_every_verb_of_the_log_has_a_chinese_name(one: Service) -> None:
    verbs = {view.endpoint for view in rules_of(one) if not SAFE.issuperset(view.methods or ())}

    verbs |= {f"{one.name}.{duty.__name__}" for duty in one.mornings}
    assert verbs - set(VERBS) == set()
    assert {verb for verb in VERBS if verb.startswith(f"{one.name}.")} - verbs - OPERATORS == set()
    assert all(re.search(r"[\u4e00-\u9fff]", name) for name in VERBS.values())


def test_every_table_that_a_request_changes_has_a_chinese_name(one: Service) -> None:
    """Copies of what others own and sums of the ledger are changed by events alone."""
    own = {table for table in one.metadata.tables if not table.startswith("known_")} - {"balances"}

    assert own - set(one.telling.unwatched) - set(TABLES) == set()


def rules_of(service: Service) -> list[Any]:
    """The service's routes."""
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(service.blueprint)
    return list(app.url_map.iter_rules())
