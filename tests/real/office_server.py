"""Drives one private LibreOffice over UNO and answers JSON lines (run by the system's Python, which has uno).

A request is one line `{"do": name, ...arguments}` on stdin, its answer one line `{"ok": result}` or
`{"error": message, "kind": class}` on stdout. The end of stdin ends the office. Every file is opened as a
copy in a folder of our own: nothing here can change what it was given, and no lock file stays beside it.
"""

# mypy: ignore-errors

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException
from com.sun.star.uno import RuntimeException

FILTERS = {
    "sheet": {
        "xlsx": "Calc MS Excel 2007 XML",
        "ods": "calc8",
        "xls": "MS Excel 97",
        "pdf": "calc_pdf_Export",
        "html": "HTML (StarCalc)",
    },
    "text": {
        "docx": "MS Word 2007 XML",
        "odt": "writer8",
        "pdf": "writer_pdf_Export",
        "txt": "Text (encoded)",
    },
}
NO_RESTART = ["--headless", "--norestore", "--nologo", "--nodefault", "--nofirststartwizard"]
START_SECONDS = 60.0


class RefusedError(Exception):
    """The office did not let a locked cell be written."""


def properties(**values):
    out = []
    for name, value in values.items():
        item = PropertyValue()
        item.Name, item.Value = name, value
        out.append(item)
    return tuple(out)


def column_number(letters):
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(number):
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def place(name):
    """`Sheet!A1` as (sheet, column, row), counted from 0."""
    sheet, _, cell = name.rpartition("!")
    match = re.fullmatch(r"\$?([A-Z]{1,3})\$?([1-9][0-9]*)", cell)
    if not sheet or match is None:
        raise ValueError(f"not a place like Sheet!A1: {name}")
    if sheet.startswith("'") and sheet.endswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    return sheet, column_number(match[1]), int(match[2]) - 1


class Book:
    """An open spreadsheet, read in whole rectangles: each new cell object costs milliseconds over UNO."""

    def __init__(self, document):
        self.document = document
        self.sheets = {sheet.Name: sheet for sheet in document.Sheets}
        self.cells = {}
        # One calculation when everything is typed, not one after each cell.
        document.enableAutomaticCalculation(False)

    def sheet(self, name):
        if name not in self.sheets:
            raise ValueError(f"no sheet {name}; there are {', '.join(self.sheets)}")
        return self.sheets[name]

    def cell(self, name):
        if name not in self.cells:
            sheet, column, row = place(name)
            self.cells[name] = self.sheet(sheet).getCellByPosition(column, row)
        return self.cells[name]

    def around(self, names):
        """For each sheet the smallest range around the cells asked for, and where in it each one stands."""
        wanted = {}
        for name in names:
            sheet, column, row = place(name)
            wanted.setdefault(sheet, []).append((name, column, row))
        areas = []
        for sheet, cells in wanted.items():
            left, top = min(c for _, c, _ in cells), min(r for _, _, r in cells)
            right, bottom = max(c for _, c, _ in cells), max(r for _, _, r in cells)
            area = self.sheet(sheet).getCellRangeByPosition(left, top, right, bottom)
            areas.append((area, [(name, column - left, row - top) for name, column, row in cells]))
        return areas

    def read(self, areas):
        """Texts and numbers as they stand, None for an empty cell, the text shown (#DIV/0!) for an error."""
        out = {}
        for area, cells in areas:
            data, formulas = area.getDataArray(), None
            for name, column, row in cells:
                value = data[row][column]
                if value is None:
                    value = self.cell(name).String
                elif value == "":
                    formulas = formulas or area.getFormulaArray()
                    value = "" if formulas[row][column] else None  # a formula that yields "" is not empty
                out[name] = value
        return out


