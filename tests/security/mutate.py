"""Files damaged at random, each by its number alone: bytes flipped, cut, spliced, members swapped, XML edited."""

import io
import json
import random
import re
import struct
import zipfile
from collections.abc import Callable, Iterable
from functools import cache
from html import escape

from tests.intake import made, oles
from tests.security import books
from tests.verbs import good
from tests.workbook import old_bytes
from tests.workbook.samples import filled_in, official, raw

_LABEL = 0x0204
_TOKENS = (
    b"0", b"-1", b"1e999", b"NaN", b"999999999999", b"", b"<", b"&x;", b"]]>", b"\0", b"\xff", b"A1:XFD1048576",
    b"XFD1048576", b"_x0000_", b"<!DOCTYPE a>", b'" r="A1', b"s", b"str", b"shared", b"../../x", b"</row>", b"<c/>",
    "１２".encode(), "\u202e".encode(), b"=1+1", b"1" * 400, b"<v>1</v>", b"<f>SUM(A:A)</f>", b"true",
)  # fmt: skip


@cache
def bases() -> dict[str, bytes]:
    """A sound file of every kind, by suffix."""
    book, data = books.sound(), json.dumps(good.data(), ensure_ascii=False).encode()
    small = (("a.json", data), ("b.xlsx", book))
    return {
        "xlsx": book,
        "full.xlsx": filled_in(official()),
        "json": data,
        "xls": _xls(),
        "ods": _ods(),
        "zip": made.zipped(*small, ("in.zip", made.zipped(*small))),
        "eml": made.mail(*small, html=True),
        "forwarded.eml": made.forwarded(made.mail(*small)),
        "mbox": made.mbox(made.mail(small[0]), made.mail(small[1])),
        "tgz": made.tarred(*small, mode="w:gz"),
        "dat": made.tnef(b"b.xlsx", book, "b.xlsx"),
        "msg": oles.ole(oles.outlook(*small)),
        "rar": made.stored_rar(b"b.xlsx", book),
    }


def damaged(number: int) -> tuple[str, bytes]:
    """The file of that number: its name and bytes."""
    chance = random.Random(number)
    # most of them are workbooks, as in real piles
    suffix = chance.choice(["xlsx", "full.xlsx", *bases()] if chance.random() < 0.5 else ["xlsx", "full.xlsx", "json"])
    data = bases()[suffix]
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        data = chance.choice(_WAYS)(data, chance)
    return f"{number:06}.{suffix}", data


def _flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _spliced(data: bytes, chance: random.Random) -> bytes:
    """A piece of a file put into this one, in the place of another piece or between."""
    other = bases()[chance.choice(list(bases()))]
    start, at = chance.randrange(len(other)), chance.randrange(len(data) + 1)
    piece = other[start : start + chance.choice((1, 16, 300, 5_000))]
    return data[:at] + piece + data[at + chance.choice((0, len(piece))) :]


def _token(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_TOKENS) + data[at + chance.randrange(4) :]


def _number(data: bytes, chance: random.Random) -> bytes:
    """An extreme number in a binary field."""
    size = chance.choice((1, 2, 4, 8))
    at = chance.randrange(max(1, len(data) - size))
    return data[:at] + chance.choice((b"\0", b"\xff", b"\x7f", b"\x80")) * size + data[at + size :]


def _inside(data: bytes, chance: random.Random) -> bytes:
    """A member of a zip damaged and packed again, so that what reads it is tried and not the checksum."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source:
            members = [(info.filename, source.read(info)) for info in source.infolist()]
    except Exception:  # noqa: BLE001  damaged already, or no zip
        return _xml(data, chance)
    if not members:
        return data
    at = chance.randrange(len(members))
    name, content = members[at]
    match chance.randrange(8):
        case 0:
            other = chance.randrange(len(members))
            members[at], members[other] = (name, members[other][1]), (members[other][0], content)
        case 1:
            del members[at]
        case 2:
            members.append((chance.choice((name.upper(), f"/{name}", f"{name}/../x", name[::-1])), content))
        case _:
            members[at] = (name, _xml(content, chance))
    return made.zipped(*members, stored=chance.random() < 0.2)


def _xml(data: bytes, chance: random.Random) -> bytes:
    """Values of attributes and texts between tags changed; elements doubled, moved, taken out."""
    spots = list(re.finditer(rb'="([^"]*)"|>([^<]+)<|(<(\w+)[^>]*/>|<c [^>]*>.*?</c>)', data[:2_000_000], re.DOTALL))
    if not spots:
        return _token(data, chance)
    for _ in range(chance.randint(1, 3)):
        found = chance.choice(spots)
        group = next(number for number in (1, 2, 3) if found[number] is not None)
        start, end = found.span(group)
        if end > len(data):
            continue
        old = data[start:end]
        new = chance.choice(
            (chance.choice(_TOKENS), old * 2, b"", old[::-1], data[slice(*chance.choice(spots).span())])
        )
        data = data[:start] + new + data[end:]
        break
    return data


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flipped, _cut, _spliced, _token, _number, _inside, _inside, _inside, _inside, _xml,
)  # fmt: skip


def _xls() -> bytes:
    sheets = {}
    for sheet in raw(books.sound()).sheets:
        records = b""
        for (row, column), cell in sorted(sheet.cells.items()):
            if cell.value.number is not None:
                records += old_bytes.number(row, column, float(cell.value.number))
            elif cell.value.text:
                head = struct.pack("<HHH", row, column, 0)
                records += old_bytes.record(_LABEL, head + old_bytes.text(cell.value.text[:2_000]))
        sheets[sheet.name] = records
    return old_bytes.xls(sheets)


def _ods() -> bytes:
    return old_bytes.ods("".join(_table(sheet.name, sheet.cells) for sheet in raw(books.sound()).sheets))


def _table(name: str, cells: object) -> str:
    assert isinstance(cells, dict)
    rows: dict[int, dict[int, str]] = {}
    for (row, column), cell in cells.items():
        if cell.value.number is not None:
            rows.setdefault(row, {})[column] = old_bytes.figure(cell.value.number)
        else:
            rows.setdefault(row, {})[column] = old_bytes.words(*map(escape, cell.value.text.split("\n")))
    lines = (rows.get(row, {}) for row in range(max(rows, default=0) + 1))
    made_rows = (old_bytes.row(*(line.get(column, old_bytes.cell()) for column in _upto(line))) for line in lines)
    return old_bytes.table("".join(made_rows), name)


def _upto(line: Iterable[int]) -> range:
    return range(max(line, default=0) + 1)
