"""What a reader of spreadsheet bytes gives, whatever the format: sheets with cells, formulas, locks and merges."""

from dataclasses import dataclass, field
from typing import Literal, get_args

from tianbao.values import FormatClass, Value

Spot = tuple[int, int]
"""Row and column, from 0."""

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

    `local_names`: (sheet, name) → formula text. `seen`: what the reader could see at all.
    """

    sheets: list[RawSheet]
    names: dict[str, str]
    local_names: dict[tuple[str, str], str] = field(default_factory=dict)
    macros: bool = False
    seen: frozenset[Aspect] = ALL_ASPECTS
