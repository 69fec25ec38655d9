"""The audit log at the door: what is kept of a request, and how it is read."""

from shared.web.trail.keeping import keep, looks_at
from shared.web.trail.routes import hang_on

__all__ = ["hang_on", "keep", "looks_at"]
