"""What is written as the text of an array is what PostgreSQL reads, whatever it holds."""

from collections.abc import Iterator
from datetime import UTC, date, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    Engine,
    LargeBinary,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.types import TypeEngine

from shared.arrays import Array, array_text
from shared.db import Moment, make_engine, term
from shared.vocabulary import SessionRole
from tests.fixtures_databases import Databases

TEXT = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"))
EAST = timezone(timedelta(hours=8))
MOMENTS = some.datetimes(timezones=some.sampled_from([UTC, EAST])).filter(lambda at: 1970 <= at.year < 3000)
KINDS: dict[str, tuple[TypeEngine[Any], some.SearchStrategy[Any]]] = {
    "id": (Uuid(), some.uuids()),
    "number": (BigInteger(), some.integers(-(2**63), 2**63 - 1)),
    "text": (Text(), TEXT),
    "yes or no": (Boolean(), some.booleans()),
    "day": (Date(), some.dates(min_value=date(1, 1, 1))),
    "moment": (Moment(), MOMENTS),
    "bytes": (LargeBinary(), some.binary()),
    "object": (JSON(), some.dictionaries(TEXT, TEXT) | some.lists(some.integers(-9, 9) | TEXT)),
    "term": (term(SessionRole), some.sampled_from(SessionRole)),
}


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    """Any database of PostgreSQL."""
    made = make_engine(databases("activities").app_url)
    yield made
    made.dispose()


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=some.data())
def test_an_array_comes_back_as_it_was_given(engine: Engine, kind: str, data: some.DataObject) -> None:
    type_, strategy = KINDS[kind]
    none = some.nothing() if isinstance(type_, JSON) else some.none()  # of JSON, nothing is a value too
    values = data.draw(some.lists(none | strategy, max_size=5))
    row = func.unnest(bindparam("values", type_=Array(type_))).table_valued(column("value", type_))

    with engine.begin() as connection:
        answer = connection.scalars(select(row.render_derived().c.value), {"values": values}).all()

    assert [bytes(one) if isinstance(one, memoryview) else one for one in answer] == values


def test_what_has_no_text_is_not_guessed() -> None:
    with pytest.raises(KeyError):
        array_text([1, 0.5])