class Typist:
    """Applies variations: every cell that any of them touches gets its change or its former content.

    So nothing of the variation before is left, and each takes few calls, however many cells it changes.
    """

    def __init__(self, book, variations, force):
        self.book, self.variations = book, variations
        names = list(dict.fromkeys(name for changes in variations for name in changes))
        self.constants, self.formulas = self.former(names)
        if force:
            # Only what the lock refuses goes cell by cell, past it.
            self.singly = [n for n in names if n in self.formulas or book.cell(n).CellProtection.IsLocked]
        else:
            self.singly = []
        self.force = force
        single = {*self.singly, *self.formulas}
        self.blocks = list(self.rectangles([name for name in names if name not in single]))
        self.singly += [name for name in self.formulas if name not in self.singly]

    def former(self, names):
        """What stands in the cells now: constants by value, formulas by text."""
        constants, formulas = {}, {}
        for area, cells in self.book.around(names):
            data, texts = area.getDataArray(), area.getFormulaArray()
            for name, column, row in cells:
                text, value = texts[row][column], data[row][column]
                if text.startswith("{="):
                    raise ValueError(f"{name} holds an array formula, which cannot be put back")
                if text.startswith("=") and text != value:
                    formulas[name] = text
                else:
                    constants[name] = value
        return constants, formulas

    def rectangles(self, names):
        """The cells as ranges without a gap: runs in a row, equal runs of following rows joined."""
        spots = {place(name): name for name in names}
        runs = {}
        for sheet, column, row in sorted(spots, key=lambda spot: (spot[0], spot[2], spot[1])):
            row_runs = runs.setdefault((sheet, row), [])
            if row_runs and row_runs[-1][1] == column - 1:
                row_runs[-1][1] = column
            else:
                row_runs.append([column, column])
        blocks = {}
        for (sheet, row), row_runs in runs.items():
            for left, right in row_runs:
                above = blocks.pop((sheet, left, right, row - 1), [])
                blocks[sheet, left, right, row] = [*above, row]
        for (sheet, left, right, _), rows in blocks.items():
            area = self.book.sheet(sheet).getCellRangeByPosition(left, rows[0], right, rows[-1])
            yield area, [[spots[sheet, column, row] for column in range(left, right + 1)] for row in rows]

    def type(self, changes):
        wanted = {**self.constants, **changes}
        for area, rows in self.blocks:
            # An empty text empties the cell; void would mean #N/A.
            content = tuple(tuple("" if wanted[n] is None else wanted[n] for n in row) for row in rows)
            self.write(area, content)
        for name in self.singly:
            self.type_singly(name, changes)

    def type_singly(self, name, changes):
        cell = self.book.cell(name)
        if name not in changes:
            if name in self.formulas:
                cell.setFormula(self.formulas[name])
            else:
                put_by_force(cell, self.constants[name], may_be_formula=False)
        elif self.force:
            put_by_force(cell, changes[name], may_be_formula=True)
        else:
            self.write(cell, (("" if changes[name] is None else changes[name],),))

    def write(self, area, content):
        try:
            area.setDataArray(content)
        except DisposedException:
            raise
        except RuntimeException as error:
            raise RefusedError(self.refused()) from error

    def refused(self):
        """The first locked cell that a variation wanted to change."""
        for number, changes in enumerate(self.variations):
            for name in changes:
                if self.book.cell(name).CellProtection.IsLocked:
                    return f"{name} (variation {number})"
        return "a cell that is not locked"


def put_by_force(cell, value, may_be_formula):
    """Writes past the lock, as a person does who has taken the protection off."""
    if value is None or value == "":
        cell.setFormula("")
    elif not isinstance(value, str):
        cell.setValue(float(value))
    elif value.startswith("=") and may_be_formula:
        cell.setFormula(value)
    else:
        cell.setString(value)


