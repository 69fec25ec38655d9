"""INV4 to INV6: every event has left, has arrived where it is followed, and none is stuck."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from uuid import UUID

from sqlalchemy import func, select

from deploy.audit.look import Finding, Look, named
from deploy.services import follows
from shared.kernel_tables import outbox, received_events, stream, waiting_events


def events_have_left(look: Look) -> Iterator[Finding]:
    """INV4: nothing waits in an outbox."""
    if not look.settled:
        return
    asked = select(func.count()).select_from(outbox).where(outbox.c.published_at.is_(None))
    for service in look.engines:
        ((unsent,),) = look.rows(service, asked)
        if unsent:
            yield Finding("INV4", f"{service}: {unsent} events have not left")


def events_have_arrived(look: Look) -> Iterator[Finding]:
    """INV5: the numbers of a stream are 1..head, and every follower recorded exactly these events."""
    received = {follower: _received(look, follower) for follower in look.engines}
    for producer in look.engines:
        own = look.rows(producer, select(stream.c.incarnation, stream.c.head))
        if not own:
            continue
        ((incarnation, head),) = own
        said = look.rows(producer, select(outbox.c.seq, outbox.c.event_id).where(outbox.c.seq.is_not(None)))
        numbers = {row.seq for row in said if look.settled or row.seq <= head}
        wrong = numbers.symmetric_difference(range(1, head + 1))
        yield from named("INV5", f"{producer}: numbered 1..{head}, out of line", wrong)
        for follower, heard in received.items():
            if producer in follows()[follower]:
                what = f"{follower} has of {producer}"
                due = {(row.seq, row.event_id): True for row in said}
                found = dict.fromkeys(heard[producer, incarnation], True)
                yield from look.compared("INV5", what, due=due, found=found)


def _received(look: Look, follower: str) -> Mapping[tuple[str, UUID], list[tuple[int, UUID]]]:
    mine = received_events.c
    heard: defaultdict[tuple[str, UUID], list[tuple[int, UUID]]] = defaultdict(list)
    for row in look.rows(follower, select(mine.producer, mine.incarnation, mine.seq, mine.event_id)):
        heard[row.producer, row.incarnation].append((row.seq, row.event_id))
    return heard


def nothing_is_parked(look: Look) -> Iterator[Finding]:
    """INV6: parked is what was expected to be, and nothing waits for another attempt."""
    for service in look.engines:
        for row in look.rows(service, select(waiting_events)):
            if row.parked_at is None and look.settled:
                yield Finding("INV6", f"{service}: {row.event_id} waits for another attempt: {row.reason}")
            if row.parked_at is not None and row.event_id not in look.expected_parked:
                yield Finding("INV6", f"{service}: {row.event_id} is parked: {row.reason}")
