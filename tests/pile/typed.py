"""Values as people type them, and everything else that ends up in an entry. Issue 4, item 4."""

import random
import re
from collections.abc import Callable

from tests.pile import edit
from tests.pile.base import TEXT, Figure, Filled, recalculate
from tests.pile.kind import Kind
from tests.pile.truth import FAILED, NOT_FAILED, NOT_PASSED, PASSED, QUERIED, Expectation
from tests.resave.book import STYLES, Cell
from tianbao.workbook.layout import CHECKS

_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_FREE = "proactive.licences.decisions"
"""An entry that stands in no rule."""
_NO_RULE = ("T3-", "T4-")


def _counted(made: Filled, chance: random.Random, least: int = 1) -> str:
    """An entry of table three that holds a number."""
    return chance.choice([a for a, v in made.figures.items() if a.startswith("requests.") and v >= least])


def _zero(made: Filled, chance: random.Random) -> str:
    """An entry of table three that holds 0."""
    zeros = [a for a, v in made.figures.items() if a.startswith("requests.") and v == 0]
    return chance.choice(zeros)


def as_text(spell: Callable[[Figure], str]) -> Callable[[Filled, random.Random], None]:
    """A number of a rule typed as a text that says the same; the sheet's totals leave it out."""

    def change(made: Filled, chance: random.Random) -> None:
        address = _counted(made, chance)
        made.type(address, spell(made.figures[address]))

    return change


def instead_of_zero(text: str) -> Callable[[Filled, random.Random], None]:
    """That text where 0 is meant."""

    def change(made: Filled, chance: random.Random) -> None:
        made.type(_zero(made, chance), text)

    return change


def free(value: Figure | str | None) -> Callable[[Filled, random.Random], None]:
    """That value in an entry of no rule."""

    def change(made: Filled, chance: random.Random) -> None:
        made.type(_FREE, value)

    return change


def spelled(spell: Callable[[Figure], str]) -> Callable[[Filled, random.Random], None]:
    """The same number in another spelling of the file: 12.0, 1.2E1."""

    def change(made: Filled, chance: random.Random) -> None:
        for address in [a for a in made.figures if a.startswith("requests.")]:
            made.cell(address).value = spell(made.figures[address])

    return change


def formatted(value: Figure, number_format: int) -> Callable[[Filled, random.Random], None]:
    """A number that Excel made out of what was typed, with the format that goes with it."""

    def change(made: Filled, chance: random.Random) -> None:
        made.type(_FREE, value)
        _format(made, made.cell(_FREE), f'numFmtId="{number_format}"')

    return change


def _format(made: Filled, cell: Cell, attribute: str) -> None:
    """The cell's style once more, with that attribute."""
    xml = made.book.text(STYLES)
    kinds = re.search(r"<cellXfs count=\"(\d+)\">(.*?)</cellXfs>", xml, re.DOTALL)
    assert kinds is not None
    listed = re.findall(r"<xf [^>]*/>|<xf [^>]*>.*?</xf>", kinds[2], re.DOTALL)
    name = attribute.partition("=")[0]
    plain = re.sub(rf' {name}="[^"]*"', "", listed[int(cell.style or 0)], count=1)
    listed.append(plain.replace("<xf ", f"<xf {attribute} ", 1))
    made.book.parts[STYLES] = xml.replace(
        kinds[0], f'<cellXfs count="{len(listed)}">{"".join(listed)}</cellXfs>'
    ).encode()
    cell.style = str(len(listed) - 1)


def apostrophe(made: Filled, chance: random.Random) -> None:
    address = _counted(made, chance)
    made.type(address, str(made.figures[address]))
    _format(made, made.cell(address), 'quotePrefix="1"')


def boolean(made: Filled, chance: random.Random) -> None:
    cell = made.cell(_FREE)
    cell.kind, cell.value = "b", "1"


def error_value(made: Filled, chance: random.Random) -> None:
    cell = made.cell(_FREE)
    cell.formula, cell.kind, cell.value = "1/0", "e", "#DIV/0!"


def sum_in_entry(made: Filled, chance: random.Random) -> None:
    address = _counted(made, chance, 2)
    value = int(made.figures[address])
    made.put(address, value, f"{value - 1}+1")


def sum_without_result(made: Filled, chance: random.Random) -> None:
    address = _counted(made, chance, 2)
    made.put(address, None, f"{int(made.figures[address]) - 1}+1")


def blank(made: Filled, chance: random.Random) -> None:
    made.type(_zero(made, chance), None)


def blanks_explained(made: Filled, chance: random.Random) -> None:
    """Entries left empty in table two, and why, on the sheet 校验."""
    made.type(_FREE, None)
    made.type("proactive.penalties.decisions", "/")
    sheet = made.book.sheets[CHECKS]
    row = next(cell.row for cell in sheet.cells() if made.book.shown(cell) == "TYPE-BLANK[proactive]")
    made.book.put(CHECKS, f"H{row}", "本单位没有行政许可和行政处罚职能。")


def one_too_many(made: Filled, chance: random.Random) -> None:
    made.type("requests.new.natural", made.figures["requests.new.natural"] + 1)


