"""Where the lines of an issued sheet stand in a sheet that people worked on: rows and columns inserted or deleted.

Lines are recognised by their fixed texts; a line without any keeps its distance to the lines around it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tianbao.forms.labels import Wanted, align, normal
from tianbao.workbook.a1 import column_name, parse_a1
from tianbao.workbook.aspects import SheetAspects
from tianbao.workbook.sheets import RawSheet, Spot

_LONGEST = 400
"""Lines that are compared; an official sheet has less than a hundred."""
_REFERENCE = re.compile(
    r"(\"[^\"]*\")|(?:([^\s!(),&+\-*/=<>\"^;{}:]+)!)?\b([A-Z]{1,3}\d{1,7})\b(?!\()(?::([A-Z]{1,3}\d{1,7})\b)?"
)


@dataclass(frozen=True, slots=True)
class SheetMoves:
    """`name`: what the sheet is called now; rows and columns by number, None where the line is gone."""

    name: str
    rows: Mapping[int, int | None] = field(default_factory=dict, hash=False)
    columns: Mapping[int, int | None] = field(default_factory=dict, hash=False)

    def spot(self, spot: Spot) -> Spot | None:
        """Where the cell stands now."""
        row, column = self.rows.get(spot[0], spot[0]), self.columns.get(spot[1], spot[1])
        return None if row is None or column is None else (row, column)

    @property
    def trivial(self) -> bool:
        """Whether every line is where it was."""
        return all(at == now for lines in (self.rows, self.columns) for at, now in lines.items())


def moves_of(issued: SheetAspects, sheet: RawSheet) -> SheetMoves:
    """How the lines of the issued sheet moved."""
    wanted = {spot: text for spot, label in issued.labels.items() if (text := normal(label))}
    cells = sheet.cells
    if all(spot in cells and normal(cells[spot].value.text) == text for spot, text in wanted.items()):
        return SheetMoves(sheet.name)
    shown = {spot: normal(cell.value.text) for spot, cell in cells.items() if cell.value.kind == "text"}
    return SheetMoves(sheet.name, _lines(wanted, shown, 0), _lines(wanted, shown, 1))


def _lines(wanted: Mapping[Spot, str], shown: Mapping[Spot, str], axis: int) -> dict[int, int | None]:
    last = max((spot[axis] for spot in wanted), default=0)
    before, after = _by_line(wanted, axis), _by_line(shown, axis)
    numbers = sorted(after)[:_LONGEST]
    lines = sorted(before)[:_LONGEST]
    matched = align([Wanted(before[line], before[line]) for line in lines], [after[number] for number in numbers])
    known = {line: numbers[at] for line, at in zip(lines, matched, strict=True) if at is not None}
    return _between(known, last)


def _by_line(texts: Mapping[Spot, str], axis: int) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for spot, text in texts.items():
        if text:
            found.setdefault(spot[axis], set()).add(text)
    return {line: frozenset(said) for line, said in found.items()}


def _between(known: Mapping[int, int], last: int) -> dict[int, int | None]:
    """Lines between two known ones keep the distance to the one before, if there is room; else they are gone."""
    done: dict[int, int | None] = {}
    lines = sorted(known)
    for line in range(last + 1):
        if line in known:
            done[line] = known[line]
            continue
        before = max((at for at in lines if at < line), default=None)
        after = min((at for at in lines if at > line), default=None)
        place = line - before + known[before] if before is not None else line
        if before is None and after is not None:
            place = known[after] - (after - line)
        gone = place < 0 or (after is not None and place >= known[after])
        done[line] = None if gone else place
    return done


def moved_formula(formula: str, home: str, moves: Mapping[str, SheetMoves]) -> str | None:
    """A normal formula with its references where the cells stand now; None where one of them is gone.

    `moves` by upper-case name of the issued sheet; `home` is the sheet of the formula.
    """
    gone = False

    def move(found: re.Match[str]) -> str:
        nonlocal gone
        if found[1]:
            return found[0]
        sheet = moves.get(found[2] or home.upper())
        if sheet is None:
            gone = gone or bool(found[2])
            return found[0]
        ends = []
        for end in (found[3], found[4]):
            if end is None:
                continue
            now = sheet.spot(parse_a1(end))
            gone = gone or now is None
            ends.append(_a1(now or (0, 0)))
        return (f"{sheet.name.upper()}!" if found[2] else "") + ":".join(ends)

    done = _REFERENCE.sub(move, formula)
    return None if gone else done


def _a1(spot: Spot) -> str:
    return f"{column_name(spot[1])}{spot[0] + 1}"


def same_sheet(labels: Sequence[str], sheet: RawSheet) -> float:
    """Share of the fixed texts of an issued sheet that a sheet shows anywhere."""
    shown = {normal(cell.value.text) for cell in sheet.cells.values() if cell.value.kind == "text"}
    wanted = {normal(label) for label in labels} - {""}
    return len(wanted & shown) / len(wanted) if wanted else 0.0
