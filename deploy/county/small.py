"""A small county for whoever looks at the platform for the first time: made, brought in, and come to rest."""

import tempfile
from datetime import datetime
from pathlib import Path

from deploy.county import county as counties
from deploy.county import files
from deploy.county.load import quiet, run
from deploy.county.load.run import Loaded, Written
from deploy.county.overlay import Overlay
from deploy.county.progress import Tell
from deploy.county.year import writing
from deploy.county.year.scene import scene_of
from deploy.doors import Visit
from shared.values import county_day, school_year_of

STILL_LOOKS = 2
"""Nothing is between the services of one process that would need longer to be noticed."""


def settle(visit: Visit, *, scale: float, now: datetime, tell: Tell) -> Loaded:
    """The register of the school year that has begun, its plans, and what has happened up to yesterday."""
    plan = counties.Plan(scale=scale, year=school_year_of(county_day(now)))
    with tempfile.TemporaryDirectory(prefix="yanxun-county-") as folder:
        written = _written(plan, Path(folder), tell=tell)
        loaded = run.load(written, visit=visit, now=now, tell=tell)
    quiet.wait(visit, year=plan.year, looks=STILL_LOOKS, tell=lambda _: tell("记账", 0, 1))
    return loaded


def _written(plan: counties.Plan, folder: Path, *, tell: Tell) -> Written:
    made = counties.make(plan, tell=tell)
    digest = files.write(files.import_files(made, Overlay()), folder, tell=tell)
    digest += writing.write(scene_of(made), folder, tell=tell)
    return Written(folder=folder, year=plan.year, digest=digest)
