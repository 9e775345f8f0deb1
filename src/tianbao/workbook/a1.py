"""Places on a sheet in A1 notation; rows and columns count from 0."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_A1 = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384


@lru_cache(maxsize=1_024)
def column_name(column: int) -> str:
    """0 → A, 27 → AB."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_number(name: str) -> int:
    """A → 0, AB → 27."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number - 1


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One cell of a sheet."""

    sheet: str
    row: int
    column: int

    @property
    def a1(self) -> str:
        """D5."""
        return f"{column_name(self.column)}{self.row + 1}"

    @property
    def absolute(self) -> str:
        """$D$5."""
        return f"${column_name(self.column)}${self.row + 1}"

    @property
    def full(self) -> str:
        """'三、申请'!$D$5, for formulas and defined names."""
        return f"{quoted(self.sheet)}!{self.absolute}"

    def __str__(self) -> str:
        return f"{self.sheet}!{self.a1}"


def quoted(sheet: str) -> str:
    """The sheet's name as formulas spell it."""
    return "'" + sheet.replace("'", "''") + "'"


@lru_cache(maxsize=16_384)
def parse_a1(text: str) -> tuple[int, int]:
    """(row, column) of D5 or $D$5. Raises ValueError."""
    found = _A1.fullmatch(text)
    if not found:
        raise ValueError(text)
    row, column = int(found[2]) - 1, column_number(found[1])
    if row >= MAX_ROWS or column >= MAX_COLUMNS:
        raise ValueError(text)
    return row, column


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells on one sheet; both corners belong to it."""

    first: Place
    last: Place

    def text(self, home: str) -> str:
        """D5:D8, with the sheet's name unless it is `home`."""
        prefix = "" if self.first.sheet == home else f"{quoted(self.first.sheet)}!"
        if self.first == self.last:
            return prefix + self.first.absolute
        return f"{prefix}{self.first.absolute}:{self.last.absolute}"


def areas(places: Iterable[Place]) -> list[Area]:
    """The places as few rectangles: runs along rows or along columns, equal neighbours joined; the fewer win."""
    found = set(places)
    along_rows = _runs(sorted(found), 0, 1)
    along_columns = _runs(sorted(found, key=lambda place: (place.sheet, place.column, place.row)), 1, 0)
    return min(_joined(along_rows, 1, 0), _joined(along_columns, 0, 1), key=len)


def _runs(places: list[Place], down: int, right: int) -> list[Area]:
    runs: list[Area] = []
    for place in places:
        last = runs[-1].last if runs else None
        if last and Place(last.sheet, last.row + down, last.column + right) == place:
            runs[-1] = Area(runs[-1].first, place)
        else:
            runs.append(Area(place, place))
    return runs


def _joined(runs: list[Area], down: int, right: int) -> list[Area]:
    """Runs that lie side by side with the same ends become one rectangle."""
    done: list[Area] = []
    for run in runs:
        last = done[-1] if done else None
        if last and _beside(last, run, down, right):
            done[-1] = Area(last.first, run.last)
        else:
            done.append(run)
    return done


def _beside(last: Area, run: Area, down: int, right: int) -> bool:
    start = Place(run.first.sheet, run.first.row, run.first.column)
    same_ends = (
        last.first.column == run.first.column and last.last.column == run.last.column
        if down
        else last.first.row == run.first.row and last.last.row == run.last.row
    )
    return (
        same_ends
        and last.last.sheet == start.sheet
        and last.last.row + down == run.last.row
        and last.last.column + right == run.last.column
    )
