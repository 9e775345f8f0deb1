"""What bytes are: by how they begin, and by the suffix only where they do not say."""

import re
import struct
from typing import Literal

from tianbao.intake import ole

Kind = Literal[
    "workbook",
    "old-excel",
    "ods",
    "encrypted",
    "json",
    "word",
    "zip",
    "tar",
    "compressed",
    "7z",
    "rar",
    "other-archive",
    "mail",
    "mbox",
    "tnef",
    "msg",
    "picture",
    "pdf",
    "empty",
    "other",
]
CONTAINERS: frozenset[Kind] = frozenset(
    {"zip", "tar", "compressed", "7z", "rar", "other-archive", "mail", "mbox", "tnef", "msg"}
)
_BY_SUFFIX: dict[str, Kind] = {
    **dict.fromkeys(("xlsx", "xlsm", "xltx", "xltm", "xlsb", "xls", "xlt", "et", "ett", "ods", "ots"), "workbook"),
    **dict.fromkeys(("docx", "docm", "doc", "dot", "dotx", "wps", "wpt"), "word"),
    "json": "json",
    "zip": "zip",
    **dict.fromkeys(("tar", "tgz", "tbz", "tbz2", "txz"), "tar"),
    **dict.fromkeys(("gz", "bz2", "xz"), "compressed"),
    "7z": "7z",
    "rar": "rar",
    **dict.fromkeys(
        ("cab", "lzh", "lha", "arj", "ace", "zst", "lz4", "z", "zipx", "iso", "alz", "egg"), "other-archive"
    ),
    "eml": "mail",
    **dict.fromkeys(("mbox", "mbx"), "mbox"),
    "msg": "msg",
}
ENTRIES: frozenset[Kind] = frozenset({"workbook", "word", "json"})
"""What a suffix may promise so that the file is an entry whatever is in it."""
_BEGINS: tuple[tuple[bytes, Kind], ...] = (
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x78\x9f\x3e\x22", "tnef"),
    (b"MSCF", "other-archive"),
    (b"\x28\xb5\x2f\xfd", "other-archive"),
    (b"\xff\xd8\xff", "picture"),
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"GIF8", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"\xd7\xcd\xc6\x9a", "picture"),
    (b"{\\rtf", "word"),
    *(
        (begin, "old-excel")
        for begin in (b"\x09\0\4\0", b"\x09\2\6\0", b"\x09\4\6\0", b"\x09\x08\x08\0", b"\x09\x08\x10\0")
    ),
)
_ZIP, _ZIP_DIRECTORY, _ZIP_END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_LONGEST_END = 22 + 65_535
_SIZES = struct.Struct("<I3H")
"""In an entry of the directory: the size, and how long the name and what follows it are."""
_LOOK = 16_384
"""Bytes of a text that are looked at; a mail may begin with kilobytes of stamps of its way."""
_DATA = re.compile(r'\s*(?:\{\s*(?:["}]|$)|\[\s*\{)')
_HEADERS = frozenset(
    b"from to cc subject date message-id mime-version received return-path content-type delivered-to reply-to sender "
    b"dkim-signature content-transfer-encoding x-mailer references in-reply-to x-priority".split()
)
_FIELD = re.compile(rb"([!-9;-~]{1,60}):[^\n]*(?:\n[ \t][^\n]*)*\n")
MBOX_LINE = re.compile(rb"From [^\n]*\d\d:\d\d[^\n]*\r?\n(?=>From |[!-9;-~]+:)")


