"""What happens to the template: sheets, rows, columns, names, headings, totals. Issue 4, items 2 and 3."""

import random
import re

from tests.pile import edit
from tests.pile.base import Filled, recalculate
from tests.pile.kind import Kind
from tests.pile.truth import FAILED, FIGURES, NOT_FAILED, NOT_PASSED, PASSED, QUERIED, UNREADABLE, Expectation
from tests.resave.book import BOOK, CUSTOM, STYLES, Cell, parse_sheet
from tianbao.workbook.layout import CHECKS, COVER, COVER_AGENCY, COVER_YEAR, IDENTITY

REQUESTS, REVIEWS = "三、申请", "四、复议诉讼"
INNER_ROWS = ("denied_2", "denied_3", "denied_5", "unable_2", "rejected_3", "other_2")
"""Rows that do not begin a group: their deletion leaves the group's heading."""
_COLUMNS = ("business", "research", "charity", "legal")
_WIDE = str.maketrans("（）().、", "()（）．、")
_EMPTY_SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData></sheetData></worksheet>'
)


def untouched(made: Filled, chance: random.Random) -> None:
    """Nothing."""


def row_of(made: Filled, address: str) -> int:
    return made.cell(address).row


def protection_off(made: Filled, chance: random.Random) -> None:
    edit.all_unprotected(made.book)


def row_deleted(made: Filled, chance: random.Random) -> None:
    edit.all_unprotected(made.book)
    edit.delete_row(made.book, REQUESTS, row_of(made, f"requests.{chance.choice(INNER_ROWS)}.natural"))
    recalculate(made.book)


def column_deleted(made: Filled, chance: random.Random) -> None:
    edit.all_unprotected(made.book)
    edit.delete_column(made.book, REQUESTS, made.cell(f"requests.new.{chance.choice(_COLUMNS)}").column)
    recalculate(made.book)


def row_inserted(made: Filled, chance: random.Random) -> None:
    edit.all_unprotected(made.book)
    edit.insert_row(made.book, REQUESTS, chance.choice((1, 2, 6, 9, 14, 28, 30)))
    recalculate(made.book)


def column_inserted(made: Filled, chance: random.Random) -> None:
    edit.all_unprotected(made.book)
    edit.insert_column(made.book, chance.choice((REQUESTS, REVIEWS)), chance.randrange(1, 9))
    recalculate(made.book)


def own_row(made: Filled, chance: random.Random) -> None:
    edit.all_unprotected(made.book)
    row = row_of(made, f"requests.{chance.choice(INNER_ROWS)}.natural")
    edit.insert_row(made.book, REQUESTS, row)
    made.book.put(REQUESTS, f"C{row}", "其中：涉企信息")
    for letter in "DEFGHI":
        made.book.put(REQUESTS, f"{letter}{row}", chance.randrange(1, 5))
    recalculate(made.book)


def sheet_deleted(made: Filled, chance: random.Random) -> None:
    edit.delete_sheet(made.book, chance.choice((REQUESTS, REVIEWS, "二、主动公开", "五、问题及改进")))


def sheet_renamed(made: Filled, chance: random.Random) -> None:
    old = chance.choice((REQUESTS, REVIEWS, "二、主动公开", "六、其他事项"))
    edit.rename_sheet(made.book, old, chance.choice(("Sheet1", "表三（定稿）", "新建 工作表")))


def sheets_reordered(made: Filled, chance: random.Random) -> None:
    for title in chance.sample(list(made.book.places)[1:-1], 3):
        edit.move_sheet_first(made.book, title)


def sheet_added(made: Filled, chance: random.Random) -> None:
    edit.add_sheet(made.book, "备注", parse_sheet(_EMPTY_SHEET), first=chance.random() < 0.5)
    made.book.put("备注", "A1", "联系人")
    made.book.put("备注", "B2", 13800000000)


def _copied(made: Filled, change: int) -> None:
    edit.add_sheet(made.book, f"{REQUESTS} (2)", edit.copy_of(made.book.sheets[REQUESTS]))
    number = len(made.book.places) - 1
    local = [
        (address, f"'{REQUESTS} (2)'!{_absolute(made.cell(address))}", number)
        for address in made.form.cells
        if address.startswith("requests.")
    ]
    edit.add_names(made.book, local)  # type: ignore[arg-type]
    cell = made.book.sheets[f"{REQUESTS} (2)"].cell(made.place("requests.new.natural")[1])
    cell.value = str(made.figures["requests.new.natural"] + change)


def sheet_copied(made: Filled, chance: random.Random) -> None:
    _copied(made, 0)


def sheet_copied_and_changed(made: Filled, chance: random.Random) -> None:
    _copied(made, 7)


