"""The binary inside an .xls: its stream, its records, its strings. BIFF8 (Excel 97 to 2003, WPS) only.

Read here and not by xlrd: that keeps neither formulas nor sheet protection, and takes a table of strings or a far-off
cell at its word, whatever time and memory that needs. The tests hold both readers against each other.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tianbao.workbook.package import NotAWorkbook
from tianbao.workbook.xls.ole import Container, Damaged

BOF, EOF, CONTINUE, FILEPASS = 0x0809, 0x000A, 0x003C, 0x002F
MAX_RECORDS = 2_000_000
"""Of all sheets together."""

_BIFF8, _OLD_BOFS = 0x0600, (0x0009, 0x0209, 0x0409)
_GLOBALS, _WORKSHEET = 0x0005, 0x0010
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_INSTEAD = {"encryptedpackage": "FILE-ENCRYPTED", "worddocument": "FILE-WORD"}
"""Streams of containers that hold something else."""
_WIDE, _PHONETIC, _RICH = 1, 4, 8


def workbook_stream(data: bytes) -> bytes:
    """The stream with the workbook. Raises NotAWorkbook, also for what else comes in such containers."""
    try:
        container = Container(data)
        for name, problem in _INSTEAD.items():
            if name in container.names:
                raise NotAWorkbook(problem)
        stream = container.stream("Workbook")
    except (Damaged, struct.error) as error:
        if _ENCRYPTED in data:
            raise NotAWorkbook("FILE-ENCRYPTED") from error
        raise NotAWorkbook("FILE-DAMAGED", part="OLE") from error
    if stream is None:
        raise NotAWorkbook("FILE-OLD-EXCEL" if "book" in container.names else "FILE-NOT-WORKBOOK")
    return stream


@dataclass(frozen=True, slots=True)
class Record:
    """One record; `more` are the CONTINUE records behind it."""

    code: int
    data: bytes
    more: tuple[bytes, ...] = ()

    @property
    def whole(self) -> bytes:
        """The data with all that continues it."""
        return b"".join((self.data, *self.more))


class Stream:
    """The workbook stream, read one substream at a time; counts what it has given."""

    def __init__(self, data: bytes) -> None:
        self._data, self._given = data, 0

    def globals(self) -> Iterator[Record]:
        """The records before the first sheet."""
        return self._substream(0, _GLOBALS)

    def sheet(self, position: int) -> Iterator[Record]:
        """The records of the worksheet that begins there, without those of charts in it."""
        return self._substream(position, _WORKSHEET)

    def _substream(self, position: int, kind: int) -> Iterator[Record]:
        code, data, position = self._at(position)
        if code in _OLD_BOFS or (code == BOF and len(data) >= 4 and data[:2] != struct.pack("<H", _BIFF8)):
            raise NotAWorkbook("FILE-OLD-EXCEL")
        if code != BOF or len(data) < 4 or struct.unpack_from("<H", data, 2)[0] != kind:
            raise Damaged("BOF")
        depth = 1
        while True:
            code, data, position = self._at(position)
            if code == FILEPASS:
                raise NotAWorkbook("FILE-ENCRYPTED")
            depth += (code == BOF) - (code == EOF)
            if not depth:
                return
            more = []
            while self._code(position) == CONTINUE:
                _, piece, position = self._at(position)
                more.append(piece)
            if depth == 1:
                yield Record(code, data, tuple(more))

    def _code(self, position: int) -> int:
        return int.from_bytes(self._data[position : position + 2], "little") if position + 4 <= len(self._data) else -1

    def _at(self, position: int) -> tuple[int, bytes, int]:
        self._given += 1
        if self._given > MAX_RECORDS:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_RECORDS))
        if not 0 <= position <= len(self._data) - 4:
            raise Damaged("record")
        code, length = struct.unpack_from("<HH", self._data, position)
        end = position + 4 + length
        if end > len(self._data):
            raise Damaged("record")
        return code, self._data[position + 4 : end], end


class Strings:
    """Strings one after the other in a record and its continuations; always moves forward."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks, self._chunk, self._at = chunks, 0, 0

    @property
    def passed(self) -> int:
        """How far the reading is in the current chunk."""
        return self._at

    def take(self, count: int) -> bytes:
        """Bytes that may run on in the next chunk."""
        out = b""
        while len(out) < count:
            piece = self._chunks[self._chunk][self._at : self._at + count - len(out)]
            out, self._at = out + piece, self._at + len(piece)
            if len(out) < count:
                self._next()
        return out

    def number(self, size: int) -> int:
        """An unsigned number of so many bytes."""
        return int.from_bytes(self.take(size), "little")

    def string(self, size: int, length: int | None = None) -> str:
        """A string whose length is told in `size` bytes, or before. Formatting and phonetic hints are passed over."""
        count = self.number(size) if length is None else length
        flags = self.number(1)
        runs = self.number(2) if flags & _RICH else 0
        hints = self.number(4) if flags & _PHONETIC else 0
        text = b""
        while True:
            wide = flags & _WIDE
            piece = self._piece(2 * count if wide else count)
            count -= len(piece) // 2 if wide else len(piece)
            text += piece if wide else piece.decode("latin-1").encode("utf-16-le")
            if not count:
                break
            # a string that is cut says anew how wide it goes on
            self._next()
            flags = self.number(1)
        self._pass(4 * runs + hints)
        return line_ends(text.decode("utf-16-le", "replace"))

    def _piece(self, count: int) -> bytes:
        piece = self._chunks[self._chunk][self._at : self._at + count]
        self._at += len(piece)
        return piece

    def _pass(self, count: int) -> None:
        while count:
            here = min(count, len(self._chunks[self._chunk]) - self._at)
            self._at, count = self._at + here, count - here
            if count:
                self._next()

    def _next(self) -> None:
        self._chunk, self._at = self._chunk + 1, 0
        if self._chunk >= len(self._chunks):
            raise Damaged("string")


def line_ends(text: str) -> str:
    """All line ends as \\n."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
