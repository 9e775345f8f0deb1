""".xls (also .et of that kind): records → RawBook, with formulas, locks, protection and names as in an .xlsx."""

import struct
from collections.abc import Callable, Iterable
from dataclasses import replace

from tianbao.values import BLANK, Value, of_sheet_number, understand
from tianbao.workbook.grammar import TRUTH
from tianbao.workbook.package import MAX_FILE, NotAWorkbook
from tianbao.workbook.sheet_xml import MAX_CELLS
from tianbao.workbook.sheets import RawBook, RawCell, RawSheet, Spot
from tianbao.workbook.xls.biff import Record, Stream, Strings, workbook_stream
from tianbao.workbook.xls.checks import entry_check
from tianbao.workbook.xls.formula import error_text, formula_text
from tianbao.workbook.xls.globals import Globals, read_globals
from tianbao.workbook.xls.ole import Damaged

MAX_FORMULA_BYTES = 2 * 2**20
"""Of all formulas together, shared ones counted wherever they stand; our largest workbook has 35,000."""

_STRING, _SHARED, _ARRAY, _TABLE = 0x0207, 0x04BC, 0x0221, 0x0236
_ELSEWHERE, _DATA_TABLE = 1, 2
"""The one token of a cell whose formula stands in another record."""
_LOCAL_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_WHOLE = 20_000
_ROW_HIDDEN = 0x20
_EXACT = 1e15


def read_xls(data: bytes) -> RawBook:
    """Everything in the workbook that we look at. Raises NotAWorkbook."""
    if len(data) > MAX_FILE:
        raise NotAWorkbook("FILE-TOO-LARGE", limit=f"{MAX_FILE // 2**20} MiB")
    stream = Stream(workbook_stream(data))
    try:
        book = _read(stream)
    except NotAWorkbook:
        raise
    except (Damaged, struct.error, ValueError, LookupError) as error:
        # what damaged bytes come to, wherever they are unpacked
        raise NotAWorkbook("FILE-DAMAGED", part="Workbook") from error
    return replace(book, macros=book.macros or _LOCAL_MACROS in data)


def _read(stream: Stream) -> RawBook:
    known = read_globals(stream)
    budget = _Budget()
    sheets = []
    for listed in known.sheets:
        if listed.is_worksheet:
            sheet = RawSheet(listed.name, listed.visible)
            sheets.append(_SheetReader(sheet, known, budget).read(stream.sheet(listed.position)))
    if not sheets:
        raise NotAWorkbook("FILE-NOT-WORKBOOK")
    book = RawBook(sheets, {}, macros=known.macro_sheets)
    for name in known.names:
        if name.function or (name.sheet is not None and name.name.startswith("_xlnm.")):
            continue
        budget.formula(name.tokens)
        text = formula_text(name.tokens, name.extra, known, (0, 0)) or ""
        if name.sheet is None:
            book.names[name.name] = text
        else:
            book.local_names[known.sheets[name.sheet].name, name.name] = text
    return book


class _Budget:
    """What all sheets together may still hold."""

    def __init__(self) -> None:
        self._cells, self._bytes = 0, 0

    def cells(self, count: int) -> None:
        self._cells += count
        if self._cells > MAX_CELLS:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_CELLS))

    def formula(self, tokens: bytes) -> None:
        self._bytes += len(tokens)
        if self._bytes > MAX_FORMULA_BYTES:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=f"{MAX_FORMULA_BYTES // 2**20} MiB")


