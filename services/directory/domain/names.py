"""Names: what makes two of them look alike."""

import unicodedata


def name_key(name: str) -> str:
    """What two names share that a reader would take for one: width, case and spaces make no difference."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def username_key(username: str) -> str:
    """A username as it is kept and looked up."""
    return unicodedata.normalize("NFKC", username).strip().casefold()
