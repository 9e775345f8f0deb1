"""Formulas of an .xls: tokens in the order of a stack machine → text as Excel spells it.

Every token of ordinary formulas is known; one that is not makes the whole formula unreadable (None), never wrong.
"""

import struct
from collections.abc import Callable

from tianbao.workbook.a1 import column_name
from tianbao.workbook.grammar import MAX_FORMULA
from tianbao.workbook.xls.biff import Strings
from tianbao.workbook.xls.functions import FUNCTIONS
from tianbao.workbook.xls.globals import Globals

_ROWS, _COLUMNS = 65_536, 256
_LEAF, _RANGE, _PERCENT, _SIGN, _POWER, _PRODUCT, _SUM, _JOIN, _TEST = range(9, 0, -1)
_BINARY = {
    0x03: ("+", _SUM), 0x04: ("-", _SUM), 0x05: ("*", _PRODUCT), 0x06: ("/", _PRODUCT), 0x07: ("^", _POWER),
    0x08: ("&", _JOIN), 0x09: ("<", _TEST), 0x0A: ("<=", _TEST), 0x0B: ("=", _TEST), 0x0C: (">=", _TEST),
    0x0D: (">", _TEST), 0x0E: ("<>", _TEST), 0x0F: (" ", _RANGE), 0x10: (",", _RANGE), 0x11: (":", _RANGE),
}  # fmt: skip
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_USER_FUNCTION = 255
_CHOOSE, _SUM_ONE = 0x04, 0x10

Piece = tuple[str, int]
"""A text and how strongly it holds together."""


class _Unreadable(Exception):
    """A token that is not known, or more than a formula may be."""


def error_text(code: int) -> str:
    """#DIV/0! and its like."""
    return _ERRORS.get(code, "#N/A")


def formula_text(
    tokens: bytes, extra: bytes, known: Globals, home: tuple[int, int], *, shared: bool = False
) -> str | None:
    """The formula of the cell `home`, or None where it cannot be read. `shared`: relative parts are distances.

    `extra` holds the constants that the tokens refer to. Raises what struct and lists raise for damaged bytes.
    """
    try:
        return _Machine(tokens, extra, known, home, shared).run()
    except _Unreadable:
        return None


