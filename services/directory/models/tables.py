"""What every table of the directory has in common."""

from sqlalchemy import text

from shared.db import ServiceBase, new_metadata

STILL = text("ends_on IS NULL")


class Base(ServiceBase):
    """The tables of this service."""

    metadata = new_metadata()
