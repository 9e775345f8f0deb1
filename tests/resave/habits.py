"""What programs change in a file that means nothing: order of styles and strings, shared formulas, heads of sheets."""

import html
import random
import re
from collections.abc import Callable, Sequence

from tests.resave.book import STYLES, Book, Cell, Row, Sheet, plain_formula, si_text
from tests.resave.formulas import shareable

_XF = re.compile(r"<xf [^>]*/>|<xf [^>]*>.*?</xf>", re.DOTALL)
_LIST = re.compile(r'(<cellXfs count=")\d+(">)(.*?)(</cellXfs>)', re.DOTALL)
_FONTS = re.compile(r"(<fonts [^>]*>)(.*?)(</fonts>)", re.DOTALL)
_SPANS = re.compile(r' spans="[^"]*"')


def guid(chance: random.Random) -> str:
    """A made-up id in braces."""
    digits = f"{chance.getrandbits(128):032X}"
    return "{" + "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])) + "}"


def shuffled(count: int, chance: random.Random, fixed: int = 0) -> list[int]:
    """Old numbers in a new order; the first `fixed` stay."""
    rest = list(range(fixed, count))
    chance.shuffle(rest)
    return [*range(fixed), *rest]


def reorder_styles(book: Book, chance: random.Random, change: Callable[[str], str] = lambda xf: xf) -> None:
    """The table of cell formats and fonts in another order, one format more than is used; cells follow."""
    xml = book.text(STYLES)
    fonts = _FONTS.search(xml)
    formats = _LIST.search(xml)
    assert fonts is not None and formats is not None
    listed = re.findall(r"<font>.*?</font>|<font/>", fonts[2], re.DOTALL)
    font_order = shuffled(len(listed), chance, 1)
    font_at = {str(old): str(new) for new, old in enumerate(font_order)}
    kinds = _XF.findall(formats[3])
    order = shuffled(len(kinds), chance, 1)
    new_at = {str(old): str(new) for new, old in enumerate(order)}
    kinds = [re.sub(r'fontId="(\d+)"', lambda found: f'fontId="{font_at[found[1]]}"', kind) for kind in kinds]
    body = "".join(change(kinds[old]) for old in order) + kinds[0]
    xml = xml.replace(formats[0], f"{formats[1]}{len(kinds) + 1}{formats[2]}{body}{formats[4]}")
    xml = xml.replace(fonts[0], fonts[1] + "".join(listed[old] for old in font_order) + fonts[3])
    book.parts[STYLES] = xml.encode()
    for sheet in book.sheets.values():
        for cell in sheet.cells():
            cell.style = new_at[cell.style] if cell.style else ""


def reorder_strings(book: Book, chance: random.Random, spell: Callable[[int, str], str]) -> None:
    """Shared strings in the order of this file, each spelled anew from its old number and text."""
    order = shuffled(len(book.strings), chance)
    new_at = {str(old): str(new) for new, old in enumerate(order)}
    book.strings = [spell(old, book.strings[old]) for old in order]
    book.known = {}
    for sheet in book.sheets.values():
        for cell in sheet.cells():
            if cell.kind == "s" and cell.value is not None:
                cell.value = new_at[cell.value]


def in_runs(inside: str, parts: Sequence[str]) -> str:
    """A text in runs, with a phonetic hint that is no part of it."""
    pieces = [f'<t xml:space="preserve">{html.escape(part, quote=False)}</t>' for part in parts if part]
    font = '<rPr><sz val="10"/><rFont val="宋体"/><charset val="134"/></rPr>'
    runs = "".join(f"<r>{font if at else ''}{piece}</r>" for at, piece in enumerate(pieces))
    return f'{runs}<rPh sb="0" eb="1"><t>ピン</t></rPh><phoneticPr fontId="1"/>' if si_text(inside) else inside


def break_lines(inside: str, *, carriage: bool) -> str:
    """Line breaks as Excel writes them: CR LF in the part; with `carriage` also the CR that was pasted."""
    return inside.replace("\n", "_x000D_\r\n" if carriage else "\r\n")


def shared(sheet: Sheet, chance: random.Random, *, early: bool = False, limit: int = 40) -> Callable[[Cell], str]:
    """Spells formulas as shared where cells may share them. Numbers do not ascend; with `early` a child may come
    before the cell that has the text.
    """
    groups = shareable(sheet, limit)
    numbers = shuffled(len(groups), chance)
    spelled: dict[tuple[int, int], str] = {}
    for number, group in zip(numbers, groups, strict=True):
        area = f"{group[0].name}:{group[-1].name}"
        master = chance.randrange(len(group)) if early else 0
        again = ' ca="1"' if chance.random() < 0.2 else ""
        for at, cell in enumerate(group):
            head = f'<f t="shared"{again} ref="{area}" si="{number}">{cell.formula}</f>'
            spelled[cell.row, cell.column] = head if at == master else f'<f t="shared"{again} si="{number}"/>'

    def formula(cell: Cell) -> str:
        return spelled.get((cell.row, cell.column)) or plain_formula(cell)

    return formula


def with_spans(row: Row, more: str = "") -> str:
    """The attributes of a row with the span of its cells."""
    span = f' spans="{row.cells[0].column}:{row.cells[-1].column}"' if row.cells else ""
    return span + _SPANS.sub("", row.attributes) + more


def head_with(head: str, root: str, format_pr: str, active: str, zoom: str = "") -> str:
    """The head of a sheet under another root, with another active cell."""
    head = re.sub(r"<worksheet [^>]*>", lambda _: f"<worksheet {root}>", head, count=1)
    head = re.sub(r"<sheetFormatPr[^>]*/>", lambda _: format_pr, head, count=1)
    head = re.sub(r"<selection[^>]*/>(?=</sheetView>)", "", head)
    pane = ' pane="bottomRight"' if 'state="frozen"' in head else ""
    selection = f'<selection{pane} activeCell="{active}" sqref="{active}"/>'
    head = re.sub(r"(<sheetView [^>]*?)/>", r"\1></sheetView>", head)
    return head.replace("</sheetView>", f"{selection}</sheetView>").replace(" workbookViewId", f"{zoom} workbookViewId")


def some_cell(chance: random.Random) -> str:
    return "ABCDEFGH"[chance.randrange(8)] + str(chance.randrange(1, 30))
