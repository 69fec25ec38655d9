"""On PostgreSQL too, each history leads to exactly the tables that the models and the kernel speak of."""

from collections.abc import Mapping

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData

from services.activities.service import SERVICE as ACTIVITIES
from services.credits.service import SERVICE as CREDITS
from services.directory.service import SERVICE as DIRECTORY
from services.notify.service import SERVICE as NOTIFY
from services.plans.service import SERVICE as PLANS
from shared import db
from shared.db import kernel
from tests.fixtures_databases import Databases

SERVICES: Mapping[str, MetaData] = {
    service.name: service.metadata for service in (ACTIVITIES, CREDITS, DIRECTORY, NOTIFY, PLANS)
}


@pytest.mark.parametrize("name", SERVICES)
def test_the_history_leads_to_the_models(databases: Databases, name: str) -> None:
    engine = db.make_engine(databases(name).owner_url)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        both = [SERVICES[name], kernel]
        differences = compare_metadata(context, both)  # type: ignore[arg-type]  # takes several, says one

    engine.dispose()
    assert differences == []
