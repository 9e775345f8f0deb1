"""BookPlan → bytes of an .xlsx, with XlsxWriter. Its warnings and return codes are errors here.

XlsxWriter leaves out what it does not like (a prompt of 256 characters takes the whole validation with it) and says so
in a warning or a number that nobody reads. Same plan, same bytes: dates are fixed.
"""

import io
import warnings
from datetime import UTC, datetime
from typing import Any

from tianbao.values import Number, understand
from tianbao.workbook.a1 import Area, Place
from tianbao.workbook.literal import literal
from tianbao.workbook.looks import SONG, TINTS, look_of
from tianbao.workbook.plan import BookPlan, Comment, Item, SheetPlan, Tint, Validation

PASSWORD = "tianbao"
"""The documented default password of sheet protection: protection is against slips, not against people."""

_MADE = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_A4 = 9
_UNBOUNDED = 10**12
_ALLOWED = {
    "format_columns": True,
    "format_rows": True,
    "autofilter": True,
    "sort": False,
    "select_locked_cells": True,
}


_LONGEST_TEXT = 32_767


class WriterRefused(RuntimeError):
    """XlsxWriter left something out: our bug, never the user's."""


class DoesNotFit(WriterRefused):
    """A submission's text or number that no cell can hold unchanged; `place` says where it should have stood."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


def emit(plan: BookPlan, password: str = PASSWORD) -> bytes:
    """The workbook's bytes. Raises WriterRefused, DoesNotFit."""
    import xlsxwriter  # noqa: PLC0415  takes longer to load than a workbook to read, and readers do not need it
    from xlsxwriter.exceptions import XlsxWriterException  # noqa: PLC0415  as above

    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
            book.set_properties({"title": plan.title, "created": _MADE, "author": "tianbao", "comments": plan.footer})
            book.set_calc_mode("auto")
            _Writer(book, plan, password).write()
            book.close()
        except (Warning, XlsxWriterException) as refusal:
            raise WriterRefused(str(refusal)) from refusal
    return out.getvalue()


class _Writer:
    """Writes the sheets of one workbook; keeps the formats, of which XlsxWriter wants one object each."""

    def __init__(self, book: Any, plan: BookPlan, password: str) -> None:
        self._book, self._plan, self._password = book, plan, password
        self._formats: dict[str, Any] = {}
        self._book.formats[0].set_font_name(SONG)

    def write(self) -> None:
        for sheet in self._plan.sheets:
            self._sheet(sheet)
        for name, text in self._plan.names.items():
            _done(self._book.define_name(name, text), name)
        for name, value in self._plan.properties.items():
            _done(self._book.set_custom_property(name, value), name)

    def _format(self, name: str, properties: dict[str, Any]) -> Any:
        if name not in self._formats:
            self._formats[name] = self._book.add_format(properties)
        return self._formats[name]

    def _sheet(self, plan: SheetPlan) -> None:
        sheet = self._book.add_worksheet(plan.name)
        for column, width in enumerate(plan.widths):
            _done(sheet.set_column(column, column, width), plan.name)
        for row, height in plan.heights.items():
            _done(sheet.set_row(row, height), plan.name)
        for item in plan.items:
            self._item(sheet, item)
        for validation in plan.validations:
            first, last = validation.area.first, validation.area.last
            options = _validation(validation)
            _done(sheet.data_validation(first.row, first.column, last.row, last.column, options), str(first))
        for tint in plan.tints:
            self._tint(sheet, tint)
        for comment in plan.comments:
            _done(sheet.write_comment(comment.place.row, comment.place.column, comment.text, _note(comment)), plan.name)
        self._page(sheet, plan)
        if plan.active:
            sheet.activate()
        sheet.protect(self._password, _ALLOWED)
        if plan.hidden:
            sheet.hide()

    def _item(self, sheet: Any, item: Item) -> None:
        first, last = item.area.first, item.area.last
        look = self._format(item.look, look_of(item.look))
        if first != last:
            _done(sheet.merge_range(first.row, first.column, last.row, last.column, "", look), str(first))
        where, content = (first.row, first.column), item.content
        if item.formula:
            done = sheet.write_formula(*where, f"={item.formula}", look, _cached(content))
        elif item.link:
            done = sheet.write_url(*where, item.link, look, str(content))
        elif content is None or content == "":
            done = sheet.write_blank(*where, None, look)
        elif isinstance(content, str | bool):
            given = literal(content) if isinstance(content, str) else content
            done = sheet.write_string(*where, cell_text(given, first), look)
        else:
            done = sheet.write_number(*where, _number(content, first), look)
        _done(done, str(first))

    def _tint(self, sheet: Any, tint: Tint) -> None:
        first = tint.areas[0]
        options = {
            "type": "formula",
            "criteria": f"={tint.formula}",
            "format": self._format(f"tint {tint.look}", TINTS[tint.look]),
        }
        if len(tint.areas) > 1:
            options["multi_range"] = " ".join(_range(area) for area in tint.areas)
        corners = (first.first.row, first.first.column, first.last.row, first.last.column)
        _done(sheet.conditional_format(*corners, options), str(first.first))

    def _page(self, sheet: Any, plan: SheetPlan) -> None:
        printing = plan.printing
        sheet.set_paper(_A4)
        sheet.set_margins(left=0.6, right=0.6, top=0.9, bottom=0.8)
        sheet.center_horizontally()
        if printing.landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 1 if printing.one_page else 0)
        if printing.area:
            first, last = printing.area.first, printing.area.last
            _done(sheet.print_area(first.row, first.column, last.row, last.column), plan.name)
        if printing.repeat_rows:
            sheet.repeat_rows(*printing.repeat_rows)
        _done(sheet.set_header(f"&R&9{self._plan.header}"), plan.name)
        _done(sheet.set_footer("&C&9第 &P 页　共 &N 页"), plan.name)
        if plan.freeze:
            sheet.freeze_panes(*plan.freeze)
        if plan.filter:
            first, last = plan.filter.first, plan.filter.last
            _done(sheet.autofilter(first.row, first.column, last.row, last.column), plan.name)
        sheet.hide_gridlines(2)


