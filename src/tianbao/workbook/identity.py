"""Whose workbook it is: the hidden sheet, what the cover shows beside it, and what is left where both are gone."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tianbao.forms.labels import normal
from tianbao.forms.model import Form
from tianbao.workbook.a1 import Place
from tianbao.workbook.layout import COVER, IDENTITY, IDENTITY_KEYS, MARKED_KEY, layout_of
from tianbao.workbook.locate import table_on_sheet
from tianbao.workbook.sheets import RawBook, RawSheet

_NEEDED = IDENTITY_KEYS[:3]
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*年")
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Identity:
    """Where each key of the hidden sheet has its value. `others`: further sheets that claim to be it."""

    sheet: str = ""
    places: Mapping[str, Place] = field(default_factory=dict, hash=False)
    others: tuple[str, ...] = ()


def find_identity(book: RawBook) -> Identity:
    """The hidden sheet, whatever it is called now; that of the official name first. Empty where there is none."""
    found = []
    for sheet in sorted(book.sheets, key=lambda sheet: sheet.name != IDENTITY):
        rows = {cell.value.text: spot for spot, cell in sheet.cells.items() if spot[1] == 0}
        if all(key in rows for key in _NEEDED):
            places = {key: Place(sheet.name, rows[key][0], 1) for key in (*IDENTITY_KEYS, MARKED_KEY) if key in rows}
            found.append(Identity(sheet.name, places))
    if not found:
        return Identity()
    first, *more = found
    return Identity(first.sheet, first.places, tuple(other.sheet for other in more))


def year_of(text: str) -> int | None:
    """A year in four digits, as the hidden sheet has it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None


def year_shown(text: str) -> int | None:
    """The one year that a text such as 2023年（1月1日至12月31日） names; None for none or several."""
    years = {int(found) for found in _YEAR.findall(text)}
    return years.pop() if len(years) == 1 else None


def beside_label(book: RawBook, label: str, *, further: bool = False) -> Place | None:
    """The cell to the right of a label, on the cover or else on any sheet that shows it.

    `further`: the next one where that is blank and the other is not, as where merged cells were pasted as values.
    """
    wanted = normal(label)
    for sheet in sorted(book.sheets, key=lambda sheet: sheet.name != COVER):
        shown = [
            spot
            for spot, cell in sheet.cells.items()
            if cell.value.kind == "text" and normal(cell.value.text) == wanted
        ]
        if shown:
            row, column = sheet.beside(min(shown))
            moved = further and not _text_at(sheet, row, column) and bool(_text_at(sheet, row, column + 1))
            return Place(sheet.name, row, column + moved)
    return None


def _text_at(sheet: RawSheet, row: int, column: int) -> str:
    cell = sheet.cells.get((row, column))
    return cell.value.text.strip() if cell else ""


def recognised(book: RawBook, known: Callable[[], Iterable[Form]]) -> tuple[Form, int] | None:
    """The form whose tables the sheets show, and the one year that they name: for figures without a hidden sheet.

    Of several forms the one whose tables are shown most completely; None where less than half of a table is there, no
    year or several are named, or two forms fit equally.
    """
    year = _year_of_book(book)
    if year is None:
        return None
    scores = []
    for form in known():
        share = _share_shown(form, book)
        if share >= _HALF:
            scores.append((share, form.covers(year), form))
    scores.sort(key=lambda score: score[:2], reverse=True)
    if not scores or (len(scores) > 1 and scores[0][:2] == scores[1][:2]):
        return None
    return scores[0][2], year


def _share_shown(form: Form, book: RawBook) -> float:
    """Share (0–1) of the form's table cells that the sheets show, each table on the sheet that shows most of it."""
    layout = layout_of(form)
    tables = [section for section in form.sections if section.blocks]
    found = total = 0
    for section in tables:
        total += len(section.cells)
        found += max((len(table_on_sheet(layout.grids[section.id], sheet)) for sheet in book.sheets), default=0)
    return found / total if total else 0.0


def _year_of_book(book: RawBook) -> int | None:
    """The year beside 报告年度, in a title, or on the line below a table."""
    years = {year for sheet in book.sheets for year in _years_on(sheet)}
    return years.pop() if len(years) == 1 else None


def _years_on(sheet: RawSheet) -> Iterable[int]:
    for cell in sheet.cells.values():
        text = cell.value.text if cell.value.kind == "text" else ""
        if ("报告" in text or "年度" in text) and len(text) < 100:
            year = year_shown(text)
            if year is not None:
                yield year
        elif re.fullmatch(r"\s*(19|20)\d\d\s*年(（1月1日至12月31日）)?\s*", text):
            yield int(text.strip()[:4])
