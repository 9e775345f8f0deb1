"""What the edited formula of a total shows where a program saved it without its result: sums and differences only."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tianbao.values import Number, Value, rounded
from tianbao.workbook.a1 import Place, parse_a1

MAX_CELLS = 4_096
"""Cells that one formula may add up; an official table has some two hundred."""
_DEEP = 20
_TOKEN = re.compile(
    r"((?:[^\s!(),&+\-*/=<>\"^;{}:]+!)?[A-Z]{1,3}\d{1,7}(?::[A-Z]{1,3}\d{1,7})?)(?![\w(])"
    r"|(\d{1,15}(?:\.\d{1,9})?)(?![\w.])|(SUM\(|N\(|ROUND\()|([-+*(),])"
)

ValueAt = Callable[[Place], Value | None]
"""The value of a cell; None where nothing is known of it."""


class _Beyond(Exception):
    """The formula is more than sums and differences of known cells."""


def shown_by(formula: str, sheet: str, value_at: ValueAt) -> Number | None:
    """The result of a normal formula on that sheet, the sheet of a place in upper case; None where it is not known."""
    tokens, at = [], 0
    while at < len(formula):
        found = _TOKEN.match(formula, at)
        if found is None:
            return None
        tokens.append(found)
        at = found.end()
    try:
        reader = _Reader(tokens, sheet.upper(), value_at)
        result = reader.terms()
    except (_Beyond, ValueError):
        return None
    return result if reader.at == len(tokens) else None


@dataclass(slots=True)
class _Reader:
    tokens: Sequence[re.Match[str]]
    sheet: str
    value_at: ValueAt
    at: int = 0
    deep: int = 0
    cells: int = 0

    def terms(self) -> Number:
        """One term or several, added and subtracted."""
        result: Number = 0
        sign = 1
        while True:
            while self._next("-+"):
                sign = -sign if self.tokens[self.at - 1][4] == "-" else sign
            result += sign * self._product()
            if not self._peek("-+"):
                return result
            sign = 1

    def _product(self) -> Number:
        result = self._term()
        while self._next("*"):
            result *= self._term()
        return result

    def _term(self) -> Number:
        self.deep += 1
        if self.at >= len(self.tokens) or self.deep > _DEEP:
            raise _Beyond
        token = self.tokens[self.at]
        self.at += 1
        if token[2]:
            result = _number(token[2])
        elif token[1]:
            result = self._single(token[1])
        elif token[4] == "(":
            result = self.terms()
            self._expect(")")
        elif token[3] == "SUM(":
            result = self._sum()
        elif token[3] == "ROUND(":
            result = self._rounded()
        elif token[3] == "N(" and self.at < len(self.tokens) and self.tokens[self.at][1]:
            (value,) = self._values(self.tokens[self.at][1])
            self.at += 1
            self._expect(")")
            result = value.number or 0
        else:
            raise _Beyond
        self.deep -= 1
        return result

    def _sum(self) -> Number:
        result: Number = 0
        while True:
            token = self.tokens[self.at] if self.at < len(self.tokens) else None
            after = self.tokens[self.at + 1][4] if self.at + 1 < len(self.tokens) else None
            if token and token[1] and after in (",", ")"):
                # a sum takes text for nothing
                result += sum(value.number or 0 for value in self._values(token[1]))
                self.at += 1
            else:
                result += self.terms()
            if not self._next(","):
                self._expect(")")
                return result

    def _rounded(self) -> Number:
        result = self.terms()
        self._expect(",")
        places = self.terms()
        self._expect(")")
        if not isinstance(places, int) or not 0 <= places < _DEEP:
            raise _Beyond
        return rounded(result, places)

    def _single(self, reference: str) -> Number:
        values = self._values(reference)
        if len(values) != 1 or values[0].kind in ("text", "mark"):
            raise _Beyond
        return values[0].number or 0

    def _values(self, reference: str) -> list[Value]:
        title, _, cells = reference.rpartition("!")
        first, _, last = cells.partition(":")
        (top, left), (bottom, right) = parse_a1(first), parse_a1(last or first)
        top, bottom = sorted((top, bottom))
        left, right = sorted((left, right))
        self.cells += (bottom - top + 1) * (right - left + 1)
        if self.cells > MAX_CELLS:
            raise _Beyond
        spots = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
        found = [self.value_at(Place(title or self.sheet, *spot)) for spot in spots]
        known = [value for value in found if value is not None]
        if len(known) != len(found):
            raise _Beyond
        return known

    def _peek(self, signs: str) -> bool:
        token = self.tokens[self.at][4] if self.at < len(self.tokens) else None
        return bool(token) and token in signs  # type: ignore[operator]

    def _next(self, signs: str) -> bool:
        found = self._peek(signs)
        self.at += found
        return found

    def _expect(self, sign: str) -> None:
        if not self._next(sign):
            raise _Beyond


def _number(text: str) -> Number:
    return Decimal(text) if "." in text else int(text)
