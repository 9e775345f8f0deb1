"""Printed headings → headings of the form: the same words under other brackets, widths, line breaks or order."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LONGEST = 2_000
"""Characters of a text that are compared with headings: a longer one is none."""


def normal(label: str) -> str:
    """Letters and digits only, in one width: “（一）予以公开” and "(一) 予以公开" become 一予以公开.

    Of a text too long for a heading only the beginning, with a mark that no heading has.
    """
    if len(label) > LONGEST:
        return f"{normal(label[:LONGEST])}…"
    wide = unicodedata.normalize("NFKC", label)
    return "".join(character for character in wide if character.isalnum()).lower()


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
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            skip = max(best[row + 1][column], best[row][column + 1])
            best[row][column] = max(skip, _score(wanted[row], seen[column]) + best[row + 1][column + 1])
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


def _score(line: Wanted, seen: frozenset[str]) -> float:
    if not line.must & seen:
        return 0.0
    return 1.0 + len(line.beside & seen) / 64
