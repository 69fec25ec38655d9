"""What kind of file somebody sent, and whether it may be opened at all: decided before any parser sees it."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from enum import StrEnum

from shared.sheets.faults import BROKEN, NOT_OURS, TOO_LARGE, UNUSABLE, FileRefused
from shared.sheets.file_names import extension
from shared.sheets.limits import (
    FILE_BYTES_MAX,
    INFLATED_BYTES_MAX,
    INFLATION_FREE_BYTES,
    INFLATION_MAX,
    MEBIBYTE,
    MEMBERS_MAX,
)

WORKS = "请用 WPS 或 Excel 打开，另存为“.xlsx”（或 .csv）后再上传"

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
END_OF_DIRECTORY = b"PK\x05\x06"
DIRECTORY_BYTES_EACH_MAX = 512
CHUNK_BYTES = 64 * 1024
PROLOG_BYTES = 4 * 1024
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)
"""What Python's zip reader raises over bytes that were cut off, bent or packed in another way."""
TEXT_EXTENSIONS = {"csv", "txt", "tsv"}

# What an old Office container holds, by a name in its directory, and what is said of it.
IN_OLE = (
    ("EncryptedPackage", UNUSABLE, "file_encrypted", "文件有打开密码，请去掉密码、另存后再上传"),
    (
        "WordDocument",
        NOT_OURS,
        "file_is_doc",
        "这是旧版 Word 或 WPS 文字文件（.doc/.wps），名册要用表格：" + WORKS,
    ),
    ("Workbook", NOT_OURS, "file_is_xls", "这是旧版 Excel 文件（.xls/.et），只改扩展名没有用：" + WORKS),
    ("Book", NOT_OURS, "file_is_xls", "这是旧版 Excel 文件（.xls/.et），只改扩展名没有用：" + WORKS),
)
# What else begins like this, and what is said of it.
BEGINNINGS: Sequence[tuple[tuple[bytes, ...], str, str]] = (
    ((b"%PDF",), "file_is_pdf", "这是 PDF 文件，无法读取其中的表格：请上传原来的 .xlsx 或 .csv 文件"),
    (
        (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08"),
        "file_is_xls",
        "这是旧版 Excel 文件（.xls）：" + WORKS,
    ),
    (
        (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh"),
        "file_is_archive",
        "这是压缩包：请解压后，把里面的 .xlsx 或 .csv 文件逐个上传",
    ),
    ((b"MZ", b"\x7fELF", b"#!"), "file_is_program", "这是程序，不是表格，没有读取"),
    ((b"{\\rtf",), "file_is_doc", "这是 RTF 文档，名册要用表格：" + WORKS),
    (
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM"),
        "file_is_picture",
        "这是图片，无法读取其中的表格：请上传 .xlsx 或 .csv 文件",
    ),
)
MARKUP = ((b"<html", b"<!doctype html", b"<table", b"<meta"), (b"<?xml", b"<workbook"))


class FileKind(StrEnum):
    """What is read."""

    WORKBOOK = "workbook"
    DELIMITED = "delimited"


def kind_of(data: bytes, file_name: str) -> FileKind:
    """What the bytes are, whatever the name says; refused with advice if they are nothing of ours."""
    _check_length(data)
    _refuse_others(data)
    named = extension(file_name)
    if data.startswith(ZIP):
        if named in TEXT_EXTENSIONS:
            raise FileRefused(
                NOT_OURS,
                "extension_wrong",
                "扩展名是“.{named}”，内容却是 Excel 工作簿：请把扩展名改为 .xlsx 再上传",
                named=named,
            )
        return FileKind.WORKBOOK
    if named not in TEXT_EXTENSIONS:
        raise FileRefused(
            NOT_OURS,
            "extension_wrong",
            "内容不是 Excel 工作簿，扩展名却是“.{named}”：能上传的是 .xlsx 和 .csv，请另存后再上传",
            named=named,
        )
    return FileKind.DELIMITED


def _check_length(data: bytes) -> None:
    if not data:
        raise FileRefused(UNUSABLE, "file_empty", "文件是空的（0 字节），请重新导出后再上传")
    if len(data) > FILE_BYTES_MAX:
        limit = FILE_BYTES_MAX // MEBIBYTE
        raise FileRefused(TOO_LARGE, "file_too_large", "文件超过{limit} MB，请分成几个文件上传", limit=limit)


def _refuse_others(data: bytes) -> None:
    if data.startswith(OLE):
        for name, status, code, text in IN_OLE:
            if name.encode("utf-16-le") in data:
                raise FileRefused(status, code, text)
        raise FileRefused(NOT_OURS, "file_is_ole", "不认识这种旧版 Office 文件：" + WORKS)
    for beginnings, code, text in BEGINNINGS:
        if data.startswith(beginnings):
            raise FileRefused(NOT_OURS, code, text)
    beginning = data[:PROLOG_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if any(beginning.startswith(markup) for markup in MARKUP):
        raise FileRefused(NOT_OURS, "file_is_markup", "这是网页或 XML，不是真正的 Excel 文件：" + WORKS)


class Parts:
    """The parts of a checked zip, each read in chunks; what comes out is counted over all of them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._bytes_left = INFLATED_BYTES_MAX
        self.names = frozenset(archive.namelist())

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part, inflated piece by piece."""
        try:
            with self._archive.open(name) as part:
                while chunk := part.read(CHUNK_BYTES):
                    self._bytes_left -= len(chunk)
                    if self._bytes_left < 0:
                        raise _bomb()
                    yield chunk
        except UNREADABLE as error:
            raise _broken() from error

    def whole(self, name: str) -> bytes:
        """A part in one piece, no larger than a file may be."""
        found = bytearray()
        for chunk in self.chunks(name):
            found += chunk
            if len(found) > FILE_BYTES_MAX:
                raise _bomb()
        return bytes(found)

    def first_bytes(self, name: str) -> bytes:
        """How a part begins."""
        return next(self.chunks(name), b"")[:PROLOG_BYTES]


def open_zip(data: bytes) -> Parts:
    """The parts of a zip that is none of the known traps; refused otherwise."""
    _check_length(data)
    _check_directory(data)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except UNREADABLE as error:
        raise _broken() from error
    members = archive.infolist()
    if len(members) > MEMBERS_MAX:
        raise _bomb()
    _check_names(members)
    _check_sizes(members, file_bytes=len(data))
    return Parts(archive)


def _check_directory(data: bytes) -> None:
    """Refuse a directory of very many members before it is read into memory."""
    at = data.rfind(END_OF_DIRECTORY, max(0, len(data) - 66_000))
    if at < 0 or at + 22 > len(data):
        raise _broken()
    members, directory_bytes = struct.unpack_from("<HI", data, at + 10)
    if members > MEMBERS_MAX or directory_bytes > MEMBERS_MAX * DIRECTORY_BYTES_EACH_MAX:
        raise _bomb()


def _check_names(members: Sequence[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for member in members:
        name = member.orig_filename
        parts = name.replace("\\", "/").split("/")
        stray = name.startswith(("/", "\\")) or ".." in parts or ":" in name or "\0" in name
        link = stat.S_ISLNK(member.external_attr >> 16)
        if stray or link or name.casefold() in seen:
            raise FileRefused(
                UNUSABLE, "archive_unsafe", "文件内部的结构不正常，没有读取：请重新另存为 .xlsx 后再上传"
            )
        if member.flag_bits & 1:
            raise FileRefused(UNUSABLE, "file_encrypted", "文件有打开密码，请去掉密码、另存后再上传")
        seen.add(name.casefold())


def _check_sizes(members: Sequence[zipfile.ZipInfo], *, file_bytes: int) -> None:
    """What the directory declares; that it tells the truth is seen when the parts are read."""
    if sum(member.file_size for member in members) > INFLATED_BYTES_MAX:
        raise _bomb()
    if sum(member.compress_size for member in members) > file_bytes:
        raise _broken()  # a piece is missing, or members lie over each other
    for member in members:
        if member.file_size > max(INFLATION_FREE_BYTES, INFLATION_MAX * member.compress_size):
            raise _bomb()


def open_workbook(data: bytes) -> Parts:
    """The parts of a workbook without macros, embedded files or document types."""
    parts = open_zip(data)
    if "[Content_Types].xml" not in parts.names:
        raise FileRefused(
            NOT_OURS, "file_is_archive", "这是压缩包：请解压后，把里面的 .xlsx 或 .csv 文件逐个上传"
        )
    for name in sorted(parts.names):
        _check_part(name, parts.first_bytes(name))
    return parts


def _check_part(name: str, beginning: bytes) -> None:
    if name.casefold().endswith("vbaproject.bin"):
        raise FileRefused(
            NOT_OURS, "file_has_macros", "工作簿带有宏（.xlsm），没有读取：请另存为不带宏的 .xlsx 后再上传"
        )
    if name.casefold().endswith("word/document.xml"):
        raise FileRefused(NOT_OURS, "file_is_docx", "这是 Word 文档，名册要用表格：" + WORKS)
    if beginning.startswith((*ZIP, OLE)):
        raise FileRefused(TOO_LARGE, "archive_nested", "文件里还嵌有别的文件，请删除后另存为 .xlsx 再上传")
    if b"<!doctype" in beginning.replace(b"\0", b"").lower():
        raise document_type_refused()


def document_type_refused() -> FileRefused:
    """No part of a workbook has a document type: it is there to blow up or to reach out."""
    return FileRefused(
        UNUSABLE, "document_type_found", "文件内部的结构不正常，没有读取：请重新另存为 .xlsx 后再上传"
    )


def _bomb() -> FileRefused:
    return FileRefused(
        TOO_LARGE, "archive_too_large", "文件展开后太大，没有读取：请删除多余的工作表、空行和格式后另存再上传"
    )


def _broken() -> FileRefused:
    return FileRefused(
        BROKEN, "file_broken", "文件不完整或已损坏，可能是上传中断：请重新上传，仍不行就重新另存"
    )
