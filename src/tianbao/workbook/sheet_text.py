"""A sheet for one narrative: what to write, the live count, and an area that prints whole."""

from tianbao.forms.model import Narrative, Section
from tianbao.rules.evaluate import text_length
from tianbao.workbook import formula
from tianbao.workbook.a1 import Area, Place
from tianbao.workbook.layout import TEXT_TOP, TEXT_WIDTH
from tianbao.workbook.plan import Content, Item, Look, Print, SheetPlan, Tint, Validation
from tianbao.workbook.results import length_of

_PASTE = (
    "从 Word 粘贴时，先双击格子（或点编辑栏）再粘贴；不要单击后直接粘贴，否则文字会散到许多格里。换行按 Alt+Enter。"
)
_LINE_HEIGHT, _WIDTH = 20.0, 9.6
_TEXT_LINE, _CHARACTERS = 18.0, 36
"""Height of a printed line in points, and how many characters it takes."""


def _room(narrative: Narrative) -> str:
    """The advice on length, and how much fits before rows must be made higher."""
    fits = int(narrative.lines * _LINE_HEIGHT / _TEXT_LINE) * _CHARACTERS // 100 * 100
    advice = f"篇幅：{narrative.advice}。" if narrative.advice else ""
    return f"{advice}超过约 {fits} 字时，打印前请把行拉高。"


def needed_lines(text: str) -> int:
    """Printed lines that a text takes in the area."""
    return sum(1 + text_length(line) // _CHARACTERS for line in text.split("\n"))


def entry_rows(narrative: Narrative) -> range:
    """The rows of the entry area."""
    return range(TEXT_TOP, TEXT_TOP + narrative.lines)


def entry_height(narrative: Narrative, text: str) -> float:
    """How high each of these rows is: a long text gets higher rows, so that all of it prints.

    A sheet allows 409 points.
    """
    return min(400.0, max(_LINE_HEIGHT, round(needed_lines(text) * _TEXT_LINE / narrative.lines, 1)))


def text_sheet(section: Section, content: Content) -> SheetPlan:
    """The plan of a narrative's sheet."""
    narrative = section.narrative
    if narrative is None:
        raise ValueError(f"{section.id} has no text")
    sheet, last = section.sheet, TEXT_WIDTH - 1
    entry = content.layout.spans[section.id]

    def line(row: int, first: int, until: int, look: Look, text: str) -> Item:
        return Item(Area(Place(sheet, row, first), Place(sheet, row, until)), look, text)

    length = length_of(content, section.id)
    counted = f'"字数："&{formula.text_length(entry.first.absolute)}'
    count = Item(
        Area(Place(sheet, 3, 0), Place(sheet, 3, 2)), "count", f"字数：{length}", counted, slot=("length", section.id)
    )
    items = (
        line(0, 0, last, "title", section.title),
        line(1, 0, last, "guide", f"填写要求：{narrative.guide}"),
        line(2, 0, last, "guide", f"怎样粘贴：{_PASTE}"),
        count,
        line(3, 3, last, "note", _room(narrative)),
        Item(entry, "text", content.texts.get(section.id) or None, slot=("text", section.id)),
    )
    tints: tuple[Tint, ...] = ()
    if narrative.blank in ("must", "ask"):
        tints = (Tint((entry,), f"LEN(TRIM({entry.first.absolute}))=0", "missing"),)
    prompt = Validation(entry, "any", title=section.title[:32], prompt="双击后再粘贴。换行按 Alt+Enter。")
    heights = {
        0: 30.0,
        1: 18.0 * (1 + len(narrative.guide) // 50),
        2: 36.0,
        3: 18.0 * (1 + len(_room(narrative)) // 32),
    }
    height = entry_height(narrative, content.texts.get(section.id, ""))
    heights |= dict.fromkeys(entry_rows(narrative), height)
    printing = Print(one_page=False, repeat_rows=(0, 0))
    return SheetPlan(sheet, items, (_WIDTH,) * TEXT_WIDTH, heights, (prompt,), tints, (TEXT_TOP, 0), printing)