class Server:
    def __init__(self):
        self.home = Path(tempfile.mkdtemp(prefix="tianbao-office-"))
        self.process = None
        self.desktop = None
        self.count = 0

    def start(self):
        profile = self.home / "profile"
        profile.mkdir()
        name = f"tianbao-{os.getpid()}-{self.home.name[-8:]}"
        accept = f"pipe,name={name};urp;"
        # A UTF-8 locale, or file names in Chinese cannot be opened; svp draws without a display.
        environment = {**os.environ, "HOME": str(self.home), "SAL_USE_VCLPLUGIN": "svp", "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(
            ["soffice", f"-env:UserInstallation={profile.as_uri()}", *NO_RESTART, f"--accept={accept}"],
            env=environment,
            start_new_session=True,  # its own group, so that the launcher and soffice.bin are killed together
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.home / "stderr.txt").open("wb"),
        )
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                context = resolver.resolve(f"uno:{accept}StarOffice.ComponentContext")
                break
            except NoConnectException:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError("soffice did not start") from None
                time.sleep(0.03)
        service = "com.sun.star.frame.Desktop"
        self.desktop = context.ServiceManager.createInstanceWithContext(service, context)

    def stop(self):
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def is_alive(self):
        try:
            self.desktop.getFrames().getCount()
        except RuntimeException:  # what a broken connection raises, by whatever message
            return False
        return True

    def load(self, path):
        """A copy of the file, opened; the caller closes it."""
        self.count += 1
        folder = self.home / f"open-{self.count}"
        folder.mkdir()
        copy = folder / Path(path).name
        shutil.copyfile(path, copy)
        # no macros, no questions about links
        options = properties(Hidden=True, MacroExecutionMode=0, UpdateDocMode=0)
        document = self.desktop.loadComponentFromURL(copy.as_uri(), "_blank", 0, options)
        if document is None:
            raise RuntimeError(f"LibreOffice cannot open {path}")
        return document

    def book(self, path):
        document = self.load(path)
        if not document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
            document.close(True)
            raise RuntimeError(f"LibreOffice reads {path} as another kind of document than a workbook")
        return Book(document)

    def recalculate(self, path, cells, shown=False):
        book = self.book(path)
        try:
            book.document.calculateAll()
            if shown:
                return {name: book.cell(name).String for name in cells}
            return book.read(book.around(cells))
        finally:
            book.document.close(True)

    def batch(self, path, variations, read, force=False):
        book = self.book(path)
        try:
            book.document.calculateAll()
            typist, areas = Typist(book, variations, force), book.around(read)
            results = []
            for changes in variations:
                typist.type(changes)
                book.document.calculateAll()
                results.append(book.read(areas))
            return results
        finally:
            book.document.close(True)

    def store(self, path, out, suffix, calculate=False):
        document = self.load(path)
        try:
            is_sheet = document.supportsService("com.sun.star.sheet.SpreadsheetDocument")
            filters = FILTERS["sheet" if is_sheet else "text"]
            if suffix not in filters:
                raise ValueError(f"cannot write {suffix}, only {', '.join(filters)}")
            if calculate and is_sheet:
                document.calculateAll()
            document.storeToURL(Path(out).absolute().as_uri(), properties(FilterName=filters[suffix]))
        finally:
            document.close(True)

    def type(self, path, changes, out, suffix):
        book = self.book(path)
        try:
            Typist(book, [changes], False).type(changes)
            book.document.calculateAll()
            book.document.storeToURL(Path(out).absolute().as_uri(), properties(FilterName=FILTERS["sheet"][suffix]))
        finally:
            book.document.close(True)

    def audit(self, path):
        book = self.book(path)
        try:
            return [audit_sheet(sheet) for sheet in book.sheets.values()]
        finally:
            book.document.close(True)


def attempt(cursor, value):
    """Whether the cell under the cursor refuses to be written."""
    try:
        cursor.setDataArray((("" if value is None else value,),))
    except DisposedException:
        raise
    except RuntimeException:
        return True
    return False


def audit_sheet(sheet):
    """Tries to write every cell of the used area with its own content; looks one row and column past it."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.RangeAddress
    area = sheet.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow)
    before, data = area.getFormulaArray(), area.getDataArray()
    # One cursor that moves: an object for each cell would cost five times as much.
    cursor = sheet.createCursorByRange(sheet.getCellByPosition(0, 0))
    cells, outside_locked = {}, True
    for row in range(last.EndRow + 2):
        for column in range(last.EndColumn + 2):
            locked = cursor.CellProtection.IsLocked
            if row > last.EndRow or column > last.EndColumn:
                outside_locked = outside_locked and locked
            else:
                name = f"{column_letters(column)}{row + 1}"
                cells[name] = {"locked": locked, "refused": attempt(cursor, data[row][column])}
            cursor.gotoOffset(1, 0)
        cursor.gotoOffset(-last.EndColumn - 2, 1)
    return {
        "name": sheet.Name,
        "protected": sheet.isProtected(),
        "visible": sheet.IsVisible,
        "unchanged": area.getFormulaArray() == before,
        # a column or row left open as a whole shows in its first cell past the used area
        "outside_locked": outside_locked,
        "cells": cells,
    }


def answer(server, line):
    request = json.loads(line)
    operation = request.pop("do")
    if operation not in {"recalculate", "batch", "store", "type", "audit"}:
        raise ValueError(f"unknown operation {operation}")
    return getattr(server, operation)(**request)


def main():
    # The answers own the real stdout; anything else that prints goes to stderr.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

    def say(content):
        answers.write(json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n")
        answers.flush()

    server = Server()
    try:
        server.start()
        say({"ok": {"group": server.process.pid, "home": str(server.home)}})
        for line in sys.stdin.buffer:
            try:
                say({"ok": answer(server, line)})
            except Exception as error:  # noqa: BLE001 - the answer names it, the client raises
                if not server.is_alive():
                    say({"error": "LibreOffice died", "kind": "died"})
                    return
                kind = "refused" if isinstance(error, RefusedError) else type(error).__name__
                say({"error": str(error), "kind": kind})
    finally:
        server.stop()


if __name__ == "__main__":
    main()
