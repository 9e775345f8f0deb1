"""Old formats by hand, byte by byte: what no office program at hand would write."""

import io
import struct
import zipfile
from collections.abc import Sequence

MIME = "application/vnd.oasis.opendocument.spreadsheet"
_SECTOR = 512
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

Entry = tuple[str, int, int, int, int]
"""Of a container's directory: name, kind, left, right, child."""


def ole(streams: dict[str, bytes], entries: Sequence[Entry] = (), *, loop: bool = False) -> bytes:
    """A container with the streams, each in sectors of its own. `entries` are put behind them in the directory; `loop`
    makes the first stream's chain bite its tail."""
    streams = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    sectors: list[bytes] = []
    table: list[int] = []

    def add(data: bytes) -> int:
        first = len(sectors)
        pieces = [data[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(data), _SECTOR)]
        sectors.extend(pieces)
        table.extend([*range(first + 1, first + len(pieces)), _END])
        return first

    starts = {name: add(data) for name, data in streams.items()}
    if loop:
        table[table.index(_END)] = 0
    names = list(streams)
    listed = [_entry("Root Entry", 5, _FREE, _FREE, 1, _END, 0)]
    listed += [
        _entry(name, 2, _FREE, at + 2 if at + 1 < len(names) + len(entries) else _FREE, _FREE, starts[name], len(data))
        for at, (name, data) in enumerate(streams.items())
    ]
    listed += [_entry(*entry, _END, 0) for entry in entries]
    directory = add(b"".join(listed))
    table_sector = len(sectors)
    table.append(_TABLE)
    table += [_FREE] * (-len(table) % (_SECTOR // 4))
    sectors += [
        struct.pack(f"<{_SECTOR // 4}I", *table[at : at + _SECTOR // 4]) for at in range(0, len(table), _SECTOR // 4)
    ]
    numbers = range(table_sector, len(sectors))
    assert len(sectors) <= len(table)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += (
        bytes(10) + struct.pack("<II", len(numbers), directory) + bytes(4) + struct.pack("<5I", 4096, _END, 0, _END, 0)
    )
    header += struct.pack("<109I", *numbers, *[_FREE] * (109 - len(numbers)))
    return header + b"".join(sectors)


def _entry(name: str, kind: int, left: int, right: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le")
    return raw.ljust(64, b"\0") + struct.pack(
        "<HBB3I36xIQ", len(raw) + 2, kind, 1, left, right, child, start, size
    )  # fmt: skip


def record(code: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", code, len(data)) + data


def text(value: str, size: int = 2) -> bytes:
    """A string with its length, in 16-bit characters."""
    return len(value).to_bytes(size, "little") + bare(value)


def bare(value: str) -> bytes:
    """A string whose length is told elsewhere."""
    return b"\1" + value.encode("utf-16-le")


def bof(kind: int, version: int = 0x0600) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", version, kind, 0, 0, 0, 0))


EOF = record(0x000A)


def biff(sheets: dict[str, bytes], books: bytes = b"", *, hidden: Sequence[str] = (), version: int = 0x0600) -> bytes:
    """A workbook stream; `books` are records before the sheets, `sheets` the records of each."""

    def start(positions: Sequence[int]) -> bytes:
        listed = b"".join(
            record(0x0085, struct.pack("<IBB", position, name in hidden, 0) + text(name, 1))
            for name, position in zip(sheets, positions, strict=True)
        )
        return bof(5, version) + listed + books + EOF

    at = len(start([0] * len(sheets)))
    parts, positions = [], []
    for records in sheets.values():
        part = bof(0x10) + records + EOF
        positions.append(at)
        parts.append(part)
        at += len(part)
    return start(positions) + b"".join(parts)


def xls(sheets: dict[str, bytes], books: bytes = b"", *, hidden: Sequence[str] = ()) -> bytes:
    """The whole file."""
    return ole({"Workbook": biff(sheets, books, hidden=hidden)})


def name(written: bytes, tokens: bytes, *, flags: int = 0, sheet: int = 0) -> bytes:
    """A defined name; `written` is `bare`."""
    length = len(written) // 2 if written[0] else len(written) - 1
    return record(
        0x0018, struct.pack("<HBBHHH4B", flags, 0, length, len(tokens), 0, sheet, 0, 0, 0, 0) + written + tokens
    )


def number(row: int, column: int, value: float, look: int = 0) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, look, value))


def formula(row: int, column: int, tokens: bytes, value: float = 0, extra: bytes = b"") -> bytes:
    head = struct.pack("<HHHdHIH", row, column, 0, value, 0, 0, len(tokens))
    return record(0x0006, head + tokens + extra)


def ods(content: str, styles: str = "", *, mime: str | None = MIME, parts: dict[str, bytes] | None = None) -> bytes:
    """A spreadsheet with that inside its office:spreadsheet, and automatic styles."""
    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
        for prefix, space in (
            ("office", "office"), ("t", "table"), ("text", "text"), ("style", "style"), ("number", "datastyle"),
        )
    )  # fmt: skip
    xml = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{content}</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if mime is not None:
            archive.writestr("mimetype", mime, zipfile.ZIP_STORED)
        for name, data in {"content.xml": xml.encode(), **(parts or {})}.items():
            archive.writestr(name, data)
    return out.getvalue()


def table(rows: str, name: str = "表", attributes: str = "") -> str:
    return f'<t:table t:name="{name}" {attributes}>{rows}</t:table>'


def row(*cells: str, attributes: str = "") -> str:
    return f"<t:table-row {attributes}>{''.join(cells)}</t:table-row>"


def cell(inside: str = "", attributes: str = "") -> str:
    return f"<t:table-cell {attributes}>{inside}</t:table-cell>"


def figure(value: object, attributes: str = "") -> str:
    return cell(f"<text:p>{value}</text:p>", f'office:value-type="float" office:value="{value}" {attributes}')


def words(*paragraphs: str) -> str:
    return cell("".join(f"<text:p>{inside}</text:p>" for inside in paragraphs), 'office:value-type="string"')
