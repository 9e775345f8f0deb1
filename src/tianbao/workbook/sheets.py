"""Parts of a workbook → sheets with cells, formulas, locks and merges: one bounded pass of expat over each part."""

import re
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from tianbao.values import FormatClass, Value, of_sheet_number, understand
from tianbao.workbook.a1 import MAX_COLUMNS, MAX_ROWS, parse_a1
from tianbao.workbook.grammar import shifted
from tianbao.workbook.package import NotAWorkbook, Package, local, parse_xml

MAX_CELLS = 200_000
MAX_SHEETS = 200
MAX_STRINGS = 500_000
MAX_NAMES = 50_000
_DIGITS = 9

Spot = tuple[int, int]
"""Row and column, from 0."""

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_RELATION = re.compile(r"(^|:)id$")


Aspect = Literal["formulas", "locks", "formats", "merges", "validations", "protection", "names", "comments"]
"""What a reader may be able to see of a file beside values and texts."""

ALL_ASPECTS: frozenset[Aspect] = frozenset(get_args(Aspect))


@dataclass(frozen=True, slots=True)
class RawCell:
    """A cell as the file has it. `formula` is None where there is none; a total without result has a blank value."""

    value: Value
    formula: str | None = None
    locked: bool = True
    format: FormatClass = "number"


@dataclass(slots=True)
class RawSheet:
    """One worksheet. `validations`: cell → the rule in one canonical spelling; hidden rows and columns count from 0."""

    name: str
    visible: bool = True
    protected: bool = False
    cells: dict[Spot, RawCell] = field(default_factory=dict)
    merges: list[tuple[Spot, Spot]] = field(default_factory=list)
    validations: dict[Spot, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    comments: int = 0

    def beside(self, spot: Spot) -> Spot:
        """The next cell to the right of a cell or of the merged area that it begins."""
        _, column = next((last for first, last in self.merges if first == spot), spot)
        return spot[0], column + 1


@dataclass(slots=True)
class RawBook:
    """All sheets in order, and the workbook-wide names as they are spelled: name → formula text.

    `local_names`: (sheet, name) → formula text. `seen`: what the reader could see at all; an .xls gives no formulas.
    """

    sheets: list[RawSheet]
    names: dict[str, str]
    local_names: dict[tuple[str, str], str] = field(default_factory=dict)
    macros: bool = False
    seen: frozenset[Aspect] = ALL_ASPECTS


def read_book(package: Package, book: str) -> RawBook:
    """Everything in the workbook that we look at. Raises NotAWorkbook."""
    listed, names = _listing(package.part(book))
    if not listed or len(listed) > MAX_SHEETS:
        raise NotAWorkbook("FILE-NOT-WORKBOOK" if not listed else "FILE-TOO-LARGE", limit=str(MAX_SHEETS))
    locks = _locks(package.part(package.target(book, "/styles")))
    strings = _strings(package.part(package.target(book, "/sharedStrings")))
    related = package.related(book)
    sheets = []
    for name, relation, visible in listed:
        kind, part = related.get(relation, ("", ""))
        if kind.endswith("/worksheet"):
            sheets.append(_SheetReader(RawSheet(name, visible), locks, strings).read(package.part(part)))
    return RawBook(sheets, names)


def _listing(xml: bytes) -> tuple[list[tuple[str, str, bool]], dict[str, str]]:
    sheets: list[tuple[str, str, bool]] = []
    names: dict[str, str] = {}
    current: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "sheet":
            relation = next((value for key, value in attributes.items() if _RELATION.search(key)), "")
            sheets.append((attributes.get("name", ""), relation, attributes.get("state", "visible") == "visible"))
        elif local(name) == "definedName" and "localSheetId" not in attributes:
            current.append(attributes.get("name", ""))
            if len(names) > MAX_NAMES:
                raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_NAMES))

    def end(name: str) -> None:
        if local(name) == "definedName" and current:
            current.pop()

    def text(data: str) -> None:
        if current:
            names[current[-1]] = names.get(current[-1], "") + data

    parse_xml(xml, start, end, text)
    return sheets, names


def _locks(xml: bytes) -> list[bool]:
    """Whether each cell format locks; locked where the file says nothing."""
    locks: list[bool] = []
    inside = [False]

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "cellXfs":
            inside[0] = True
        elif inside[0] and tag == "xf":
            locks.append(True)
        elif inside[0] and tag == "protection" and locks:
            locks[-1] = attributes.get("locked", "1") not in ("0", "false")

    def end(name: str) -> None:
        if local(name) == "cellXfs":
            inside[0] = False

    if xml:
        parse_xml(xml, start, end)
    return locks


def _strings(xml: bytes) -> list[str]:
    """Shared strings: runs are joined, phonetic hints left out."""
    strings: list[str] = []
    pieces: list[str] = []
    state = {"text": False, "phonetic": 0}

    def start(name: str, _: dict[str, str]) -> None:
        tag = local(name)
        if tag == "si":
            pieces.clear()
        elif tag == "rPh":
            state["phonetic"] += 1
        elif tag == "t":
            state["text"] = not state["phonetic"]

    def end(name: str) -> None:
        tag = local(name)
        if tag == "t":
            state["text"] = False
        elif tag == "rPh":
            state["phonetic"] -= 1
        elif tag == "si":
            strings.append(unescaped("".join(pieces)))
            if len(strings) > MAX_STRINGS:
                raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_STRINGS))

    def text(data: str) -> None:
        if state["text"]:
            pieces.append(data)

    if xml:
        parse_xml(xml, start, end, text)
    return strings