class _SheetReader:
    """The handlers of one worksheet's records."""

    def __init__(self, sheet: RawSheet, known: Globals, budget: _Budget) -> None:
        self._sheet, self._known, self._budget = sheet, known, budget
        self._last: Spot | None = None
        """The formula that the next STRING, SHRFMLA or ARRAY belongs to."""
        self._elsewhere: list[tuple[Spot, Spot]] = []
        self._shared: dict[Spot, tuple[bytes, bytes]] = {}
        self._arrays: set[Spot] = set()

    def read(self, records: Iterable[Record]) -> RawSheet:
        handlers: dict[int, Callable[[_SheetReader, Record], None]] = _HANDLERS
        for record in records:
            if record.code in handlers:
                handlers[record.code](self, record)
        for spot, master in self._elsewhere:
            if master in self._shared:
                self._formula(spot, *self._shared[master], shared=True)
            elif master not in self._arrays:
                raise Damaged("shared formula")
        return self._sheet

    def _put(self, row: int, column: int, look: int, value: Value) -> Spot:
        spot = row, column
        if spot in self._sheet.cells:
            raise NotAWorkbook("FILE-DAMAGED", part=f"{self._sheet.name} 重复单元格")
        self._budget.cells(1)
        looks = self._known.looks
        locked, format_ = looks[look] if look < len(looks) else (True, "number")
        self._sheet.cells[spot] = RawCell(value, None, locked, format_)
        return spot

    def _formula(self, spot: Spot, tokens: bytes, extra: bytes, *, shared: bool = False) -> None:
        self._budget.formula(tokens)
        text = formula_text(tokens, extra, self._known, spot, shared=shared)
        if text not in TRUTH:
            self._sheet.cells[spot] = replace(self._sheet.cells[spot], formula=text or "")

    def number(self, record: Record) -> None:
        row, column, look, number = struct.unpack_from("<HHHd", record.data)
        self._put(row, column, look, _of_float(number))

    def packed(self, record: Record) -> None:
        row, column, look, number = struct.unpack_from("<HHHI", record.data)
        self._put(row, column, look, _of_packed(number))

    def packed_run(self, record: Record) -> None:
        row, column = struct.unpack_from("<HH", record.data)
        for place, (look, number) in enumerate(struct.iter_unpack("<HI", record.data[4:-2])):
            self._put(row, column + place, look, _of_packed(number))

    def shared_text(self, record: Record) -> None:
        row, column, look, number = struct.unpack_from("<HHHI", record.data)
        self._put(row, column, look, understand(self._known.strings[number]))

    def own_text(self, record: Record) -> None:
        row, column, look = struct.unpack_from("<HHH", record.data)
        self._put(row, column, look, understand(Strings(record.data[6:], *record.more).string(2)))

    def truth_or_error(self, record: Record) -> None:
        row, column, look, code, is_error = struct.unpack_from("<HHHBB", record.data)
        self._put(row, column, look, understand(error_text(code) if is_error else bool(code)))

    def blank(self, record: Record) -> None:
        row, column, look = struct.unpack_from("<HHH", record.data)
        self._put(row, column, look, BLANK)

    def blank_run(self, record: Record) -> None:
        row, column = struct.unpack_from("<HH", record.data)
        for place, (look,) in enumerate(struct.iter_unpack("<H", record.data[4:-2])):
            self._put(row, column + place, look, BLANK)

    def formula(self, record: Record) -> None:
        data = record.whole
        row, column, look, result, size = struct.unpack_from("<HHH8s6xH", data)
        spot = self._put(row, column, look, _of_result(result))
        tokens, extra = data[22 : 22 + size], data[22 + size :]
        self._last = spot
        if tokens[:1] == bytes((_ELSEWHERE,)):
            self._elsewhere.append((spot, struct.unpack_from("<HH", tokens, 1)))
        elif tokens[:1] == bytes((_DATA_TABLE,)):
            self._sheet.cells[spot] = replace(self._sheet.cells[spot], formula="")
        else:
            self._formula(spot, tokens, extra)

    def result_text(self, record: Record) -> None:
        if self._last is not None:
            text = Strings(record.data, *record.more).string(2)
            value = understand(text) if text else BLANK
            self._sheet.cells[self._last] = replace(self._sheet.cells[self._last], value=value)
            self._last = None

    def shared_formula(self, record: Record) -> None:
        data = record.whole
        row, column, size = struct.unpack_from("<H2xB3xH", data)
        found = data[10 : 10 + size], data[10 + size :]
        self._shared[row, column] = found
        if self._last is not None:
            self._shared[self._last] = found

    def array_formula(self, record: Record) -> None:
        data = record.whole
        row, column, size = struct.unpack_from("<H2xB7xH", data)
        spot = row, column
        if spot not in self._sheet.cells:
            raise Damaged("array formula")
        self._arrays.add(spot)
        self._formula(spot, data[14 : 14 + size], data[14 + size :])

    def merges(self, record: Record) -> None:
        count = struct.unpack_from("<H", record.data)[0]
        self._budget.cells(count)
        for number in range(count):
            top, bottom, left, right = struct.unpack_from("<4H", record.data, 2 + 8 * number)
            self._sheet.merges.append(((top, left), (bottom, right)))

    def row(self, record: Record) -> None:
        row, bits = struct.unpack_from("<H10xH", record.data)
        if bits & _ROW_HIDDEN:
            self._sheet.hidden_rows.add(row)

    def columns(self, record: Record) -> None:
        first, last, bits = struct.unpack_from("<HH4xH", record.data)
        if bits & 1:
            self._sheet.hidden_columns.update(range(first, min(last, 255) + 1))

    def entry_check(self, record: Record) -> None:
        self._budget.formula(record.data)
        rule, areas = entry_check(record, self._known)
        for (top, left), (bottom, right) in areas if rule else ():
            rows, columns = range(top, bottom + 1), range(left, right + 1)
            if len(rows) * len(columns) > _WHOLE:
                # somebody checks a whole column: its corner stands for it
                rows, columns = rows[:1], columns[:1]
            self._budget.cells(len(rows) * len(columns))
            self._sheet.validations.update(((row, column), rule) for row in rows for column in columns)

    def comment(self, _: Record) -> None:
        self._sheet.comments += 1

    def protection(self, record: Record) -> None:
        self._sheet.protected = struct.unpack_from("<H", record.data)[0] == 1


