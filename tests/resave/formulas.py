"""References inside formulas: moved along with rows and columns, and compared from where they stand."""

import html
import re
from collections.abc import Callable, Mapping

from tests.resave.book import Cell, Sheet
from tianbao.workbook.a1 import column_name, column_number

_SHEET = r"(?:('(?:[^']|'')+'|[^\W\d][\w.、]*)!)?"
_REFERENCE = re.compile(
    rf"(?<![\w.$'!]){_SHEET}(\$?)([A-Z]{{1,3}})(\$?)(\d{{1,7}})(?::(\$?)([A-Z]{{1,3}})(\$?)(\d{{1,7}}))?(?![\w(.])"
)
_QUOTED = re.compile(r'("(?:[^"]|"")*")')

Spot = tuple[int, int]
Move = Callable[[int, int], Spot | None]
"""Row and column (from 1) → where they are afterwards, None where the cell is gone."""
MAX_SHARED = 40


def each_reference(formula: str, change: Callable[[re.Match[str]], str]) -> str:
    """The formula with every reference outside quoted texts changed."""
    pieces = _QUOTED.split(formula)
    return "".join(piece if at % 2 else _REFERENCE.sub(change, piece) for at, piece in enumerate(pieces))


def sheet_of(found: re.Match[str]) -> str:
    """The sheet that a reference names, "" where it names none."""
    name = found[1] or ""
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def relative(formula: str, row: int, column: int) -> str:
    """The formula as seen from its cell: cells with the same one may share it."""

    def one(absolute_column: str, letters: str, absolute_row: str, number: str) -> str:
        down = number if absolute_row else f"[{int(number) - row}]"
        right = letters if absolute_column else f"[{column_number(letters) + 1 - column}]"
        return f"R{down}C{right}"

    def change(found: re.Match[str]) -> str:
        sheet = f"{found[1]}!" if found[1] else ""
        second = ":" + one(*found.group(6, 7, 8, 9)) if found[7] else ""
        return sheet + one(*found.group(2, 3, 4, 5)) + second

    return each_reference(html.unescape(formula), change)


def moved(formula: str, move: Move, is_here: Callable[[str], bool]) -> str:
    """The formula after rows or columns of the sheet were inserted or deleted; `is_here`: of the sheets named."""

    def change(found: re.Match[str]) -> str:
        if not is_here(sheet_of(found)):
            return found[0]
        first = (int(found[5]), column_number(found[3]) + 1)
        last = (int(found[9]), column_number(found[7]) + 1) if found[7] else first
        area = moved_area(first, last, move)
        sheet = f"{found[1]}!" if found[1] else ""
        if area is None:
            return f"{sheet}#REF!"
        (top, left), (bottom, right) = area
        text = f"{sheet}{found[2]}{column_name(left - 1)}{found[4]}{top}"
        return text + (f":{found[6]}{column_name(right - 1)}{found[8]}{bottom}" if found[7] else "")

    return each_reference(formula, change)


def moved_area(first: Spot, last: Spot, move: Move) -> tuple[Spot, Spot] | None:
    """An area shrinks to what is left of it; None where nothing is."""
    rows = [spot[0] for row in range(first[0], last[0] + 1) if (spot := move(row, 10**6))]
    columns = [spot[1] for column in range(first[1], last[1] + 1) if (spot := move(10**6, column))]
    if not rows or not columns:
        return None
    return (min(rows), min(columns)), (max(rows), max(columns))


def shareable(sheet: Sheet, limit: int = MAX_SHARED) -> list[list[Cell]]:
    """Groups of two or more cells, below or beside one another, whose formulas are the same seen from each."""
    spots: dict[Spot, Cell] = {(c.row, c.column): c for c in sheet.cells() if c.formula}
    seen: Mapping[Spot, str] = {spot: relative(cell.formula or "", *spot) for spot, cell in spots.items()}
    groups, done = [], set[Spot]()
    for spot in sorted(spots):
        if spot in done:
            continue
        group = max((_run(spot, step, seen, done, limit) for step in ((1, 0), (0, 1))), key=len)
        if len(group) > 1:
            groups.append([spots[each] for each in group])
            done |= set(group)
    return groups


def _run(start: Spot, step: Spot, seen: Mapping[Spot, str], done: set[Spot], limit: int) -> list[Spot]:
    run = [start]
    while len(run) < limit:
        after = (run[-1][0] + step[0], run[-1][1] + step[1])
        if after in done or seen.get(after) != seen[start]:
            break
        run.append(after)
    return run
