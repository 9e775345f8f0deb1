"""One worksheet part → RawSheet: one bounded pass of expat."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tianbao.values import BLANK, Value, of_sheet_number, understand
from tianbao.workbook.a1 import MAX_COLUMNS, MAX_ROWS, parse_a1
from tianbao.workbook.grammar import MAX_FORMULA, normal, shifted
from tianbao.workbook.package import NotAWorkbook, local, parse_xml
from tianbao.workbook.sheets import RawCell, RawSheet, Spot
from tianbao.workbook.strings_xml import unescaped
from tianbao.workbook.styles_xml import DEFAULT, CellStyle
from tianbao.workbook.two_ways import refuse_two_ways

MAX_CELLS = 200_000
MAX_TEXT = 4 * 2**20
"""Characters of all cells of a workbook, a shared text counted as often as it is shown."""
MAX_FORMULAS = 2**20
"""Characters of all formulas of a workbook, a shared one counted as often as it is written out."""
_DIGITS = 9
_SHORT = 100
"""Characters of a text whose value is kept, and which costs nothing when it is shown again."""
_NO_OPERATOR = ("list", "custom", "none")


@dataclass(slots=True)
class Room:
    """How many characters the sheets of one workbook may still hold. What is shared costs a few bytes each time."""

    texts: int = MAX_TEXT
    formulas: int = MAX_FORMULAS

    def spend(self, texts: int = 0, formulas: int = 0) -> None:
        """So many more. Raises NotAWorkbook."""
        self.texts -= texts
        self.formulas -= formulas
        if self.texts < 0 or self.formulas < 0:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_TEXT if self.texts < 0 else MAX_FORMULAS))


def read_sheet(
    sheet: RawSheet, xml: bytes, styles: Sequence[CellStyle], strings: Sequence[str], room: Room | None = None
) -> RawSheet:
    """The sheet with everything that its part holds. Raises NotAWorkbook."""
    if not xml:
        raise NotAWorkbook("FILE-DAMAGED", part=sheet.name)
    reader = _SheetReader(sheet, styles, strings, room or Room())
    refuse_two_ways(xml, sheet.name, b"sheetData")
    parse_xml(xml, reader.start, reader.end, reader.text)
    reader.share()
    return sheet


class _Look:
    """A format, and the empty cell that all empty cells in it are."""

    def __init__(self, style: CellStyle) -> None:
        self.style, self.blank = style, RawCell(BLANK, None, style.locked, style.format)


class _SheetReader:
    """The handlers of one worksheet part; state lives from <c> to </c>."""

    def __init__(self, sheet: RawSheet, styles: Sequence[CellStyle], strings: Sequence[str], room: Room) -> None:
        self._sheet, self._styles, self._strings, self._room = sheet, styles, strings, room
        self._cells = sheet.cells
        self._checked = self._hidden = 0
        self._seen: set[str] = set()
        self._row, self._column = -1, -1
        self._told = False
        self._spot: Spot | None = None
        self._type, self._style = "n", _Look(DEFAULT)
        self._looks: dict[str | None, _Look] = {}
        self._made: dict[tuple[str, str], Value] = {}
        self._pieces: dict[str, str] = {}
        self._into = ""
        self._phonetic = 0
        self._formula: dict[str, str] | None = None
        self._shared: dict[str, tuple[Spot, str]] = {}
        self._early: list[tuple[Spot, str]] = []
        self._rule: dict[str, str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name) if ":" in name else name
        if tag == "c":
            self._cell(attributes)
        elif tag == "row":
            self._row = whole(attributes.get("r"), self._row + 2) - 1
            self._column, self._told = -1, "r" in attributes
            if attributes.get("hidden") in ("1", "true") and len(self._sheet.hidden_rows) < MAX_CELLS:
                self._sheet.hidden_rows.add(self._row)
        elif self._spot is not None and tag in ("v", "f", "t"):
            self._once(tag)
            self._into = "" if tag == "t" and self._phonetic else "v" if tag == "t" else tag
            if tag == "f":
                self._formula = attributes
        elif tag == "rPh":
            self._phonetic += 1
        elif tag == "dataValidation":
            self._rule, self._pieces = attributes, {}
        elif self._rule is not None and tag in ("formula1", "formula2"):
            self._into = tag
        else:
            self._of_sheet(tag, attributes)

    def _once(self, tag: str) -> None:
        """A second result, formula or text in place: of two, programs take the one or the other."""
        other = {"v": ("v", "t"), "t": ("v",), "f": ("f",)}[tag]
        if self._into in ("v", "f") or not self._seen.isdisjoint(other):
            raise NotAWorkbook("FILE-DAMAGED", part=self._sheet.name)
        self._seen.add(tag)

    def _of_sheet(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif tag == "sheetProtection":
            self._sheet.protected = attributes.get("sheet") in ("1", "true")
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            first = whole(attributes.get("min"), 1)
            last = min(whole(attributes.get("max"), first), MAX_COLUMNS)
            self._hidden += max(0, last - first + 1)
            self._bounded(self._hidden)
            self._sheet.hidden_columns.update(range(first - 1, last))

    def _bounded(self, number: int) -> None:
        if number > MAX_CELLS:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_CELLS))

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        try:
            spot = parse_a1(reference) if reference else (self._row, self._column + 1)
        except ValueError:
            raise NotAWorkbook("FILE-DAMAGED", part=f"{self._sheet.name}!{reference}") from None
        if self._told and spot[0] != self._row:
            # a cell in another row than its own says: two programs would see two things
            raise NotAWorkbook("FILE-DAMAGED", part=f"{self._sheet.name}!{reference}")
        self._spot = spot
        self._row, self._column = spot
        if self._row >= MAX_ROWS or self._column >= MAX_COLUMNS or len(self._cells) > MAX_CELLS:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_CELLS))
        style = attributes.get("s")
        self._type, self._style = attributes.get("t", "n"), self._looks.get(style) or self._look(style)
        self._pieces, self._formula = {}, None
        self._seen.clear()

    def _look(self, style: str | None) -> "_Look":
        number = whole(style, 0)
        look = self._looks[style] = _Look(self._styles[number] if number < len(self._styles) else DEFAULT)
        return look

    def _merge(self, reference: str) -> None:
        if len(self._sheet.merges) >= MAX_CELLS:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_CELLS))
        try:
            self._sheet.merges.append(_corners(reference))
        except ValueError:
            raise NotAWorkbook("FILE-DAMAGED", part=f"{self._sheet.name} {reference}") from None

    def text(self, data: str) -> None:
        if self._into:
            self._pieces[self._into] = self._pieces.get(self._into, "") + data

    def end(self, name: str) -> None:
        tag = local(name) if ":" in name else name
        if tag == "c" and self._spot is not None:
            self._finish(self._spot)
            self._spot = None
        elif tag in ("v", "f", "t", "formula1", "formula2"):
            self._into = ""
        elif tag == "rPh":
            self._phonetic -= 1
        elif tag == "dataValidation" and self._rule is not None:
            self._validate(self._rule)
            self._rule = None

    def _finish(self, spot: Spot) -> None:
        if spot in self._cells:
            raise NotAWorkbook("FILE-DAMAGED", part=f"{self._sheet.name} 重复单元格")
        look = self._style
        text = self._pieces.get("v", "")
        formula = None if self._formula is None else self._formula_at(spot, self._formula)
        if not text and formula is None:
            self._cells[spot] = look.blank
            return
        value = BLANK if not text else self._made.get((self._type, text)) or self._value(text)
        self._cells[spot] = RawCell(value, formula, look.style.locked, look.style.format)

    def _value(self, text: str) -> Value:
        """The value that a text of the cell's type stands for; short ones come again."""
        value = self._understood(text)
        # long texts are counted each time they are shown
        if len(text) <= _DIGITS and not (isinstance(value.raw, str) and len(value.raw) > _SHORT):
            self._made[self._type, text] = value
        return value

    def _understood(self, text: str) -> Value:
        if self._type == "n":
            try:
                return of_sheet_number(text)
            except ValueError:
                raise NotAWorkbook("FILE-DAMAGED", part=self._sheet.name) from None
        if self._type == "s":
            place = whole(text, -1)
            if not 0 <= place < len(self._strings):
                raise NotAWorkbook("FILE-DAMAGED", part=self._sheet.name)
            self._room.spend(texts=len(self._strings[place]))
            return understand(self._strings[place])
        if self._type == "b":
            return understand(text in ("1", "true"))
        self._room.spend(texts=len(text))
        return understand(unescaped(text))

    def _formula_at(self, spot: Spot, attributes: dict[str, str]) -> str:
        text, index = self._formula_text("f"), attributes.get("si", "")
        if attributes.get("t") != "shared":
            return text
        if text:
            self._shared[index] = (spot, text)
            return text
        if index in self._shared:
            return self._written_out(spot, index)
        self._early.append((spot, index))
        return ""

    def share(self) -> None:
        """Writes out the shared formulas of cells that stand before the one that has the text."""
        for spot, index in self._early:
            if index not in self._shared:
                raise NotAWorkbook("FILE-DAMAGED", part=self._sheet.name)
            self._sheet.cells[spot] = replace(self._sheet.cells[spot], formula=self._written_out(spot, index))

    def _written_out(self, spot: Spot, index: str) -> str:
        (row, column), master = self._shared[index]
        self._room.spend(formulas=len(master))
        return shifted(master, spot[0] - row, spot[1] - column)

    def _formula_text(self, piece: str) -> str:
        text = self._pieces.get(piece, "")
        if len(text) > MAX_FORMULA:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_FORMULA))
        self._room.spend(formulas=len(text))
        return text

    def _validate(self, attributes: dict[str, str]) -> None:
        rule = validation_rule(attributes, self._formula_text("formula1"), self._formula_text("formula2"))
        for reference in attributes.get("sqref", "").split():
            try:
                (top, left), (bottom, right) = _corners(reference)
            except ValueError:
                raise NotAWorkbook("FILE-DAMAGED", part=f"{self._sheet.name} {reference[:40]}") from None
            if (bottom - top + 1) * (right - left + 1) + self._checked > MAX_CELLS:
                # somebody validated a whole column: the corner stands for it
                bottom, right = top, left
            # areas may lie upon each other: what is counted is the work, not what comes of it
            self._checked += max(0, bottom - top + 1) * max(0, right - left + 1) + 1
            self._bounded(self._checked - MAX_CELLS)
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    self._sheet.validations[row, column] = rule


def validation_rule(attributes: dict[str, str], first: str, second: str) -> str:
    """type|operator|style|operands in one spelling: "" where nothing is restricted.

    Programs leave out or add what is the default, and LibreOffice adds a second operand that means nothing.
    """
    kind = attributes.get("type", "none")
    if kind == "none":
        return ""
    operator = "" if kind in _NO_OPERATOR else attributes.get("operator", "between")
    operands = [normal(first)] + ([normal(second)] if operator in ("between", "notBetween") else [])
    return "|".join([kind, operator, attributes.get("errorStyle", "stop"), *operands])


def _corners(reference: str) -> tuple[Spot, Spot]:
    first, _, last = reference.partition(":")
    return parse_a1(first), parse_a1(last or first)


def whole(text: str | None, default: int) -> int:
    """A whole number of at most nine digits."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _DIGITS else default
