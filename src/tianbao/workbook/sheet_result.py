"""The sheet 审核结果 of a return copy: the verdict, hints, a line for every finding, and what found no place."""

from dataclasses import dataclass
from typing import Literal

from tianbao.workbook.a1 import Area, Place
from tianbao.workbook.layout import RESULT
from tianbao.workbook.plan import Item, Look, Print, SheetPlan, Tint

_WIDTHS = (5.0, 9.0, 17.0, 26.0, 42.0, 36.0, 24.0)
_LAST = len(_WIDTHS) - 1
_HEADS = ("序号", "级别", "单元格（点击跳转）", "位置", "问题", "怎么改", "依据和编号")
_LINE, _PER_CHARACTER = 14.0, 2.05
"""Height of a line of 10 points, and the width of a Chinese character in those of columns."""
_HIGHEST = 400.0


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. `place` is where it leads to in this workbook; None: to no cell."""

    level: Literal["error", "query", "notice"]
    word: str
    where: str
    place: Place | None
    message: str
    fix: str
    basis: str


@dataclass(frozen=True, slots=True)
class Result:
    """All that the sheet says, in words. `failed` chooses the colour of the verdict."""

    title: str
    about: str
    verdict: str
    failed: bool
    guide: str
    hints: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    left_over: tuple[str, ...] = ()
    noticed: tuple[Line, ...] = ()


class _Rows:
    """Items from top to bottom, with the heights that their texts need."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.heights: dict[int, float] = {}
        self.row = 0

    def across(self, look: Look, text: str, height: float = 0.0) -> None:
        """A text over the whole width."""
        area = Area(Place(RESULT, self.row, 0), Place(RESULT, self.row, _LAST))
        self.items.append(Item(area, look, text))
        self._next(height or 8.0 + _LINE * 1.15 * _lines(text, sum(_WIDTHS)))

    def cells(self, *cells: tuple[Look, str, Place | None]) -> None:
        """One line of the table."""
        height = 20.0
        for column, (look, text, target) in enumerate(cells):
            place = Place(RESULT, self.row, column)
            link = f"internal:{target.full.split('!')[0]}!{target.a1}" if target else ""
            self.items.append(Item(Area(place, place), look, text or None, link=link if text else ""))
            height = max(height, 6.0 + _LINE * _lines(text, _WIDTHS[column]))
        self._next(height)

    def _next(self, height: float) -> None:
        self.heights[self.row] = min(_HIGHEST, height)
        self.row += 1


def result_sheet(result: Result) -> SheetPlan:
    """The plan of the sheet."""
    rows = _Rows()
    rows.across("title", result.title, 36.0)
    rows.across("note", result.about)
    verdict = rows.row
    rows.across("big-light", result.verdict, 36.0)
    # one cell for both: the table begins on the same row in every copy
    rows.across("guide", "\n".join((*(f"提示：{hint}" for hint in result.hints), result.guide)))
    head = rows.row
    rows.cells(*(("head", label, None) for label in _HEADS))
    for number, line in enumerate(result.lines, start=1):
        rows.cells(*_line(str(number), line))
    if result.left_over:
        rows.across("subtitle", "没有照原样放进本表的内容（收到的原件没有改动，以下逐项列出）", 22.0)
        for text in result.left_over:
            rows.across("check-text", text)
    if result.noticed:
        rows.across("subtitle", "已注意到，不需要处理", 22.0)
        for line in result.noticed:
            rows.cells(*_line("", line))
    light = Area(Place(RESULT, verdict, 0), Place(RESULT, verdict, _LAST))
    return SheetPlan(
        RESULT,
        tuple(rows.items),
        _WIDTHS,
        rows.heights,
        (),
        (Tint((light,), "TRUE", "fail" if result.failed else "waiting"),),
        (head + 1, 0),
        Print(landscape=True, one_page=False, repeat_rows=(head, head)),
        active=True,
    )


def _line(number: str, line: Line) -> tuple[tuple[Look, str, Place | None], ...]:
    level: Look = line.level if line.level != "notice" else "check"
    return (
        ("check", number, None),
        (level, line.word, None),
        ("link" if line.place else "check", str(line.place or ""), line.place),
        ("check-text", line.where, None),
        ("check-text", line.message, None),
        ("check-text", line.fix, None),
        ("check", line.basis, None),
    )


def _lines(text: str, width: float) -> int:
    """Printed lines that a text takes in a column."""
    room = max(1, int(width / _PER_CHARACTER))
    if len(text) <= room and "\n" not in text:
        return 1
    return sum(1 + (wide(line) - 1) // room if line else 1 for line in text.split("\n"))


def wide(text: str) -> int:
    """Its width in Chinese characters; two Latin ones are as wide as one."""
    narrow = len(text.encode("latin-1", "ignore"))
    return len(text) - narrow + (narrow + 1) // 2


_CELL = Place(RESULT, 0, 0)
SAMPLE = Result(
    title="审核结果",
    about="",
    verdict="",
    failed=True,
    guide="",
    lines=(Line("error", "", "", _CELL, "", "", ""), Line("query", "", "", None, "", "", "")),
    left_over=("",),
    noticed=(Line("notice", "", "", None, "", "", ""),),
)
"""A result in which every look of the sheet occurs, for making a stamp."""
