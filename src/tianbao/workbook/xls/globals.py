"""What an .xls says before its first sheet: sheets, strings, formats, names, and what formulas refer to by number."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from tianbao.values import FormatClass
from tianbao.workbook.a1 import quoted
from tianbao.workbook.package import NotAWorkbook
from tianbao.workbook.strings_xml import MAX_STRINGS
from tianbao.workbook.styles_xml import BUILT_IN, class_of
from tianbao.workbook.xls.biff import Record, Stream, Strings
from tianbao.workbook.xls.ole import Damaged
from tianbao.workbook.xlsx import MAX_NAMES, MAX_SHEETS

_FUNCTION_NAME = 0x0002 | 0x0004 | 0x0008
"""A name of a function or macro: IFERROR and its like, which Excel 97 did not have, stand under one."""
_BUILT_IN_NAME = 0x0020
_BUILT_IN_NAMES = (
    "Consolidate_Area", "Auto_Open", "Auto_Close", "Extract", "Database", "Criteria", "Print_Area", "Print_Titles",
    "Recorder", "Data_Form", "Auto_Activate", "Auto_Deactivate", "Sheet_Title", "_FilterDatabase",
)  # fmt: skip
_WORKSHEET = 0
_MACRO_SHEETS = (1, 6)
_DELETED, _NO_SHEET = -1, -2


@dataclass(frozen=True, slots=True)
class ListedSheet:
    """A sheet as it is listed; `position` is where its records begin. Charts are listed too."""

    name: str
    position: int
    visible: bool
    kind: int

    @property
    def is_worksheet(self) -> bool:
        """Whether it has cells."""
        return self.kind == _WORKSHEET


@dataclass(frozen=True, slots=True)
class BiffName:
    """A defined name: its formula as tokens; `sheet` is the place in the list of the sheet it belongs to, or None."""

    name: str
    tokens: bytes
    extra: bytes
    sheet: int | None
    function: bool


@dataclass(slots=True)
class Source:
    """A workbook that formulas refer to: this one, an add-in, or another (`number` counts those)."""

    kind: Literal["own", "functions", "other"]
    number: int = 0
    sheets: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Globals:
    """All of it. `looks`: (locked, class of number format) by cell format; `links`: (source, first, last sheet)."""

    sheets: list[ListedSheet] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    looks: list[tuple[bool, FormatClass]] = field(default_factory=list)
    names: list[BiffName] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    links: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def macro_sheets(self) -> bool:
        """Whether there are sheets with macros or Visual Basic."""
        return any(sheet.kind in _MACRO_SHEETS for sheet in self.sheets)

    def prefix(self, link: int) -> str | None:
        """'三、申请'! before a reference, "" for the sheet itself; None where the sheet is gone."""
        source, first, last = self._link(link)
        if _DELETED in (first, last):
            return None
        if _NO_SHEET in (first, last):
            return ""
        names = source.sheets if source.kind == "other" else [sheet.name for sheet in self.sheets]
        if not (0 <= first < len(names) and 0 <= last < len(names)):
            return None
        before = f"[{source.number}]" if source.kind == "other" else ""
        return quoted(before + names[first] + (f":{names[last]}" if last != first else "")) + "!"

    def linked_name(self, link: int, number: int) -> str:
        """The name with that number, from 1, in the workbook that the link leads to."""
        source, _, _ = self._link(link)
        if source.kind == "own":
            return self.name(number)
        if number < 1:
            raise Damaged("name")
        name = source.names[number - 1]
        return f"[{source.number}]!{name}" if source.kind == "other" else name

    def name(self, number: int) -> str:
        """The defined name with that number, from 1, with its sheet where it is local."""
        if number < 1:
            raise Damaged("name")
        found = self.names[number - 1]
        name = found.name.removeprefix("_xlfn.")
        return name if found.sheet is None else f"{quoted(self.sheets[found.sheet].name)}!{name}"

    def _link(self, link: int) -> tuple[Source, int, int]:
        source, first, last = self.links[link]
        return self.sources[source], first, last


def read_globals(stream: Stream) -> Globals:
    """Everything before the first sheet. Raises NotAWorkbook, or Damaged and what struct and lists raise."""
    found = Globals()
    formats: dict[int, FormatClass] = dict(BUILT_IN)
    numbers: list[tuple[bool, int]] = []
    handlers: dict[int, Callable[[Globals, Record], None]] = {
        0x0085: _sheet,
        0x00FC: _shared_strings,
        0x0018: _name,
        0x01AE: _source,
        0x0023: _source_name,
        0x0017: _links,
    }
    for record in stream.globals():
        if record.code == 0x041E:
            formats[int.from_bytes(record.data[:2], "little")] = class_of(Strings(record.whole[2:]).string(2))
        elif record.code == 0x00E0:
            number, bits = struct.unpack_from("<HH", record.data, 2)
            numbers.append((bool(bits & 1), number))
        elif record.code in handlers:
            handlers[record.code](found, record)
    found.looks = [(locked, formats.get(number, "number")) for locked, number in numbers]
    for each in ({sheet.name.lower() for sheet in found.sheets}, {sheet.position for sheet in found.sheets}):
        if len(each) < len(found.sheets):
            raise Damaged("sheets")
    for name in found.names:
        if name.sheet is not None and not 0 <= name.sheet < len(found.sheets):
            raise Damaged("name")
    return found


def _sheet(found: Globals, record: Record) -> None:
    position, state, kind = struct.unpack_from("<IBB", record.data)
    if len(found.sheets) >= MAX_SHEETS:
        raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_SHEETS))
    found.sheets.append(ListedSheet(Strings(record.data[6:]).string(1), position, state & 3 == 0, kind))


def _shared_strings(found: Globals, record: Record) -> None:
    count = struct.unpack_from("<I", record.data, 4)[0]
    if count > MAX_STRINGS or found.strings:
        raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_STRINGS))
    strings = Strings(record.data[8:], *record.more)
    found.strings = [strings.string(2) for _ in range(count)]


def _name(found: Globals, record: Record) -> None:
    if len(found.names) >= MAX_NAMES:
        raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_NAMES))
    flags, length, size, sheet = struct.unpack_from("<HxBH2xH", record.data)
    data = record.whole[14:]
    name = Strings(data).string(0, length)
    if flags & _BUILT_IN_NAME and name:
        number = data[1]
        known = _BUILT_IN_NAMES[number] if number < len(_BUILT_IN_NAMES) else str(number)
        name = f"_xlnm.{known}"
    start = 1 + length * (2 if data[0] & 1 else 1)
    tokens, extra = data[start : start + size], data[start + size :]
    found.names.append(BiffName(name, tokens, extra, sheet - 1 if sheet else None, bool(flags & _FUNCTION_NAME)))


def _source(found: Globals, record: Record) -> None:
    sheets, mark = struct.unpack_from("<HH", record.data)
    if mark == 0x0401:
        found.sources.append(Source("own"))
    elif mark == 0x3A01:
        found.sources.append(Source("functions"))
    else:
        number = sum(source.kind == "other" for source in found.sources) + 1
        strings = Strings(record.data[2:], *record.more)
        strings.string(2)  # its address
        found.sources.append(Source("other", number, [strings.string(2) for _ in range(sheets)]))


def _source_name(found: Globals, record: Record) -> None:
    if not found.sources:
        raise Damaged("name")
    found.sources[-1].names.append(Strings(record.whole[6:]).string(1))


def _links(found: Globals, record: Record) -> None:
    data = record.whole
    count = struct.unpack_from("<H", data)[0]
    found.links = [struct.unpack_from("<Hhh", data, 2 + 6 * number) for number in range(count)]
