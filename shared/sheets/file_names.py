"""File names as people send them, made harmless: to be shown, to be kept, to be sent back."""

import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

NAME_CHARACTERS_MAX = 100
UNNAMED = "未命名"
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
"""What Windows takes for a device, whatever follows the dot."""
FORBIDDEN = set('<>:"|?*;%')


def shown_name(name: str) -> str:
    """The last part of a path, without what would mislead a reader, a disk or a header."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/")).rsplit("/", 1)[-1]
    clean = "".join(character for character in last if _is_harmless(character)).strip(" .")
    path = PurePosixPath(clean or UNNAMED)
    stem, suffix = path.stem or UNNAMED, path.suffix[:10]
    if stem.split(".")[0].strip().casefold() in RESERVED:
        stem = f"_{stem}"
    return stem[: NAME_CHARACTERS_MAX - len(suffix)].rstrip() + suffix


def _is_harmless(character: str) -> bool:
    """No control characters, none that turn the direction of writing, none that a system gives a meaning."""
    return unicodedata.category(character)[0] != "C" and character not in FORBIDDEN


def content_disposition(name: str) -> str:
    """The header that lets a browser save under this name, whatever is in it (RFC 6266)."""
    safe = shown_name(name)
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in safe)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


def extension(name: str) -> str:
    """What follows the last dot, in small letters: xlsx."""
    return PurePosixPath(shown_name(name)).suffix[1:].casefold()
