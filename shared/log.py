"""Logs as JSON lines, what is known of the request or event bound to each, and the trace carried along."""

import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, FilteringBoundLogger

TRACEPARENT = re.compile(r"00-(?!0{32})(?P<trace>[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, version 00."""

_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)


def configure(*, service: str | None = None, level: int = logging.INFO, quiet: bool = False) -> None:
    """Write every line as JSON to standard error; called once, where a process starts.

    `quiet` leaves errors only, for a command that speaks to a person.

    Never bind names, phone numbers or bodies: ids tell who and what. Local variables of a traceback
    would hold just those, so they are left out.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            _without_details,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR if quiet else level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    if service:
        bind_contextvars(service=service)


def _without_details(_logger: object, _method: str, line: EventDict) -> EventDict:
    """PostgreSQL tells the values of the row it refused, on a line of its own."""
    for error in line.get("exception", ()):
        error["exc_value"] = error["exc_value"].split("\nDETAIL:")[0]
    return line


def logger() -> FilteringBoundLogger:
    """The logger: `logger().info("what happened", event_id=...)`."""
    made: FilteringBoundLogger = structlog.get_logger()
    return made


@contextmanager
def bound(**facts: object) -> Iterator[None]:
    """Put these facts on every line within; afterwards all is as before, also for a caller in this thread."""
    with bound_contextvars(**facts):
        yield


def bind(**facts: object) -> None:
    """Add what has become known since, such as the actor, to the lines of the `bound` around."""
    bind_contextvars(**facts)


def traceparent() -> str | None:
    """The trace under way, for the next hop; None outside of one."""
    return _traceparent.get()


@contextmanager
def bound_trace(incoming: str | None) -> Iterator[str]:
    """Carry on the trace that came with a request or an event; begin one when none came, or a broken one."""
    known = TRACEPARENT.fullmatch(incoming or "")
    trace = known["trace"] if known else os.urandom(16).hex()
    before = _traceparent.set(f"00-{trace}-{os.urandom(8).hex()}-01")
    try:
        with bound_contextvars(trace=trace):
            yield trace
    finally:
        _traceparent.reset(before)