def local_names(made: Filled, chance: random.Random) -> None:
    sheet = list(made.book.places).index(REVIEWS)
    edit.add_names(made.book, [("requests.new.natural", f"'{REVIEWS}'!$A$5", sheet)])


def heading_changed(made: Filled, chance: random.Random) -> None:
    edit.unprotect(made.book.sheets[REQUESTS])
    old, new = chance.choice((("商业企业", "商业公司"), ("自然人", "个人"), ("四、结转下年度继续办理", "四、未办结")))
    cell = next(cell for cell in made.book.sheets[REQUESTS].cells() if made.book.shown(cell) == old)
    made.book.put(REQUESTS, cell.name, new)


def instruction_changed(made: Filled, chance: random.Random) -> None:
    """A locked text that is no heading."""
    edit.unprotect(made.book.sheets[COVER])
    cell = next(cell for cell in made.book.sheets[COVER].cells() if made.book.shown(cell).startswith("1. "))
    made.book.put(COVER, cell.name, "1. 每一格都要填。")


def label_variants(made: Filled, chance: random.Random) -> None:
    """Line breaks, widths and spaces, as in a table that was typed off."""
    sheet = made.book.sheets[REQUESTS]
    edit.unprotect(sheet)
    for cell in list(sheet.cells()):
        text = made.book.shown(cell)
        if cell.kind == "s" and cell.row > 1 and len(text) > 2:
            middle = len(text) // 2
            spelled = chance.choice(
                (text, f"{text[:middle]}\n{text[middle:]}", text.translate(_WIDE), f" {text[:1]}\u3000{text[1:]} ")
            )
            made.book.put(REQUESTS, cell.name, spelled)


def _on_cover(made: Filled, spot: tuple[int, int], text: str | None) -> None:
    edit.unprotect(made.book.sheets[COVER])
    made.book.put(COVER, f"C{spot[0] + 1}", text)


def cover_year(made: Filled, chance: random.Random) -> None:
    _on_cover(made, COVER_YEAR, f"{made.year - 1}年（1月1日至12月31日）")


def cover_agency(made: Filled, chance: random.Random) -> None:
    _on_cover(made, COVER_AGENCY, "另一区另一局")


def identity_deleted(made: Filled, chance: random.Random) -> None:
    edit.delete_sheet(made.book, IDENTITY)


def names_deleted(made: Filled, chance: random.Random) -> None:
    edit.each_name(made.book, lambda name, target: None)


def some_names_deleted(made: Filled, chance: random.Random) -> None:
    gone = chance.choice(("requests.", "reviews.", "proactive."))
    edit.each_name(made.book, lambda name, target: None if name.startswith(gone) else target)


def name_shifted(made: Filled, chance: random.Random) -> None:
    target = f"'{REQUESTS}'!{_absolute(made.cell('requests.new.business'))}"
    edit.each_name(made.book, lambda name, old: target if name == "requests.new.natural" else old)


def names_shifted(made: Filled, chance: random.Random) -> None:
    """A row taken out by a program that leaves names where they were."""

    def lower(name: str, target: str) -> str:
        if not name.startswith("requests."):
            return target
        head, _, row = target.rpartition("$")
        return f"{head}${int(row) + 1}"

    edit.each_name(made.book, lower)


def _absolute(cell: Cell) -> str:
    letters = re.sub(r"\d", "", cell.name)
    return f"${letters}${cell.row}"


def _pasted(made: Filled, *, cover: bool = True, year: bool = True) -> None:
    """Every visible sheet pasted as values into a new workbook: no formulas, names, locks or styles."""
    book = made.book
    for title in (IDENTITY, CHECKS, *(() if cover else (COVER,))):
        edit.delete_sheet(book, title)
    for sheet in book.sheets.values():
        for row in sheet.rows:
            row.attributes = ""
            for cell in row.cells:
                cell.formula, cell.style = None, ""
            row.cells = [cell for cell in row.cells if cell.value is not None]
        merges = re.search(r"<mergeCells.*</mergeCells>", sheet.tail)
        sheet.tail = f"</sheetData>{merges[0] if merges else ''}</worksheet>"
        sheet.head = re.sub(r"<sheetPr.*<sheetData>", "<sheetData>", sheet.head)
    if not year:
        for title, cell in [(title, cell) for title, sheet in book.sheets.items() for cell in sheet.cells()]:
            if cell.kind == "s" and f"{made.year}年" in book.shown(cell):
                book.put(title, cell.name, book.shown(cell).replace(f"{made.year}年", "本年"))
    book.edit(BOOK, lambda xml: re.sub(r"<definedNames>.*</definedNames>", "", xml, flags=re.DOTALL))
    book.edit(
        STYLES,
        lambda xml: re.sub(
            r"<cellXfs.*</cellXfs>",
            '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>',
            xml,
        ),
    )
    book.edit(CUSTOM, lambda xml: re.sub(r"<property .*</property>", "", xml))
    # what was computed as a text is a text now
    for sheet in book.sheets.values():
        for cell in sheet.cells():
            if cell.kind == "str":
                cell.kind, cell.value = "s", book.string(book.shown(cell))


