"""PR18: every table of every service says whose its rows are."""

from services.activities import models as activities
from services.credits import models as credits_
from services.directory import models as directory
from services.notify import models as notify
from services.plans import models as plans
from shared.db import kernel
from shared.kernel_tables import WALLS as KERNELS

SERVICES = (activities, credits_, directory, notify, plans)


def test_every_table_has_its_line_in_the_table_of_walls() -> None:
    for models in SERVICES:
        assert set(models.WALLS) == set(models.Base.metadata.tables), models.__name__
    assert set(KERNELS) == set(kernel.tables)
