"""XML of a workbook's parts, element by element: no document types, no namespaces, nothing kept."""

from collections.abc import Callable, Iterator
from typing import NamedTuple
from xml.parsers import expat

from shared.sheets.faults import BROKEN, TOO_LARGE, FileRefused
from shared.sheets.guard import Parts, document_type_refused
from shared.sheets.limits import PARSED_BYTES_MAX, TOKEN_BYTES_MAX

Attributes = dict[str, str]


def new_parser() -> expat.XMLParserType:
    """A parser that ends at a document type, and gathers text before it hands it over."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    return parser


def _refuse_document_type(*_: object) -> None:
    raise document_type_refused()


def feed(parser: expat.XMLParserType, chunks: Iterator[bytes]) -> Iterator[None]:
    """Parse chunk by chunk; after each, the caller may look at what its handlers have gathered."""
    fed = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)  # noqa: FBT003  expat knows no names: whether it is the last
            fed += len(chunk)
            if fed > PARSED_BYTES_MAX or fed - parser.CurrentByteIndex > TOKEN_BYTES_MAX:
                raise FileRefused(
                    TOO_LARGE,
                    "archive_too_large",
                    "文件展开后太大，没有读取：请删除多余的工作表、空行和格式后另存再上传",
                )
            yield
        parser.Parse(b"", True)  # noqa: FBT003  the same
    except expat.ExpatError as error:
        raise FileRefused(
            BROKEN, "file_broken", "文件内部已损坏，没有读取：请用 WPS 或 Excel 打开，重新另存后再上传"
        ) from error
    yield


def local(name: str) -> str:
    """An element's name without its prefix: some write x:row."""
    return name.rpartition(":")[2]


class Element(NamedTuple):
    """An element as it begins."""

    name: str
    attributes: Attributes


def elements(parts: Parts, name: str) -> Iterator[Element]:
    """Every element of a small part, in order; of none that is not there."""
    if name not in parts.names:
        return
    found: list[Element] = []
    parser = new_parser()
    parser.StartElementHandler = _appending_to(found)
    for _ in feed(parser, parts.chunks(name)):
        yield from found
        found.clear()


def _appending_to(found: list[Element]) -> Callable[[str, Attributes], None]:
    def start(name: str, attributes: Attributes) -> None:
        found.append(Element(local(name), {local(key): value for key, value in attributes.items()}))

    return start