def pasted(made: Filled, chance: random.Random) -> None:
    _pasted(made)


def pasted_without_cover(made: Filled, chance: random.Random) -> None:
    _pasted(made, cover=False)


def pasted_without_year(made: Filled, chance: random.Random) -> None:
    _pasted(made, year=False)


def pasted_without_both(made: Filled, chance: random.Random) -> None:
    _pasted(made, cover=False, year=False)


def merged_differently(made: Filled, chance: random.Random) -> None:
    sheet = made.book.sheets[REQUESTS]
    edit.unprotect(sheet)
    merges = re.findall(r'<mergeCell ref="([A-Z]+\d+:[A-Z]+\d+)"/>', sheet.tail)
    edit.unmerge(sheet, chance.choice([merge for merge in merges if merge.startswith("A") and merge > "A3"]))
    edit.merge(sheet, "L2:M3")


def rows_hidden(made: Filled, chance: random.Random) -> None:
    first = chance.randrange(8, 20)
    edit.hide_rows(made.book.sheets[REQUESTS], {first, first + 1})


def column_hidden(made: Filled, chance: random.Random) -> None:
    edit.hide_column(made.book.sheets[REQUESTS], chance.choice("FGH"))


def sheet_hidden(made: Filled, chance: random.Random) -> None:
    made.book.edit(BOOK, lambda xml: xml.replace(f'<sheet name="{REVIEWS}"', f'<sheet name="{REVIEWS}" state="hidden"'))


def _total(made: Filled, chance: random.Random) -> str:
    rows = ("new", "total", "granted", "carried_out")
    return f"requests.{chance.choice(rows)}.total" if chance.random() < 0.7 else "reviews.review.total"


def total_typed_right(made: Filled, chance: random.Random) -> None:
    cell = made.cell(_total(made, chance))
    cell.formula = None


def total_typed_wrong(made: Filled, chance: random.Random) -> None:
    cell = made.cell(_total(made, chance))
    cell.formula, cell.value = None, str(int(cell.value or 0) + chance.choice((-1, 1, 10)))
    recalculate(made.book)


def formula_edited_right(made: Filled, chance: random.Random) -> None:
    cell = made.cell("requests.new.total")
    cell.formula = "+".join(f"{letter}{cell.row}" for letter in "DEFGHI")


def formula_edited_wrong(made: Filled, chance: random.Random) -> None:
    cell = made.cell("requests.new.total")
    cell.formula = (cell.formula or "").replace("$I$", "$H$")
    assert made.figures["requests.new.other"] != 0
    recalculate(made.book)


def caches_empty(made: Filled, chance: random.Random) -> None:
    for sheet in made.book.sheets.values():
        for cell in sheet.cells():
            if cell.formula is not None:
                cell.kind, cell.value = "", None


def caches_stale(made: Filled, chance: random.Random) -> None:
    """A program that does not compute typed three more applications into two cells."""
    for row in ("new", "granted"):
        made.put(f"requests.{row}.natural", made.figures[f"requests.{row}.natural"] + 3)


def older_template(made: Filled, chance: random.Random) -> None:
    """Every trace of the fingerprint says another one."""
    other = f"{chance.getrandbits(256):064x}"
    identity = made.book.sheets[IDENTITY]
    row = next(cell.row for cell in identity.cells() if made.book.shown(cell) == "fingerprint")
    old = made.book.shown(identity.cell(f"B{row}"))
    made.book.put(IDENTITY, f"B{row}", other)
    for part in (BOOK, CUSTOM):
        made.book.edit(part, lambda xml: xml.replace(old, other))


def wrong_form(made: Filled, chance: random.Random) -> None:
    made.book.put(IDENTITY, "B1", "some-other-form")


def unknown_edition(made: Filled, chance: random.Random) -> None:
    made.book.put(IDENTITY, "B2", "2098")


_FINE = Expectation(PASSED, never=FIGURES)


def mild(*rules: str) -> Expectation:
    """Named by these rules, and nobody has to fill in anything anew."""
    return Expectation(NOT_FAILED, must=rules, never=FIGURES, named=bool(rules))