def unescaped(text: str) -> str:
    """_x000D_ as the character it stands for; line ends as \\n."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        # two halves of a character beyond the BMP become one; half a character could not be written anywhere
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


class _SheetReader:
    """The handlers of one worksheet part; state lives from <c> to </c>."""

    def __init__(self, sheet: RawSheet, locks: list[bool], strings: list[str]) -> None:
        self._sheet, self._locks, self._strings = sheet, locks, strings
        self._row, self._column = -1, -1
        self._spot: Spot | None = None
        self._type, self._style = "n", 0
        self._pieces: dict[str, str] = {}
        self._into = ""
        self._phonetic = 0
        self._formula: dict[str, str] | None = None
        self._shared: dict[str, tuple[Spot, str]] = {}
        self._early: list[tuple[Spot, str]] = []

    def read(self, xml: bytes) -> RawSheet:
        if not xml:
            raise NotAWorkbook("FILE-DAMAGED", part=self._sheet.name)
        parse_xml(xml, self._start, self._end, self._text)
        self._share()
        return self._sheet

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "c":
            self._cell(attributes)
        elif tag == "row":
            self._row = _whole(attributes.get("r"), self._row + 2) - 1
            self._column = -1
        elif self._spot is not None and tag in ("v", "f", "t"):
            self._into = "" if tag == "t" and self._phonetic else "v" if tag == "t" else tag
            if tag == "f":
                self._formula = attributes
        elif tag == "rPh":
            self._phonetic += 1
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif tag == "sheetProtection":
            self._sheet.protected = attributes.get("sheet") in ("1", "true")

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        try:
            self._spot = parse_a1(reference) if reference else (self._row, self._column + 1)
        except ValueError:
            raise NotAWorkbook("FILE-DAMAGED", part=f"{self._sheet.name}!{reference}") from None
        self._row, self._column = self._spot
        if self._row >= MAX_ROWS or self._column >= MAX_COLUMNS or len(self._sheet.cells) > MAX_CELLS:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_CELLS))
        self._type, self._style = attributes.get("t", "n"), _whole(attributes.get("s"), 0)
        self._pieces, self._formula = {}, None

    def _merge(self, reference: str) -> None:
        if len(self._sheet.merges) >= MAX_CELLS:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_CELLS))
        first, _, last = reference.partition(":")
        try:
            self._sheet.merges.append((parse_a1(first), parse_a1(last or first)))
        except ValueError:
            raise NotAWorkbook("FILE-DAMAGED", part=f"{self._sheet.name} {reference}") from None

    def _text(self, data: str) -> None:
        if self._into:
            self._pieces[self._into] = self._pieces.get(self._into, "") + data

    def _end(self, name: str) -> None:
        tag = local(name)
        if tag in ("v", "f", "t"):
            self._into = ""
        elif tag == "rPh":
            self._phonetic -= 1
        elif tag == "c" and self._spot is not None:
            self._finish(self._spot)
            self._spot = None

    def _finish(self, spot: Spot) -> None:
        if spot in self._sheet.cells:
            raise NotAWorkbook("FILE-DAMAGED", part=f"{self._sheet.name} 重复单元格")
        locked = self._locks[self._style] if self._style < len(self._locks) else True
        self._sheet.cells[spot] = RawCell(self._value(), self._formula_at(spot), locked)

    def _value(self) -> Value:
        text = self._pieces.get("v", "")
        if not text:
            return understand(None)
        if self._type == "n":
            try:
                return of_sheet_number(text)
            except ValueError:
                raise NotAWorkbook("FILE-DAMAGED", part=self._sheet.name) from None
        if self._type == "s":
            place = _whole(text, -1)
            if not 0 <= place < len(self._strings):
                raise NotAWorkbook("FILE-DAMAGED", part=self._sheet.name)
            return understand(self._strings[place])
        if self._type == "b":
            return understand(text in ("1", "true"))
        return understand(unescaped(text))

    def _formula_at(self, spot: Spot) -> str | None:
        if self._formula is None:
            return None
        text, index = self._pieces.get("f", ""), self._formula.get("si", "")
        if self._formula.get("t") != "shared":
            return text
        if text:
            self._shared[index] = (spot, text)
            return text
        if index in self._shared:
            return self._written_out(spot, index)
        self._early.append((spot, index))
        return ""

    def _share(self) -> None:
        """Writes out the shared formulas of cells that stand before the one that has the text."""
        for spot, index in self._early:
            if index not in self._shared:
                raise NotAWorkbook("FILE-DAMAGED", part=self._sheet.name)
            self._sheet.cells[spot] = replace(self._sheet.cells[spot], formula=self._written_out(spot, index))

    def _written_out(self, spot: Spot, index: str) -> str:
        (row, column), master = self._shared[index]
        return shifted(master, spot[0] - row, spot[1] - column)


def _whole(text: str | None, default: int) -> int:
    """A whole number of at most nine digits."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _DIGITS else default