def _done(code: object, where: str) -> None:
    """XlsxWriter answers 0, None or an object; a negative number means that it wrote nothing."""
    if isinstance(code, int) and not isinstance(code, bool) and code < 0:
        raise WriterRefused(f"{where}: {code}")


def _cached(content: object) -> Number | str:
    """The stored result of a formula. Never "" (written as an empty number)."""
    if isinstance(content, str) or content is None:
        return content or 0
    return content  # type: ignore[return-value]


def cell_text(content: str | bool, place: Place) -> str:
    """The text, if a cell can hold it: Excel counts UTF-16 units, and half a character is none."""
    text = content if isinstance(content, str) else str(content).upper()
    try:
        units = len(text.encode("utf-16-le")) // 2
    except UnicodeEncodeError:
        raise DoesNotFit(str(place)) from None
    if units > _LONGEST_TEXT:
        raise DoesNotFit(str(place))
    return text


def _number(content: Number, place: Place) -> Number:
    """The number, if a cell gives it back unchanged: 15 digits."""
    try:
        kept = understand(float(content)).number == content
    except OverflowError:
        kept = False
    if not kept:
        raise DoesNotFit(str(place))
    return content


def _note(comment: Comment) -> dict[str, Any]:
    return {
        "author": "tianbao",
        "width": comment.width,
        "height": comment.height,
        "font_name": SONG,
        "font_size": 10,
        "color": "#FFFFE1",
    }


def _range(area: Area) -> str:
    return area.first.a1 if area.first == area.last else f"{area.first.a1}:{area.last.a1}"


def _validation(plan: Validation) -> dict[str, Any]:
    options: dict[str, Any] = {"input_title": plan.title, "input_message": plan.prompt}
    if plan.stop:
        options |= {"error_title": "请检查", "error_message": plan.stop, "error_type": "stop"}
    if plan.type == "list":
        return options | {"validate": "list", "source": list(plan.choices)}
    if plan.type == "any":
        return options | {"validate": "any"}
    if plan.type == "length":
        return options | {"validate": "length", "criteria": "<=", "value": plan.most or 0}
    kind = {"whole": "integer", "decimal": "decimal"}[plan.type]
    if plan.least is None or plan.most is not None:
        least = -_UNBOUNDED if plan.least is None else plan.least
        most = _UNBOUNDED if plan.most is None else plan.most
        return options | {"validate": kind, "criteria": "between", "minimum": least, "maximum": most}
    return options | {"validate": kind, "criteria": ">=", "value": plan.least}