def serious(*rules: str) -> Expectation:
    """Somebody must look at it."""
    return Expectation(NOT_PASSED, must=rules, never=FIGURES, named=True)


def gone(*rules: str) -> Expectation:
    """Something official is gone: an error, once, and no rule is broken by it."""
    return Expectation(FAILED, must=rules, never=FIGURES, named=True)


def unknown(*rules: str) -> Expectation:
    """Nobody can tell which form, year or agency it is."""
    return Expectation(FAILED + UNREADABLE, must=rules, never=FIGURES, named=True)


_WRONG_TOTAL = ("TYPE-",)
STRUCTURE: dict[str, Kind] = {
    "untouched": Kind(untouched, Expectation(PASSED)),
    "protection off": Kind(protection_off, mild("STRUCT-UNPROTECTED")),
    "row deleted": Kind(row_deleted, gone("STRUCT-ROW")),
    "column deleted": Kind(column_deleted, gone("STRUCT-COLUMN")),
    "row inserted": Kind(row_inserted, mild("STRUCT-")),
    "column inserted": Kind(column_inserted, mild("STRUCT-MOVED")),
    "own row": Kind(own_row, serious("STRUCT-")),
    "sheet deleted": Kind(sheet_deleted, gone("STRUCT-SHEET")),
    "sheet renamed": Kind(sheet_renamed, mild()),
    "sheets reordered": Kind(sheets_reordered, mild()),
    "sheet added": Kind(sheet_added, mild()),
    "sheet copied": Kind(sheet_copied, mild("STRUCT-")),
    "sheet copied and changed": Kind(sheet_copied_and_changed, mild("STRUCT-COPY")),
    "local names": Kind(local_names, mild("STRUCT-LOCAL")),
    "heading changed": Kind(heading_changed, serious("STRUCT-TEXT")),
    "instruction changed": Kind(instruction_changed, serious("STRUCT-TEXT")),
    "label variants": Kind(label_variants, mild()),
    "cover year": Kind(cover_year, serious("IDENTITY-YEAR")),
    "cover agency": Kind(cover_agency, serious("IDENTITY-AGENCY")),
    "identity deleted": Kind(identity_deleted, serious("STRUCT-")),
    "names deleted": Kind(names_deleted, mild("STRUCT-NAMES")),
    "some names deleted": Kind(some_names_deleted, mild("STRUCT-NAMES")),
    "name shifted": Kind(name_shifted, Expectation(NOT_FAILED + FAILED, ("STRUCT-",), FIGURES, named=True)),
    "names shifted": Kind(names_shifted, Expectation(NOT_FAILED + FAILED, ("STRUCT-",), FIGURES, named=True)),
    "pasted as values": Kind(pasted, serious("STRUCT-UNNAMED")),
    "pasted without cover": Kind(pasted_without_cover, serious("STRUCT-UNNAMED", "AGENCY-BLANK")),
    "pasted without year": Kind(pasted_without_year, unknown()),
    "pasted without cover and year": Kind(pasted_without_both, unknown()),
    "merged differently": Kind(merged_differently, mild()),
    "rows hidden": Kind(rows_hidden, mild("STRUCT-HIDDEN")),
    "column hidden": Kind(column_hidden, mild("STRUCT-HIDDEN")),
    "sheet hidden": Kind(sheet_hidden, mild()),
    "total typed right": Kind(total_typed_right, mild("TOTAL-TYPED")),
    "total typed wrong": Kind(total_typed_wrong, Expectation(FAILED, ("TOTAL-TYPED",), _WRONG_TOTAL)),
    "formula edited right": Kind(formula_edited_right, mild("TOTAL-EDITED")),
    "formula edited wrong": Kind(formula_edited_wrong, Expectation(FAILED, ("TOTAL-EDITED",), _WRONG_TOTAL)),
    "caches empty": Kind(caches_empty, _FINE),
    "caches stale": Kind(caches_stale, mild("TOTAL-STALE")),
    "older template": Kind(older_template, mild("STRUCT-OLDER")),
    "wrong form": Kind(wrong_form, unknown("FILE-WRONG-FORM")),
    "unknown edition": Kind(unknown_edition, unknown("FILE-WRONG-FORM")),
    "edition 2019 for 2021": Kind(
        untouched, Expectation(QUERIED, ("YEAR-EDITION",), FIGURES), edition="2019", year=2021
    ),
    "edition 2019 for 2020": Kind(untouched, Expectation(PASSED), edition="2019", year=2020),
    # one file cannot tell which year is asked for
    "other year": Kind(untouched, Expectation(NOT_FAILED + FAILED, never=FIGURES), year=2022),
}
