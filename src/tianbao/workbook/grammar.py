"""Formulas as text: one spelling for all programs, and shared formulas written out."""

import re
from functools import lru_cache

from tianbao.workbook.a1 import column_name, column_number

MAX_FORMULA = 16_384
"""Characters of one formula that are read or written out; Excel allows half of that."""

_QUOTED = re.compile(r"(\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'!?)")
"""Texts and quoted names of sheets. Also a quoted name that no ! follows: searching on inside it would take squares."""
_REF = re.compile(r"(?<![\w.$])(\$?)([A-Za-z]{1,3})(\$?)(\d{1,7})(?![\w(.!])")

_REMEMBERED = 500
"""Characters of a formula that may come again, in the next workbook of the form."""
_MOST_MINUS = 50
"""Double minus signs of one formula that are spelled alike: each takes a pass over it."""

TRUTH = ("TRUE", "FALSE")
"""What LibreOffice writes as a formula although it was typed: read as the truth value that it is."""


def normal(formula: str) -> str:
    """Upper case, no blanks, no $, no quotes round sheet names, no _xlfn.; texts in quotes stay as they are."""
    return _seen_before(formula) if len(formula) <= _REMEMBERED else _spelled(formula)


def _spelled(formula: str) -> str:
    pieces = _QUOTED.split(formula.lstrip("="))
    out = []
    for piece in pieces:
        if piece.startswith('"'):
            out.append(piece)
        elif piece.startswith("'") and piece.endswith("'!") and len(piece) > 3:
            out.append(piece[1:-2].replace("''", "'").upper() + "!")
        else:
            out.append("".join(piece.split()).upper().replace("$", "").replace("_XLFN.", ""))
    return _double_minus("".join(out))


_seen_before = lru_cache(maxsize=4_096)(_spelled)


def _double_minus(formula: str) -> str:
    """-(-X) as --X: gnumeric writes one for the other."""
    for _ in range(_MOST_MINUS):
        at = formula.find("-(-")
        if at < 0:
            break
        depth, end = 0, at + 1
        while end < len(formula):
            depth += {"(": 1, ")": -1}.get(formula[end], 0)
            if not depth:
                break
            end += 1
        if end >= len(formula):
            break
        formula = f"{formula[:at]}--{formula[at + 3 : end]}{formula[end + 1 :]}"
    return formula


def shifted(formula: str, down: int, right: int) -> str:
    """A shared formula as it reads further down and right; absolute parts, texts and sheet names stay."""

    def move(found: re.Match[str]) -> str:
        fixed_column, column, fixed_row, row = found.groups()
        name = column if fixed_column else column_name(max(0, column_number(column.upper()) + right))
        return f"{fixed_column}{name}{fixed_row}{row if fixed_row else int(row) + down}"

    pieces = _QUOTED.split(formula)
    return "".join(piece if place % 2 else _REF.sub(move, piece) for place, piece in enumerate(pieces))
