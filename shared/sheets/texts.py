"""Text as people type it, made comparable: width, composition, spaces, and names of people."""

import re
import unicodedata
from functools import cache

HAN = "\u3007\u4dae\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
HAS_HAN = re.compile(f"[{HAN}]")
BLANKS = re.compile(r"\s+")
DOTS = re.compile(f"(?<=[{HAN}])\\s*[·•‧∙⋅・･\uff0e.˙᛫]\\s*(?=[{HAN}])")
MIDDLE_DOT = "·"
SEVERAL = re.compile(r"[、，,;；\n]")
DANGEROUS = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""How a cell begins that a spreadsheet may take for a formula."""


def cleaned(text: str) -> str:
    """Composed, on one line, without blanks around it or characters nobody sees."""
    if text.isascii() and text.isprintable():
        return text.strip()
    composed = unicodedata.normalize("NFC", text)
    if not composed.isprintable():
        composed = "".join(map(_visible, composed))
    return BLANKS.sub(" ", composed).strip()


@cache
def _visible(character: str) -> str:
    """The character itself, a blank for one that parts lines, nothing for one that cannot be seen."""
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in {"Cc", "Cf"} else character


def person_name(text: str) -> str:
    """A name as the register has it: 王 雪 is 王雪, any dot between its parts is the one for names."""
    name = cleaned(text)
    if not HAS_HAN.search(name):
        return name
    return DOTS.sub(MIDDLE_DOT, name).replace(" ", "")


def narrow(text: str) -> str:
    """Full-width letters and digits as ordinary ones."""
    return cleaned(text if text.isascii() else unicodedata.normalize("NFKC", text))


def compared(text: str) -> str:
    """What a heading or an answer is compared by: width, case and blanks make no difference."""
    return narrow(text).replace(" ", "").casefold()


def several(text: str) -> list[str]:
    """The parts of a cell that holds more than one."""
    return [part for part in (cleaned(piece) for piece in SEVERAL.split(text)) if part]


def neutralised(text: str) -> str:
    """A text for a CSV cell that no spreadsheet takes for a formula; `restored` gives it back."""
    return f"'{text}" if DANGEROUS.match(text) else text


def restored(text: str) -> str:
    """The text before `neutralised`."""
    return text[1:] if text.startswith("'") and DANGEROUS.match(text) else text
