"""What is kept of a person: all of it for herself to see, and a pseudonym in it once she is erased."""

from shared.personal.erasure import forget, note_erasure
from shared.personal.holdings import Holding, holdings

__all__ = ["Holding", "forget", "holdings", "note_erasure"]