def suffix_of(name: str) -> str:
    """The suffix in lower case, without the dot; a name that is only a suffix (.xlsx) counts as one."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def promised(name: str) -> Kind | None:
    """What the suffix says; "workbook" for all that are spreadsheets."""
    return _BY_SUFFIX.get(suffix_of(name))


def kind_of(data: bytes, name: str) -> Kind:
    """What it is. Bytes that say nothing, or say a container under the suffix of an entry, are what the suffix says."""
    if data[:4] == _ZIP:
        return _zip_kind(data, name)
    if not data:
        return "empty"
    found = _kind(data, name)
    says = promised(name)
    if says and (found == "other" or (found in CONTAINERS and found != "msg" and says in ENTRIES)):
        return says
    return found


def _kind(data: bytes, name: str) -> Kind:
    if data[:8] == ole.MAGIC:
        return _ole_kind(data, name)
    for begin, kind in _BEGINS:
        if data.startswith(begin):
            return kind
    if data[:4] in (_ZIP_END, b"PK\x07\x08"):
        return "zip"
    if data[:2] == b"\x1f\x8b" or data[:3] == b"BZh" or data[:6] == b"\xfd7zXZ\x00":
        return "tar" if _is_tar(_first_block(data)) else "compressed"
    if _is_tar(data):
        return "tar"
    if _is_picture(data):
        return "picture"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return _text_kind(data)


def _zip_kind(data: bytes, name: str) -> Kind:
    """Office files by names at the top of the directory; of a zip cut off, by the names before its members."""
    end = data.rfind(_ZIP_END, max(0, len(data) - _LONGEST_END))
    length = int.from_bytes(data[end + 12 : end + 16], "little") if end >= 0 else 0
    listed, mark, before = (data[end - length : end], _ZIP_DIRECTORY, 46) if 0 < length <= end else (data, _ZIP, 30)

    def has(part: bytes) -> bool:
        at = listed.find(part)
        while at >= 0:
            if listed[max(0, at - before) : at - before + 4] == mark:
                return True
            at = listed.find(part, at + 1)
        return False

    if has(b"[Content_Types].xml") or has(b"[content_types].xml"):
        if has(b"xl/") or b"workbook" in listed:
            return "workbook"
        if has(b"word/"):
            return "word"
        return "other" if has(b"ppt/") or promised(name) is None else "workbook"
    if has(b"xl/workbook.") or has(b"xl\\workbook."):
        return "workbook"
    if data[30:38] == b"mimetype":
        return _open_document(data[38:120], name)
    if has(b"word/document.xml"):
        return "word"
    if has(b"OFD.xml"):
        return "pdf"
    says = promised(name)
    if says == "workbook":
        return "ods" if suffix_of(name) in ("ods", "ots") else "workbook"
    return "word" if says == "word" else "workbook" if says == "json" else "zip"


def expands_to(data: bytes) -> int:
    """How many bytes the members of a zip have by its directory; at least its own. The directory may lie: what is read
    is bounded again where it is read.
    """
    end = data.rfind(_ZIP_END, max(0, len(data) - _LONGEST_END))
    length = int.from_bytes(data[end + 12 : end + 16], "little") if end >= 0 else 0
    at, total = end - length, 0
    if not 0 < length <= end:
        return len(data)
    while at + 46 <= end and data[at : at + 4] == _ZIP_DIRECTORY:
        size, name, extra, note = _SIZES.unpack_from(data, at + 24)
        total += size
        at += 46 + name + extra + note
    return max(total, len(data))


def _open_document(mime: bytes, name: str) -> Kind:
    if mime.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    if mime.startswith(b"application/vnd.oasis.opendocument.text"):
        return "word"
    return "workbook" if promised(name) in ENTRIES else "other"


def _ole_kind(data: bytes, name: str) -> Kind:
    says = promised(name)
    streams = ole.top(data)
    if streams is None:
        return says if says in ("word", "msg") else "old-excel"
    if "EncryptedPackage" in streams:
        return "encrypted"
    book = streams.get("Workbook") or streams.get("Book") or streams.get("WORKBOOK") or streams.get("BOOK")
    if book is not None:
        return "encrypted" if ole.is_locked_xls(data, book) else "old-excel"
    if "WordDocument" in streams:
        return "word"
    if any(stream.startswith("__properties_version1") for stream in streams):
        return "msg"
    return "old-excel" if says == "workbook" else "word" if says == "word" else "other"


def _first_block(data: bytes) -> bytes:
    import bz2  # noqa: PLC0415  not needed for workbooks
    import lzma  # noqa: PLC0415
    import zlib  # noqa: PLC0415

    try:
        if data[:2] == b"\x1f\x8b":
            return zlib.decompressobj(31).decompress(data[:_LOOK], 512)
        if data[:3] == b"BZh":
            return bz2.BZ2Decompressor().decompress(data, 512)
        return lzma.LZMADecompressor(memlimit=2**27).decompress(data, 512)
    except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError):
        return b""


def _is_tar(data: bytes) -> bool:
    return data[257:262] == b"ustar"


def _is_picture(data: bytes) -> bool:
    return (
        (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or (data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"avif", b"hevc"))
        or (data[:2] == b"BM" and data[6:10] == b"\0\0\0\0" and len(data) > 26)
        or (data[:4] == b"\1\0\0\0" and data[40:44] == b" EMF")
    )


def _text_kind(data: bytes) -> Kind:
    head = data[:_LOOK]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = head.decode("utf-16", "ignore").lstrip("\ufeff")
    else:
        text = head.decode("latin-1").removeprefix("\xef\xbb\xbf")
    if _DATA.match(text):
        return "json"
    if MBOX_LINE.match(data, 0, _LOOK):
        return "mbox"
    fields, at = set[bytes](), 0
    lines = head.replace(b"\r\n", b"\n")
    while field := _FIELD.match(lines, at):
        if not fields and field[1].lower() not in _HEADERS and not field[1].lower().startswith(b"x-"):
            break
        fields.add(field[1].lower())
        at = field.end()
    return "mail" if len(fields & _HEADERS) > 1 else "other"
