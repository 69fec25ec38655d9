"""The table of texts that a workbook keeps apart from its sheets."""

from shared.sheets.cells import unescaped
from shared.sheets.faults import TOO_LARGE, FileRefused
from shared.sheets.guard import Parts
from shared.sheets.limits import CELL_CHARACTERS_MAX, SHARED_STRINGS_MAX, STRINGS_CHARACTERS_MAX
from shared.sheets.xml import Attributes, feed, local, new_parser


class _Strings:
    """Gathers `<si>` by `<si>`; the reading aids of phonetic runs are left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.characters = 0
        self._pieces: list[str] = []
        self._takes = False
        self._aside = False

    def start(self, name: str, _: Attributes) -> None:
        name = local(name)
        if name == "si":
            self._pieces.clear()
        elif name == "rPh":
            self._aside = True
        elif name == "t":
            self._takes = not self._aside

    def text(self, piece: str) -> None:
        if self._takes:
            self._pieces.append(piece)

    def end(self, name: str) -> None:
        name = local(name)
        if name == "t":
            self._takes = False
        elif name == "rPh":
            self._aside = False
        elif name == "si":
            whole = unescaped("".join(self._pieces)[: CELL_CHARACTERS_MAX + 1])
            self.characters += len(whole)
            self.found.append(whole)

    def check(self) -> None:
        """Refuse a table that would fill the memory."""
        if len(self.found) > SHARED_STRINGS_MAX or self.characters > STRINGS_CHARACTERS_MAX:
            raise FileRefused(
                TOO_LARGE, "too_many_texts", "工作簿里的文字太多，请只留要导入的工作表，分几个文件上传"
            )


def shared_strings(parts: Parts, name: str) -> list[str]:
    """The texts in order; none where the workbook has no such table."""
    if name not in parts.names:
        return []
    strings = _Strings()
    parser = new_parser()
    parser.StartElementHandler = strings.start
    parser.CharacterDataHandler = strings.text
    parser.EndElementHandler = strings.end
    for _ in feed(parser, parts.chunks(name)):
        strings.check()
    return strings.found
