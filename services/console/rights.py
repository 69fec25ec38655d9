"""What a visitor may do, as the services themselves tell it: the pages offer that and nothing else."""

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from shared.client import Client, Problem

SECONDS = 1.5
"""How long a page waits for it; without an answer it offers what everybody may do."""
KNOWN_MAX = 5_000
"""So many answers are remembered. What a token allows stays the same for as long as it counts."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What each service answered for each token that is in use."""

    _known: OrderedDict[tuple[str, str], frozenset[str]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, service: str, client: Client, *, spared: AbstractContextManager[None]) -> frozenset[str]:
        """What the person of this client may do in a service, asked once a token; nothing without an answer.

        `spared` is a Problem at once where the service has kept somebody waiting just now.
        """
        asked = (service, client.token or "")
        with self._lock:
            known = self._known.get(asked)
        if known is not None:
            return known
        try:
            with spared:
                answer: Mapping[str, Any] = client.within(SECONDS).get(f"/api/{service}/v1/me/acts")
        except Problem:
            return frozenset()
        told = frozenset(answer["may"])
        with self._lock:
            self._known[asked] = told
            while len(self._known) > KNOWN_MAX:
                self._known.popitem(last=False)
        return told
