"""The zip around an .xlsx: parts by relationship, never by a fixed name; everything has a limit."""

import io
import posixpath
import zipfile
import zlib
from dataclasses import dataclass, field
from xml.parsers import expat

from tianbao.intake.zips import doubt_about

MAX_FILE = 64 * 2**20
MAX_PART = 64 * 2**20
MAX_EXPANDED = 256 * 2**20
MAX_MEMBERS = 5_000

_ZIP, _OLE, _OLE_ENCRYPTED = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "EncryptedPackage".encode("utf-16-le"),
)
_OFFICE = "/officeDocument"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENTRY = b"PK\x01\x02"
"""Begins every entry of a zip's directory."""
_TEXT_BUFFER = 2**20


class NotAWorkbook(ValueError):
    """Bytes that cannot be read as a workbook. `problem` is an id of the catalogue; `facts` its blanks."""

    def __init__(self, problem: str, /, **facts: str) -> None:
        super().__init__(problem)
        self.problem, self.facts = problem, facts


@dataclass(slots=True)
class Package:
    """An opened zip: parts by name without regard to case, what has been expanded so far."""

    archive: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo]
    expanded: int = 0
    targets: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)

    def part(self, name: str) -> bytes:
        """The part's bytes, b"" where it is missing. Raises NotAWorkbook beyond the limits or when damaged."""
        info = self.members.get(_key(name))
        if info is None:
            return b""
        if info.compress_type not in _METHODS:
            # LZMA may ask for gigabytes before the first byte is out; no office program uses it
            raise NotAWorkbook("FILE-DAMAGED", part=name)
        try:
            with self.archive.open(info) as stream:
                data = stream.read(MAX_PART + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
            OverflowError,
        ) as error:
            raise NotAWorkbook("FILE-DAMAGED", part=name) from error
        self.read.add(_key(name))
        self.expanded += len(data)
        if len(data) > MAX_PART or self.expanded > MAX_EXPANDED:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=f"{MAX_PART // 2**20} MiB")
        return data

    def read_rest(self) -> None:
        """Proves size and checksum of every part that nobody has asked for. Raises NotAWorkbook."""
        for name, info in self.members.items():
            if name not in self.read and not info.is_dir():
                self.part(name)

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Relationships of a part: id → (type, target part)."""
        if name not in self.targets:
            folder, base = posixpath.split(name)
            rels = self.part(posixpath.join(folder, "_rels", f"{base}.rels"))
            self.targets[name] = _relations(rels, folder) if rels else {}
        return self.targets[name]

    def sheet_parts(self, book: str) -> list[str]:
        """The worksheet parts in the order of the workbook."""
        related = self.related(book)
        found: list[str] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            if local(name) == "sheet":
                relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
                kind, part = related.get(relation, ("", ""))
                found.extend([part] if kind.endswith("/worksheet") else [])

        parse_xml(self.part(book), start)
        return found

    def target(self, name: str, kind: str) -> str:
        """The part that `name` is related to by a type that ends in `kind`; "" where there is none.

        Raises NotAWorkbook where there are two: programs take the one or the other.
        """
        found = {part for type_, part in self.related(name).values() if type_.endswith(kind)}
        if len(found) > 1:
            raise NotAWorkbook("FILE-DAMAGED", part=f"{name or '_rels'} {kind}")
        return found.pop() if found else ""


def open_package(data: bytes) -> tuple[Package, str]:
    """The package and the name of its workbook part. Raises NotAWorkbook with the reason in the user's terms."""
    package = open_zip(data)
    book = package.target("", _OFFICE)
    if not book or b"workbook" not in package.part(book)[:2048]:
        raise _instead(book)
    return package, book


def open_zip(data: bytes) -> Package:
    """The zip of a workbook of whatever kind, within the limits. Raises NotAWorkbook."""
    if not data:
        raise NotAWorkbook("FILE-EMPTY")
    if len(data) > MAX_FILE:
        raise NotAWorkbook("FILE-TOO-LARGE", limit=f"{MAX_FILE // 2**20} MiB")
    if data[:8] == _OLE:
        raise NotAWorkbook("FILE-ENCRYPTED" if _OLE_ENCRYPTED in data else "FILE-OLD-EXCEL")
    if data[:4] != _ZIP:
        raise NotAWorkbook("FILE-NOT-WORKBOOK")
    if data.count(_ENTRY) > MAX_MEMBERS:
        raise NotAWorkbook("FILE-TOO-LARGE", limit=f"{MAX_MEMBERS}")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError) as error:
        raise NotAWorkbook("FILE-DAMAGED", part="zip") from error
    infos = archive.infolist()
    if doubt := doubt_about(data):
        raise NotAWorkbook("FILE-DAMAGED", part=doubt)
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if members.setdefault(_key(info.filename), info) is not info:
            raise NotAWorkbook("FILE-DAMAGED", part=info.filename)
    return Package(archive, members)


def _instead(main: str) -> NotAWorkbook:
    """What a package is that has no workbook part."""
    if main.startswith("word/"):
        return NotAWorkbook("FILE-WORD")
    if main.endswith("workbook.bin"):
        return NotAWorkbook("FILE-OTHER-FORMAT", format=".xlsb")
    return NotAWorkbook("FILE-NOT-WORKBOOK")


def _key(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/").lstrip("/")).lower()


def _relations(xml: bytes, folder: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            if attributes.get("Id", "") in found:
                raise NotAWorkbook("FILE-DAMAGED", part="rels")
            target = attributes.get("Target", "")
            path = target if target.startswith("/") else posixpath.join(folder, target)
            found[attributes.get("Id", "")] = (
                attributes.get("Type", ""),
                posixpath.normpath(path).lstrip("/"),
            )

    parse_xml(xml, start)
    return found


def local(name: str) -> str:
    """The element's name without a prefix."""
    return name.rsplit(":", 1)[-1]


def parse_xml(xml: bytes, start=None, end=None, text=None, *, spaces: bool = False) -> None:  # type: ignore[no-untyped-def]
    """One pass of expat with the given handlers; a DOCTYPE, and so every entity, is refused. Raises NotAWorkbook.

    With `spaces` names come as "namespace local" instead of as they are prefixed.
    """
    parser = expat.ParserCreate(namespace_separator=" ") if spaces else expat.ParserCreate()
    parser.buffer_size, parser.buffer_text = _TEXT_BUFFER, True

    def refuse(*_: object) -> None:
        raise NotAWorkbook("FILE-DOCTYPE")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, NotAWorkbook):
            raise
        # ValueError and LookupError: an encoding that expat cannot read
        raise NotAWorkbook("FILE-DAMAGED", part="xml") from error
