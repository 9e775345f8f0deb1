"""Printed headings → headings of the form: the same words under other brackets, widths, line breaks or order."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

_REMEMBERED = 200
"""Characters of a label that may come again: headings do, narratives do not."""

LONGEST = 2_000
"""Characters of a text that are compared with headings: a longer one is none."""


def normal(label: str) -> str:
    """Letters and digits only, in one width: “（一）予以公开” and "(一) 予以公开" become 一予以公开.

    Of a text too long for a heading only the beginning, with a mark that no heading has.
    """
    if len(label) > LONGEST:
        return f"{_spelled(label[:LONGEST])}…"
    return _seen_before(label) if len(label) <= _REMEMBERED else _spelled(label)


def _spelled(label: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", label))).lower()


_seen_before = lru_cache(maxsize=4_096)(_spelled)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line of a printed table should show: one of `must` (any wording of its own label), and more beside it."""

    must: frozenset[str]
    beside: frozenset[str] = frozenset()


def wordings(label: str, also: Iterable[str]) -> frozenset[str]:
    """The normal forms under which a heading is accepted."""
    return frozenset(normal(text) for text in (label, *also)) - {""}


def align(wanted: Sequence[Wanted], seen: Sequence[frozenset[str]]) -> list[int | None]:
    """For every wanted line the line that shows it, in order; None where there is none.

    The most lines are matched; among equals the one that shows more of what stands beside. Lines without `must` match
    nothing.
    """
    rows, columns = len(wanted), len(seen)
    where: dict[str, list[int]] = {}
    for column, shown in enumerate(seen):
        for text in shown:
            where.setdefault(text, []).append(column)
    best = [[0.0] * (columns + 1)]
    for line in reversed(wanted):
        best.append(_with_line(line, seen, best[-1], {at for text in line.must for at in where.get(text, ())}))
    best.reverse()
    found: list[int | None] = [None] * rows
    row = column = 0
    while row < rows and column < columns:
        score = _score(wanted[row], seen[column])
        if score and best[row][column] == score + best[row + 1][column + 1]:
            found[row] = column
            row, column = row + 1, column + 1
        elif best[row][column] == best[row][column + 1]:
            column += 1
        else:
            row += 1
    return found


def _with_line(line: Wanted, seen: Sequence[frozenset[str]], below: list[float], shows: set[int]) -> list[float]:
    """The best sums from each column on with one line more; only the columns in `shows` can add to them."""
    if not shows:
        return below
    last = max(shows)
    best = below.copy()
    for column in range(last, -1, -1):
        best[column] = max(below[column], best[column + 1])
        if column in shows:
            best[column] = max(best[column], _score(line, seen[column]) + below[column + 1])
    return best


def _score(line: Wanted, seen: frozenset[str]) -> float:
    if not line.must & seen:
        return 0.0
    return 1.0 + len(line.beside & seen) / 64
