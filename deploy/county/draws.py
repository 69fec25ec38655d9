"""Chance from names: each draw is a hash of the seed and its own key, so no draw depends on another."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

DEFAULT_SEED = "yanxun-county-1"
WHOLE = 2**64

Item = TypeVar("Item")


class Draws:
    """The draws of one seed."""

    def __init__(self, seed: str) -> None:
        self._begun = hashlib.sha256(seed.encode())

    def u(self, *keys: object) -> float:
        """A number from 0 up to 1: the first 8 bytes of SHA-256 of `seed|key1|key2|...`."""
        hashed = self._begun.copy()
        hashed.update("".join(f"|{key}" for key in keys).encode())
        return int.from_bytes(hashed.digest()[:8], "big") / WHOLE

    def below(self, count: int, *keys: object) -> int:
        """A whole number from 0 up to count."""
        return min(count - 1, int(self.u(*keys) * count))

    def pick(self, table: Mapping[Item, float], *keys: object) -> Item:
        """One entry of a table of shares, walked in its order."""
        left = self.u(*keys) * sum(table.values())
        for item, share in table.items():
            left -= share
            if left < 0:
                return item
        return item

    def ordered(self, items: Iterable[Item], key: str, name: Callable[[Item], object] = str) -> list[Item]:
        """The items in the order of their draws."""
        return sorted(items, key=lambda item: (self.u(key, name(item)), str(name(item))))


def largest_remainder(total: int, weights: Sequence[float]) -> list[int]:
    """The total dealt out by weight in whole numbers; of equal remainders the earlier is served first."""
    whole = sum(weights)
    shares = [total * weight / whole for weight in weights]
    dealt = [int(share) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda place: (dealt[place] - shares[place], place))
    for place in by_remainder[: total - sum(dealt)]:
        dealt[place] += 1
    return dealt