def nothing_filled_in(made: Filled, chance: random.Random) -> None:
    for address in made.figures:
        made.put(address, None)
    for section in made.form.narratives:
        made.book.put(*made.place(section), None)
    recalculate(made.book)


def narrative(text: str | None) -> Callable[[Filled, random.Random], None]:
    def change(made: Filled, chance: random.Random) -> None:
        made.book.put(*made.place("overview"), text)

    return change


def narrative_in_pieces(made: Filled, chance: random.Random) -> None:
    """Pasted from Word: each paragraph in a cell of its own."""
    sheet, cell = made.place("overview")
    edit.unprotect(made.book.sheets[sheet])
    made.book.put(sheet, f"A{int(cell[1:]) + 1}", TEXT)


def large_number(made: Filled, chance: random.Random) -> None:
    """1000 in two cells that balance, spelled 1E3."""
    for row in ("new", "granted"):
        extra = 1000 - made.figures["requests.new.business"]
        made.put(f"requests.{row}.business", made.figures[f"requests.{row}.business"] + extra)
    recalculate(made.book)
    made.cell("requests.new.business").value = "1E3"


_READ = Expectation(QUERIED, must=("TYPE-",), never=_NO_RULE)
# the sheet's own totals leave a text out, so that the columns may no longer balance
_READ_IN_RULES = Expectation(NOT_PASSED, must=("TYPE-INT",), never=("T3-ROW", "T3-SUM7", "T4-"))
_BLANK = Expectation(QUERIED, must=("TYPE-BLANK",), never=_NO_RULE)
_ODD = Expectation(NOT_PASSED, must=("TYPE-",))
_WRONG = Expectation(FAILED, must=("TYPE-",))
_SILENT = Expectation(PASSED, never=("TYPE-", *_NO_RULE))

TYPED: dict[str, Kind] = {
    "full-width digits": Kind(as_text(lambda v: str(v).translate(_WIDE)), _READ_IN_RULES),
    "spaces around": Kind(as_text(lambda v: f" {v}\u3000"), _READ_IN_RULES),
    "full-width digits in no rule": Kind(free("３５"), _READ),
    "unit in no rule": Kind(free("35件"), _READ),
    "thousands": Kind(free("1,234"), _READ),
    "unit": Kind(as_text(lambda v: f"{v}件"), _READ_IN_RULES),
    "unit with space": Kind(as_text(lambda v: f"{v} 件"), _READ_IN_RULES),
    "ten thousands": Kind(free("1.2万"), _READ),
    "apostrophe": Kind(apostrophe, _READ_IN_RULES),
    "text in exponents": Kind(free("1e3"), _ODD),
    "text in per cent": Kind(free("12%"), _ODD),
    "about": Kind(free("约12"), _ODD),
    "two numbers": Kind(free("12+3"), _ODD),
    "Chinese digits": Kind(free("十二"), _ODD),
    "letter O": Kind(instead_of_zero("O"), _ODD),
    "circle for zero": Kind(instead_of_zero("〇"), _ODD),
    "slash": Kind(instead_of_zero("/"), _BLANK),
    "long dash": Kind(instead_of_zero("—"), _BLANK),
    "none in Chinese": Kind(instead_of_zero("无"), _BLANK),
    "spaces only": Kind(instead_of_zero(" \u3000"), _BLANK),
    "blank": Kind(blank, _BLANK),
    "blanks explained": Kind(blanks_explained, Expectation(PASSED, must=("TYPE-BLANK[proactive]",), never=_NO_RULE)),
    "date": Kind(formatted(45293, 14), _ODD),
    "date with Chinese format": Kind(formatted(45293, 58), _ODD),
    "percentage": Kind(formatted(0.12, 9), _ODD),
    "negative": Kind(free(-3), Expectation(FAILED, must=("TYPE-INT",))),
    "fraction": Kind(free(2.5), Expectation(FAILED, must=("TYPE-INT",))),
    "word": Kind(free("见附件"), _WRONG),
    "boolean": Kind(boolean, _ODD),
    "error value": Kind(error_value, _ODD),
    "12.0": Kind(spelled(lambda v: f"{v}.0"), _SILENT),
    "1.2E1": Kind(spelled(lambda v: f"{v:.6E}"), _SILENT),
    "1E3": Kind(large_number, _SILENT),
    "formula in an entry": Kind(sum_in_entry, Expectation(NOT_FAILED, never=("TYPE-", *_NO_RULE), named=True)),
    "formula without result": Kind(sum_without_result, Expectation(NOT_PASSED, never=_NO_RULE, named=True)),
    "one too many": Kind(one_too_many, Expectation(FAILED, must=("T3-ID[natural]", "T3-ID[total]"), never=("TYPE-",))),
    "nothing filled in": Kind(nothing_filled_in, Expectation(FAILED, must=("TYPE-BLANK",), never=_NO_RULE)),
    "no narrative": Kind(narrative(None), Expectation(FAILED, must=("TYPE-BLANK[overview]",), never=_NO_RULE)),
    "narrative says nothing": Kind(narrative("无"), Expectation(NOT_PASSED, never=_NO_RULE)),
    "narrative in pieces": Kind(narrative_in_pieces, Expectation(NOT_FAILED, never=("TYPE-", *_NO_RULE), named=True)),
}  # fmt: skip
