"""The inbox: an event counts once, failures are counted and end, and a stream shows where it is broken."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from shared import inbox
from shared.events.codec import Envelope
from shared.events.directory import TeacherJoined
from shared.inbox import ATTEMPTS_MAX, GAP_PATIENCE, REASON_MAX, RETRY_DELAYS, SILENCES_MAX, Aside
from shared.inserts import insert_new
from shared.kernel_tables import received_events, stream_positions
from tests.kernel.toy import CHEN, CREDITS, INCARNATION, NOW, SCHOOL, Toy, Toys, attendance, envelope


def claim(toy: Toy, *envelopes: Envelope) -> inbox.Claims:
    with toy.transaction() as session:
        return inbox.claim(session, envelopes, now=NOW)


# --- claims ----------------------------------------------------------------------------------------------


def test_an_event_is_claimed_once(toys: Toys) -> None:
    toy = toys(CREDITS)
    first, second = envelope(attendance(), seq=1), envelope(attendance(), seq=2)

    assert claim(toy, first).fresh == [first]
    again = claim(toy, first, second)

    assert (again.fresh, again.contradicting) == ([second], [])
    assert toy.claimed() == [1, 2]


def test_an_event_that_stands_twice_in_a_batch_is_claimed_once(toys: Toys) -> None:
    toy = toys(CREDITS)
    said = envelope(attendance(), seq=1)

    claims = claim(toy, said, Envelope.decode(said.encode()))

    assert (len(claims.fresh), claims.contradicting) == (1, [])


@pytest.mark.parametrize("together", [False, True])
def test_the_same_id_with_other_content_is_a_contradiction(toys: Toys, together: bool) -> None:  # noqa: FBT001  a case
    toy = toys(CREDITS)
    said = envelope(attendance(), seq=1)
    other = replace(said, data=envelope(attendance(), seq=1).data)

    claims = claim(toy, said, other) if together else (claim(toy, said), claim(toy, other))[1]

    assert claims.contradicting == [other]
    assert claims.fresh == ([said] if together else [])


@pytest.mark.parametrize("together", [False, True])
def test_the_same_number_with_another_id_is_a_contradiction(toys: Toys, together: bool) -> None:  # noqa: FBT001  a case
    toy = toys(CREDITS)
    said, other = envelope(attendance(), seq=1, id=UUID(int=1)), envelope(attendance(), seq=1, id=UUID(int=2))

    claims = claim(toy, said, other) if together else (claim(toy, said), claim(toy, other))[1]

    assert claims.contradicting == [other]


def test_a_number_of_another_incarnation_or_producer_is_another_number(toys: Toys) -> None:
    toy = toys(CREDITS)
    said = [
        envelope(attendance(), seq=1),
        envelope(attendance(), seq=1, incarnation=uuid4()),
        envelope(joined("陈老师"), seq=1),
    ]

    assert len(claim(toy, *said).fresh) == 3


def test_an_erased_name_makes_no_other_event(toys: Toys) -> None:
    toy = toys(CREDITS)
    said = envelope(joined("陈老师"), seq=1)

    claim(toy, said)
    again = claim(toy, replace(said, data={**said.data, "name": "已注销"}))

    assert (again.fresh, again.contradicting) == ([], [])


def test_an_event_recorded_before_its_type_was_known_is_still_the_same(toys: Toys) -> None:
    toy = toys(CREDITS)
    said = envelope(joined("陈老师"), seq=1)
    with toy.transaction() as session:
        row = inbox._claim_row(said, NOW) | {"digest": said.digest(None)}
        insert_new(session, received_events, [row])

    again = claim(toy, said)

    assert (again.fresh, again.contradicting) == ([], [])


def joined(name: str) -> TeacherJoined:
    return TeacherJoined(teacher_id=CHEN, school_id=SCHOOL, name=name, subject="语文", joined_on=NOW.date())


# --- waiting and parked ----------------------------------------------------------------------------------


def aside(number: int, *, attempts: int = 0, reason: str = "because") -> Aside:
    return Aside(event_id=UUID(int=number), routing_key="a.b", body=b"{}", reason=reason, attempts=attempts)


def keep(toy: Toy, *messages: Aside) -> None:
    with toy.transaction() as session:
        inbox.set_aside(session, messages, now=toy.clock())


def due(toy: Toy) -> int | None:
    """The number of the next one, its attempt counted."""
    with toy.transaction() as session:
        row = inbox.next_due(session, now=toy.clock())
    return row.event_id.int if row else None


def test_what_waits_is_due_when_its_rest_is_over(toys: Toys) -> None:
    toy = toys(CREDITS)
    keep(toy, aside(1, attempts=2), aside(2, attempts=1), aside(3))

    assert [due(toy), due(toy)] == [3, None]
    toy.clock.advance(seconds=RETRY_DELAYS[0].total_seconds())
    assert [due(toy), due(toy), due(toy)] == [2, 3, None]
    toy.clock.advance(seconds=60)
    assert due(toy) == 1


def test_an_attempt_is_counted_before_it_is_made(toys: Toys) -> None:
    toy = toys(CREDITS)
    keep(toy, aside(1))

    due(toy)

    assert toy.aside()[UUID(int=1)].attempts == 1


def test_the_last_attempt_that_never_came_back_parks_the_event(toys: Toys) -> None:
    toy = toys(CREDITS)
    keep(toy, aside(1))

    for _ in range(ATTEMPTS_MAX):
        assert due(toy) == 1
        toy.clock.advance(seconds=60)
    assert due(toy) == 1

    row = toy.aside()[UUID(int=1)]
    assert (row.attempts, row.next_at, row.parked_at) == (ATTEMPTS_MAX, None, toy.clock())
    assert due(toy) is None


def test_an_attempt_cut_short_does_not_count(toys: Toys) -> None:
    toy = toys(CREDITS)
    keep(toy, aside(1))

    due(toy)
    with toy.transaction() as session:
        inbox.give_back(session, UUID(int=1), attempts=0)

    assert toy.aside()[UUID(int=1)].attempts == 0


def test_only_one_takes_what_waits(toys: Toys) -> None:
    toy = toys(CREDITS)
    keep(toy, aside(1))

    with toy.transaction() as session:
        taken = [inbox.take_waiting(session, UUID(int=1)) for _ in range(2)]

    assert taken == [True, False]


def test_a_failure_of_what_another_worker_has_handled_means_nothing(toys: Toys) -> None:
    toy = toys(CREDITS)

    with toy.transaction() as session:
        assert inbox.note_failure(session, UUID(int=1), reason="late", now=NOW) is False


def test_parked_events_get_their_attempts_back(toys: Toys) -> None:
    toy = toys(CREDITS)
    with toy.transaction() as session:
        inbox.park(session, [aside(1, attempts=5), aside(2, attempts=5), aside(3)], now=NOW)

    with toy.transaction() as session:
        assert inbox.retry(session, [UUID(int=1), UUID(int=9)], now=NOW) == 1
        assert [row.event_id.int for row in inbox.parked(session)] == [2, 3]
        assert inbox.retry(session, None, now=NOW) == 2

    assert {row.attempts for row in toy.aside().values()} == {0}
    assert {due(toy), due(toy), due(toy)} == {1, 2, 3}


@pytest.mark.parametrize("reason", ["a\0b", "half \ud800 of a character", "长" * REASON_MAX * 2])
def test_any_reason_can_be_kept(toys: Toys, reason: str) -> None:
    toy = toys(CREDITS)

    with toy.transaction() as session:
        inbox.park(session, [replace(aside(1, reason=reason), routing_key=reason)], now=NOW)

    assert toy.aside()[UUID(int=1)].reason


def test_the_same_unreadable_bytes_are_parked_once(toys: Toys) -> None:
    toy = toys(CREDITS)
    message = replace(aside(1), event_id=inbox.id_of_unreadable(b"junk"))

    for _ in range(2):
        with toy.transaction() as session:
            inbox.park(session, [message], now=NOW)

    assert len(toy.aside()) == 1
    assert inbox.id_of_unreadable(b"junk") != inbox.id_of_unreadable(b"junk2")


# --- gaps ------------------------------------------------------------------------------------------------


def receive(toy: Toy, numbers: Sequence[int]) -> None:
    with toy.transaction() as session:
        inbox.note_stream(session, producer="activities", incarnation=INCARNATION)
        inbox.claim(session, [envelope(attendance(), seq=number) for number in numbers], now=NOW)


def hear_head(toy: Toy, head: int) -> None:
    with toy.transaction() as session:
        inbox.note_head(session, producer="activities", incarnation=INCARNATION, head=head)


def sweep(toy: Toy, *, said_at: datetime | None = None) -> list[tuple[int, int]]:
    """With `said_at`, that is when the last head was said of which was heard, of every stream."""
    heads = {(row.producer, row.incarnation): said_at for row in toy.rows(stream_positions) if said_at}
    with toy.transaction() as session:
        gaps = inbox.sweep(session, now=toy.clock(), heads_said=heads)
    return [(gap.first, gap.last) for gap in gaps]


def sweep_patiently(toy: Toy) -> list[tuple[int, int]]:
    """Twice, with the patience and a head between."""
    assert sweep(toy) == []
    toy.clock.advance(seconds=GAP_PATIENCE.total_seconds())
    return sweep(toy, said_at=toy.clock())


@pytest.mark.parametrize(
    ("received", "head", "gaps", "contiguous"),
    [
        ([], 3, [(1, 3)], 0),
        ([1, 2, 3], 3, [], 3),
        ([1, 2, 3], 2, [], 3),
        ([1, 2, 4], 4, [(3, 3)], 2),
        ([2, 3], 3, [(1, 1)], 0),
        ([1, 5, 9], 9, [(2, 4), (6, 8)], 1),
        ([1, 2], 7, [(3, 7)], 2),
        ([3], 9, [(1, 2), (4, 9)], 0),
    ],
)
def test_every_run_of_missing_numbers_is_a_gap(
    toys: Toys, received: list[int], head: int, gaps: list[tuple[int, int]], contiguous: int
) -> None:
    toy = toys(CREDITS)
    receive(toy, received)
    hear_head(toy, head)

    assert sweep_patiently(toy) == gaps

    (position,) = toy.rows(stream_positions)
    assert (position.contiguous, position.head) == (contiguous, max(head, *received, 0))


def test_a_gap_that_closes_by_itself_is_not_asked_for(toys: Toys) -> None:
    toy = toys(CREDITS)
    receive(toy, [1, 3])
    assert sweep(toy) == []

    receive(toy, [2])
    toy.clock.advance(seconds=GAP_PATIENCE.total_seconds())

    assert sweep(toy) == []
    assert toy.rows(stream_positions)[0].behind_since is None


def test_a_stream_that_moves_is_given_time(toys: Toys) -> None:
    toy = toys(CREDITS)
    hear_head(toy, 9)
    sweep(toy)

    receive(toy, [1, 2])
    toy.clock.advance(seconds=GAP_PATIENCE.total_seconds())

    assert sweep(toy, said_at=toy.clock()) == []
    toy.clock.advance(seconds=GAP_PATIENCE.total_seconds())
    assert sweep(toy, said_at=toy.clock()) == [(3, 9)]


def test_what_may_still_be_in_the_queue_is_not_asked_for_again(toys: Toys) -> None:
    toy = toys(CREDITS)
    hear_head(toy, 9)
    assert sweep_patiently(toy) == [(1, 9)]
    asked_at = toy.clock()

    for _ in range(SILENCES_MAX - 1):
        toy.clock.advance(seconds=GAP_PATIENCE.total_seconds())
        assert sweep(toy, said_at=asked_at) == []

    assert sweep(toy, said_at=toy.clock()) == [(1, 9)]


def test_a_producer_without_a_word_is_asked_late(toys: Toys) -> None:
    toy = toys(CREDITS)
    receive(toy, [2])

    sweeps = []
    for _ in range(SILENCES_MAX + 1):
        sweeps.append(sweep(toy))
        toy.clock.advance(seconds=GAP_PATIENCE.total_seconds())

    assert sweeps == [*[[]] * SILENCES_MAX, [(1, 1)]]


def test_a_gap_is_asked_for_again_after_another_rest(toys: Toys) -> None:
    toy = toys(CREDITS)
    hear_head(toy, 1)

    assert sweep_patiently(toy) == [(1, 1)]
    assert sweep_patiently(toy) == [(1, 1)]


def test_an_older_head_takes_nothing_back(toys: Toys) -> None:
    toy = toys(CREDITS)
    hear_head(toy, 5)

    hear_head(toy, 3)

    assert toy.rows(stream_positions)[0].head == 5


def test_a_restored_producer_is_another_stream(toys: Toys) -> None:
    toy = toys(CREDITS)
    receive(toy, [1, 2])
    with toy.transaction() as session:
        inbox.note_head(session, producer="activities", incarnation=UUID(int=2), head=1)

    assert sweep_patiently(toy) == [(1, 1)]
