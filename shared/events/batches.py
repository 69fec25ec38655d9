"""Several events in one message: the JSON batch format of CloudEvents.

What a message costs, in the broker and in the library that speaks to it, it costs for one event or for many.
"""

from collections.abc import Iterator, Sequence

import msgspec

from shared.events.codec import CONTENT_TYPE, EVENT_BYTES_MAX

BATCH_CONTENT_TYPE = "application/cloudevents-batch+json"
BATCHED_MAX = 32
"""Events a message carries at most: what comes a second time is handled event by event."""
BATCHED_BYTES_MAX = 64_000
"""What they weigh together at most; a heavier one travels alone."""

UNPACKED_MAX = 500
"""More than any release sends: who says so much at once is not listened to, it would be parked bit by bit."""

_PARTS = msgspec.json.Decoder(list[msgspec.Raw])


def packed(events: Sequence[bytes]) -> Iterator[tuple[bytes, str]]:
    """The events in order, each a JSON text, as bodies of messages with their content types."""
    for batch in _batches(events):
        if len(batch) == 1:
            yield batch[0], CONTENT_TYPE
        else:
            yield b"[" + b",".join(batch) + b"]", BATCH_CONTENT_TYPE


def _batches(events: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    batch: list[bytes] = []
    weight = 0
    for event in events:
        if batch and (len(batch) >= BATCHED_MAX or weight + len(event) > BATCHED_BYTES_MAX):
            yield batch
            batch, weight = [], 0
        batch.append(event)
        weight += len(event)
    if batch:
        yield batch


def unpacked(body: bytes, content_type: str | None) -> Sequence[bytes]:
    """The events a message carries; what is no batch comes back whole, for its reader to refuse."""
    if content_type != BATCH_CONTENT_TYPE or len(body) > EVENT_BYTES_MAX:
        return [body]
    try:
        events = _PARTS.decode(body)
    except (ValueError, RecursionError):
        return [body]
    return [bytes(event) for event in events] if 0 < len(events) <= UNPACKED_MAX else [body]
