"""One of several processes that read a number, add one and write it: arguments are the URL and how often."""

import sys

from sqlalchemy import Column, Integer, Table, select, update

from shared.db import make_engine, new_metadata, transaction

metadata = new_metadata()
counters = Table("counters", metadata, Column("id", Integer, primary_key=True), Column("value", Integer))


def count_up(url: str, *, times: int) -> None:
    """Each time in a transaction of its own."""
    engine = make_engine(url)
    for _ in range(times):
        with transaction(engine) as session:
            value = session.execute(select(counters.c.value)).scalar_one()
            session.execute(update(counters).values(value=value + 1))
    engine.dispose()


if __name__ == "__main__":
    count_up(sys.argv[1], times=int(sys.argv[2]))
