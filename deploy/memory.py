"""How Python's collector goes about a process that has loaded everything and then works for months."""

import gc

YOUNG, YOUNG_ROUNDS, MIDDLE_ROUNDS = 10_000, 20, 50
"""A batch makes tens of thousands of objects that go by themselves; what refers to itself can wait."""


def settle() -> None:
    """Take what is loaded out of the collector's rounds, and let these come less often.

    A whole round over the quarter of a million objects of a service took 0.13 s, and came several times
    in each ten thousand attendees: a third of the time. Call it when everything is loaded, and again when
    more was.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, YOUNG_ROUNDS, MIDDLE_ROUNDS)