class _Machine:
    """The stack, and where in the tokens we are."""

    def __init__(self, tokens: bytes, extra: bytes, known: Globals, home: tuple[int, int], shared: bool) -> None:
        self._tokens, self._at = tokens, 0
        self._extra = Strings(extra)
        self._known, self._home, self._shared = known, home, shared
        self._stack: list[Piece] = []

    def run(self) -> str:
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            base = token & 0x1F | 0x20 if token & 0x60 else token
            if base in _BINARY:
                self._binary(*_BINARY[base])
            elif base in _TOKENS:
                _TOKENS[base](self)
            else:
                raise _Unreadable
            if self._stack and len(self._stack[-1][0]) > MAX_FORMULA:
                raise _Unreadable
        if len(self._stack) != 1:
            raise _Unreadable
        return self._stack[0][0]

    def _read(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(f"<{layout}", self._tokens, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return values

    def _pop(self) -> Piece:
        if not self._stack:
            raise _Unreadable
        return self._stack.pop()

    def _put(self, text: str, rank: int = _LEAF) -> None:
        self._stack.append((text, rank))

    def _binary(self, sign: str, rank: int) -> None:
        right, left = self._pop(), self._pop()
        self._put(_within(left, rank) + sign + _within(right, rank + 1), rank)

    def _before(self, sign: str) -> None:
        self._put(sign + _within(self._pop(), _SIGN), _SIGN)

    def percent(self) -> None:
        self._put(_within(self._pop(), _PERCENT) + "%", _PERCENT)

    def plus(self) -> None:
        self._before("+")

    def minus(self) -> None:
        self._before("-")

    def brackets(self) -> None:
        self._put(f"({self._pop()[0]})")

    def nothing(self) -> None:
        self._put("")

    def text(self) -> None:
        strings = Strings(self._tokens[self._at :])
        text = strings.string(1)
        self._at += strings.passed
        self._put('"' + text.replace('"', '""') + '"')

    def attribute(self) -> None:
        kind, count = self._read("BH")
        if kind == _SUM_ONE:
            self._put(f"SUM({self._pop()[0]})")
        elif kind == _CHOOSE:
            self._at += 2 * (count + 1)

    def error(self) -> None:
        self._put(error_text(self._read("B")[0]))

    def truth(self) -> None:
        self._put("TRUE" if self._read("B")[0] else "FALSE")

    def whole(self) -> None:
        self._put(str(self._read("H")[0]))

    def number(self) -> None:
        self._put(_number(self._read("d")[0]))

    def array(self) -> None:
        self._read("7x")
        columns, rows = self._extra.number(1) + 1, self._extra.number(2) + 1
        if rows * columns > MAX_FORMULA:
            raise _Unreadable
        lines = [",".join(self._constant() for _ in range(columns)) for _ in range(rows)]
        self._put("{" + ";".join(lines) + "}")

    def _constant(self) -> str:
        kind = self._extra.number(1)
        if kind == 2:
            return '"' + self._extra.string(2).replace('"', '""') + '"'
        data = self._extra.take(8)
        if kind == 1:
            return _number(struct.unpack("<d", data)[0])
        if kind == 4:
            return "TRUE" if data[0] else "FALSE"
        return error_text(data[0]) if kind == 16 else ""

    def function(self) -> None:
        (number,) = self._read("H")
        name, count = FUNCTIONS.get(number, ("", 0))
        self._call(name, count)

    def variable_function(self) -> None:
        count, number = self._read("BH")
        count, number = count & 0x7F, number & 0x7FFF
        if number == _USER_FUNCTION:
            self._call(None, count)
        else:
            self._call(FUNCTIONS.get(number, ("", 0))[0], count)

    def _call(self, name: str | None, count: int) -> None:
        """A function over the last operands; without a name the first of them is the name."""
        if name == "" or not 0 <= count <= len(self._stack):
            raise _Unreadable
        operands = [text for text, _ in self._stack[len(self._stack) - count :]]
        del self._stack[len(self._stack) - count :]
        if name is None:
            if not operands:
                raise _Unreadable
            name = operands.pop(0).removeprefix("_xlfn.")
        self._put(f"{name}({','.join(operands)})")

    def name(self) -> None:
        self._put(self._known.name(self._read("H2x")[0]))

    def linked_name(self) -> None:
        link, number = self._read("HH2x")
        self._put(self._known.linked_name(link, number))

    def cell(self) -> None:
        row, column = self._read("HH")
        self._put(self._cell(row, column))

    def area(self) -> None:
        self._put(self._area(*self._read("HHHH")))

    def linked_cell(self) -> None:
        link, row, column = self._read("HHH")
        self._linked(link, self._cell(row, column))

    def linked_area(self) -> None:
        link, *corners = self._read("HHHHH")
        self._linked(link, self._area(*corners))

    def lost_cell(self) -> None:
        self._read("4x")
        self._put("#REF!")

    def lost_area(self) -> None:
        self._read("8x")
        self._put("#REF!")

    def lost_linked_cell(self) -> None:
        self._linked(self._read("H4x")[0], "#REF!")

    def lost_linked_area(self) -> None:
        self._linked(self._read("H8x")[0], "#REF!")

    def union(self) -> None:
        """Says only that the tokens of a range follow."""
        self._read("2x")

    def _linked(self, link: int, text: str) -> None:
        prefix = self._known.prefix(link)
        self._put("#REF!" if prefix is None else prefix + text)

    def _area(self, row: int, last_row: int, column: int, last_column: int) -> str:
        if (row, last_row) == (0, _ROWS - 1):
            return f"{self._column(column)}:{self._column(last_column)}"
        if (column & 0x3FFF, last_column & 0x3FFF) == (0, _COLUMNS - 1):
            return f"{self._row(row, column)}:{self._row(last_row, last_column)}"
        return f"{self._cell(row, column)}:{self._cell(last_row, last_column)}"

    def _cell(self, row: int, bits: int) -> str:
        return self._column(bits) + self._row(row, bits)

    def _column(self, bits: int) -> str:
        column, relative = bits & 0xFF, bool(bits & 0x4000)
        if relative and self._shared:
            column = (column + self._home[1]) % _COLUMNS
        return ("" if relative else "$") + column_name(column)

    def _row(self, row: int, bits: int) -> str:
        relative = bool(bits & 0x8000)
        if relative and self._shared:
            row = (row + self._home[0]) % _ROWS
        return f"{'' if relative else '$'}{row + 1}"


_TOKENS: dict[int, Callable[[_Machine], None]] = {
    0x12: _Machine.plus, 0x13: _Machine.minus, 0x14: _Machine.percent, 0x15: _Machine.brackets,
    0x16: _Machine.nothing, 0x17: _Machine.text, 0x19: _Machine.attribute, 0x1C: _Machine.error,
    0x1D: _Machine.truth, 0x1E: _Machine.whole, 0x1F: _Machine.number, 0x20: _Machine.array,
    0x21: _Machine.function, 0x22: _Machine.variable_function, 0x23: _Machine.name, 0x24: _Machine.cell,
    0x25: _Machine.area, 0x29: _Machine.union, 0x2A: _Machine.lost_cell, 0x2B: _Machine.lost_area,
    0x2C: _Machine.cell, 0x2D: _Machine.area, 0x39: _Machine.linked_name, 0x3A: _Machine.linked_cell,
    0x3B: _Machine.linked_area, 0x3C: _Machine.lost_linked_cell, 0x3D: _Machine.lost_linked_area,
}  # fmt: skip


def _within(piece: Piece, rank: int) -> str:
    """The text of an operand, in brackets where the operator would tear it apart."""
    return piece[0] if piece[1] >= rank else f"({piece[0]})"


def _number(number: float) -> str:
    """As Excel writes it into a formula: 12, 0.5, 1E+20."""
    return f"{number:.15g}".replace("e", "E")