_HANDLERS: dict[int, Callable[[_SheetReader, Record], None]] = {
    0x0203: _SheetReader.number, 0x027E: _SheetReader.packed, 0x00BD: _SheetReader.packed_run,
    0x00FD: _SheetReader.shared_text, 0x0204: _SheetReader.own_text, 0x00D6: _SheetReader.own_text,
    0x0205: _SheetReader.truth_or_error, 0x0201: _SheetReader.blank, 0x00BE: _SheetReader.blank_run,
    0x0006: _SheetReader.formula, _STRING: _SheetReader.result_text, _SHARED: _SheetReader.shared_formula,
    _ARRAY: _SheetReader.array_formula, 0x00E5: _SheetReader.merges, 0x0208: _SheetReader.row,
    0x007D: _SheetReader.columns, 0x001C: _SheetReader.comment, 0x0012: _SheetReader.protection,
    0x01BE: _SheetReader.entry_check,
}  # fmt: skip


def _of_float(number: float) -> Value:
    """A stored number; ValueError for what no sheet shows."""
    return of_sheet_number(str(int(number)) if abs(number) < _EXACT and number.is_integer() else repr(number))


def _of_packed(bits: int) -> Value:
    """A number in 30 bits: whole or the upper half of a binary fraction, perhaps in hundredths."""
    if bits & 2:
        whole = (bits >> 2) - (2**30 if bits & 0x8000_0000 else 0)
        number: float = whole
    else:
        number = struct.unpack("<d", bytes(4) + struct.pack("<I", bits & 0xFFFF_FFFC))[0]
    return _of_float(number / 100 if bits & 1 else float(number))


def _of_result(result: bytes) -> Value:
    """The stored result of a formula; a text follows in a record of its own."""
    if result[6:] != b"\xff\xff":
        return _of_float(struct.unpack("<d", result)[0])
    if result[0] == 1:
        return understand(bool(result[2]))
    return understand(error_text(result[2])) if result[0] == 2 else BLANK
