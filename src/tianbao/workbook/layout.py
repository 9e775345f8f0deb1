"""address ↔ place: where everything stands in a workbook of ours. The sole owner of that knowledge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from tianbao.forms.grid import Grid, grid_of
from tianbao.forms.model import Form, Section
from tianbao.workbook.a1 import Area, Place

COVER, CHECKS, IDENTITY = "填报说明", "校验", "_tianbao"
TABLE_TOP = 1
"""Row of a table sheet where the grid begins; the title stands above."""
TEXT_TOP, TEXT_WIDTH = 4, 9
"""First row and width in columns of a narrative's entry area."""
IDENTITY_KEYS = (
    "form",
    "edition",
    "year",
    "agency",
    "code",
    "deadline",
    "fingerprint",
    "template",
    "checksum",
)
"""What the hidden sheet says, a line each: key in column A, value in column B."""

FINGERPRINT_NAME = "tianbao.fingerprint"
"""Defined-name constant and custom property that repeat the fingerprint of the hidden sheet."""
AGENCY_NAME = "tianbao.agency"
"""Defined name of the agency's cell on the cover."""
RESULT, MARKED_KEY, MARKED_NAME = "审核结果", "marked", "tianbao.marked"
"""A marked return copy: its extra sheet, the line of the hidden sheet that says so, the defined name of that sheet."""
AGENCY_LABEL, COVER_YEAR_LABEL = "填报单位", "报告年度"
"""What stands beside the cells of the agency and of the year on the cover."""

COVER_AGENCY, COVER_YEAR, COVER_DEADLINE = (3, 2), (4, 2), (5, 2)
COVER_TEMPLATE, COVER_CHECKSUM = (6, 2), (7, 2)
COVER_LIGHT = (9, 2)
COVER_INSTRUCTIONS = 13
CHECKS_TOP = 4
"""First line of the table of rules on 校验."""
CHECK_COLUMNS = ("编号", "位置与规则", "级别", "左边", "右边", "差", "结果", "说明", "定位")
KEY, RULE, LEVEL, LEFT, RIGHT, DELTA, LIGHT, EXPLANATION, LINK = range(len(CHECK_COLUMNS))
FREE_LINES = 3
"""Lines on 校验 where a clerk may name a key and explain it."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A line on 校验: what it is about and on which row it stands (from 0)."""

    row: int
    key: str
    kind: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything of a form stands."""

    form: Form
    grids: Mapping[str, Grid] = field(hash=False)
    places: Mapping[str, Place] = field(hash=False)
    spans: Mapping[str, Area] = field(hash=False)
    lines: tuple[CheckLine, ...] = ()

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of the worksheets in order."""
        return (COVER, *(section.sheet for section in self.form.sections), CHECKS, IDENTITY)

    def line(self, key: str) -> CheckLine:
        """The line on 校验 with that key. Raises StopIteration where there is none."""
        return next(line for line in self.lines if line.key == key)

    def light(self, key: str) -> Place:
        """Where the light of a key stands."""
        return Place(CHECKS, self.line(key).row, LIGHT)


@lru_cache(maxsize=16)
def layout_of(form: Form) -> Layout:
    """The layout of a form's workbook; it depends on the form alone."""
    grids: dict[str, Grid] = {}
    places: dict[str, Place] = {}
    spans: dict[str, Area] = {}
    for section in form.sections:
        if section.blocks:
            grids[section.id] = grid_of(section)
            _table_places(section, grids[section.id], places, spans)
        else:
            first = Place(section.sheet, TEXT_TOP, 0)
            lines = section.narrative.lines if section.narrative else 1
            places[section.id] = first
            spans[section.id] = Area(first, Place(section.sheet, TEXT_TOP + lines - 1, TEXT_WIDTH - 1))
    for number, line in enumerate(form.signoff):
        row = COVER_INSTRUCTIONS + len(form.instructions) + 2 + number
        places[f"signoff.{line.id}"] = Place(COVER, row, 2)
    return Layout(form, grids, places, spans, tuple(_check_lines(form)))


def _table_places(section: Section, grid: Grid, places: dict[str, Place], spans: dict[str, Area]) -> None:
    for box in grid.boxes:
        if box.role == "value":
            first = Place(section.sheet, TABLE_TOP + box.row, box.column)
            last = Place(section.sheet, first.row + box.row_span - 1, first.column + box.column_span - 1)
            places[box.address], spans[box.address] = first, Area(first, last)


def _check_lines(form: Form) -> list[CheckLine]:
    keys = [(instance.key, "rule", rule.id) for rule in form.rules for instance in rule.instances]
    for section in form.sections:
        policies = {cell.kind.blank for cell in section.cells}
        if section.narrative:
            keys.append((f"TYPE-BLANK[{section.id}]", "text", section.id))
        else:
            keys.append((f"TYPE-INT[{section.id}]", "types", section.id))
        if any(cell.kind.value == "amount" and cell.total is None for cell in section.cells):
            keys.append((f"TYPE-FEE[{section.id}]", "places", section.id))
        if "ask" in policies:
            keys.append((f"TYPE-BLANK[{section.id}]", "blanks", section.id))
        if "must" in policies:
            keys.append((f"TYPE-BLANK[{section.id}.*]", "musts", section.id))
    lines = [CheckLine(CHECKS_TOP + at, key, kind, subject) for at, (key, kind, subject) in enumerate(keys)]
    top = CHECKS_TOP + len(lines)
    return [*lines, *(CheckLine(top + number, "", "free") for number in range(FREE_LINES))]
