"""The compiled form: everything a definition says, complete and checked. Frozen; no I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from tianbao.forms.mistakes import Mark
from tianbao.rules.expr import Expr, Sum
from tianbao.rules.sentence import Part
from tianbao.values import Number

ValueType = Literal["count", "change", "amount", "text", "yesno", "choice", "date", "url"]
BlankPolicy = Literal["zero", "ask", "must", "may"]
Severity = Literal["error", "query", "notice"]

NUMERIC: frozenset[ValueType] = frozenset({"count", "change", "amount"})


@dataclass(frozen=True, slots=True)
class Kind:
    """What may stand in a cell. count: integer ≥ 0; change: signed integer; amount: decimal with `places`."""

    value: ValueType = "count"
    unit: str = ""
    places: int = 0
    least: Number | None = None
    most: Number | None = None
    choices: tuple[str, ...] = ()
    like: str = ""
    blank: BlankPolicy = "ask"

    @property
    def numeric(self) -> bool:
        """Whether sums and comparisons with numbers are possible."""
        return self.value in NUMERIC

    @property
    def lowest(self) -> Number | None:
        """`least`, which is 0 where a definition says nothing and the figure is no change."""
        return 0 if self.least is None and self.value != "change" else self.least


@dataclass(frozen=True, slots=True)
class Heading:
    """A node of an axis. Without `id` it adds nothing to the address; without `of` it is a leaf."""

    label: str
    id: str = ""
    short: str = ""
    also: tuple[str, ...] = ()
    help: str = ""
    of: tuple["Heading", ...] = ()
    sum: tuple[str, ...] = ()
    rule: str = ""
    mark: Mark = field(default=Mark(1, 1), compare=False)

    @property
    def total(self) -> bool:
        """Whether the leaf is the sum of others: ("siblings",) or the ids that are added up."""
        return bool(self.sum)

    @property
    def name(self) -> str:
        """What sentences and lists call it."""
        return self.short or self.label

    def depth(self) -> int:
        """Levels from here down to the deepest leaf, itself included."""
        return 1 + max((child.depth() for child in self.of), default=0)

    def leaves(self, path: tuple["Heading", ...] = ()) -> Iterator[tuple["Heading", ...]]:
        """The chain of headings of every leaf below, this one included."""
        here = (*path, self)
        if not self.of:
            yield here
        for child in self.of:
            yield from child.leaves(here)


Leaf = tuple[Heading, ...]
"""The chain of headings from the outer edge of an axis to a leaf; () where a block lacks the axis."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A place for one figure or word: where a row leaf and a column leaf of a block cross."""

    address: str
    section: str
    kind: Kind
    row: Leaf
    column: Leaf
    total: Sum | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the row, then of the column, outermost first."""
        return tuple(heading.label for heading in (*self.row, *self.column))

    @property
    def helps(self) -> tuple[str, ...]:
        """口径 of the headings that lead here."""
        return tuple(heading.help for heading in (*self.row, *self.column) if heading.help)

    @property
    def parts(self) -> tuple[Part, ...]:
        """How sentences name the cell: the short labels of the headings that make its address."""
        rows = [Part("row", heading.name) for heading in self.row if heading.id]
        return (*rows, *(Part("column", heading.name) for heading in self.column if heading.id))


@dataclass(frozen=True, slots=True)
class Block:
    """One pair of axes; either may be empty. `cells` runs row by row."""

    title: str
    corner: str
    rows: tuple[Heading, ...]
    columns: tuple[Heading, ...]
    cells: tuple[Cell, ...]

    def row_leaves(self) -> tuple[Leaf, ...]:
        """Leaves of the row axis from top to bottom; one empty leaf where there is no row axis."""
        return tuple(leaf for heading in self.rows for leaf in heading.leaves()) or ((),)

    def column_leaves(self) -> tuple[Leaf, ...]:
        """Leaves of the column axis from left to right; one empty leaf where there is no column axis."""
        return tuple(leaf for heading in self.columns for leaf in heading.leaves()) or ((),)


@dataclass(frozen=True, slots=True)
class Narrative:
    """A text of the report: what to write, how long, and the rows of its entry area."""

    guide: str
    advice: str
    lines: int
    blank: BlankPolicy


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form on a worksheet of its own: a narrative, or blocks that share one grid."""

    id: str
    title: str
    short: str
    sheet: str
    also: tuple[str, ...] = ()
    print_title: bool = True
    narrative: Narrative | None = None
    blocks: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells of the table in reading order."""
        return tuple(cell for block in self.blocks for cell in block.cells)


@dataclass(frozen=True, slots=True)
class Instance:
    """A rule bound to cells. `key` is what findings and explanations refer to: T3-ID[natural].

    `body` is the sentence without the row or column that all its cells share.
    """

    rule: str
    key: str
    expr: Expr
    addresses: tuple[str, ...]
    sentence: str
    body: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A statement that must hold, with its instances in the order of the form."""

    id: str
    severity: Severity
    source: str
    explain: str
    sentence: str
    instances: tuple[Instance, ...]


@dataclass(frozen=True, slots=True)
class SignOff:
    """An open line on the cover."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form in one edition. `years` are the first and last report year (None: still in force)."""

    id: str
    edition: str
    name: str
    title: str
    basis: str
    years: tuple[int, int | None]
    instructions: tuple[str, ...]
    signoff: tuple[SignOff, ...]
    sections: tuple[Section, ...]
    rules: tuple[Rule, ...]
    cells: Mapping[str, Cell] = field(hash=False)
    narratives: Mapping[str, Section] = field(hash=False)

    def __hash__(self) -> int:
        """By its name: a form is the key of what is made of it once, and asked for with every submission."""
        return hash((self.id, self.edition))

    def covers(self, year: int) -> bool:
        """Whether this edition is the one for reports of the year."""
        first, last = self.years
        return first <= year and (last is None or year <= last)

    def section(self, section_id: str) -> Section:
        """The section with that id. Raises KeyError."""
        return _sections(self)[section_id]

    def rule(self, rule_id: str) -> Rule:
        """The rule with that id. Raises KeyError."""
        return _rules(self)[rule_id]

    def has_rule(self, rule_id: str) -> bool:
        """Whether the form itself defines the rule."""
        return rule_id in _rules(self)

    def report_title(self, agency: str, year: int) -> str:
        """示例区外事办公室2023年政府信息公开工作年度报告."""
        return self.title.replace("{agency}", agency).replace("{year}", str(year))

    def where(self, address: str) -> str:
        """The address in words: 三、收到和处理政府信息公开申请情况 · 本年新收 · 自然人."""
        cell = self.cells.get(address)
        if cell is None:
            return self.narratives[address].title if address in self.narratives else address
        return " · ".join((self.section(cell.section).title, *(part.label for part in cell.parts)))


@lru_cache(maxsize=64)
def _sections(form: Form) -> Mapping[str, Section]:
    return {section.id: section for section in form.sections}


@lru_cache(maxsize=64)
def _rules(form: Form) -> Mapping[str, Rule]:
    return {rule.id: rule for rule in form.rules}
