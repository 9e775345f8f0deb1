"""Real programs that open and save a workbook: openpyxl, LibreOffice, gnumeric, exceljs."""

import io
import os
import re
import subprocess
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import openpyxl

from tests.conftest import NODE_PACKAGES
from tests.real.office import Changes, Office
from tests.resave.zips import unzipped, zip_of
from tianbao.forms.model import Form
from tianbao.submission import Submission
from tianbao.workbook.layout import layout_of

Through = Literal["xlsx", "ods", "xls"]
Books = Mapping[str, bytes]
"""Name without suffix → workbook."""
_PROPERTIES = "docProps/core.xml"
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
SCRIPT = Path(__file__).with_name("exceljs.js")


def openpyxl_saved(data: bytes, seed: int = 0) -> bytes:
    """openpyxl loads and saves: results of formulas are gone. The time of day is taken out again."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(io.BytesIO(data))
    out = io.BytesIO()
    book.save(out)
    parts = unzipped(out.getvalue())
    parts[_PROPERTIES] = _MODIFIED.sub(rb"\g<1>2024-01-15T10:00:00Z\2", parts[_PROPERTIES])
    return zip_of(parts.items())


def libreoffice_saved(office: Office, folder: Path, books: Books, *through: Through) -> dict[str, bytes]:
    """LibreOffice opens, recalculates and saves each as the formats in turn; the last is what comes back."""
    made = {}
    for name, data in books.items():
        path = folder / f"{name}.xlsx"
        path.write_bytes(data)
        for at, suffix in enumerate(through):
            path = office.resave(path, folder / f"{name}.{at}.{suffix}", recalculate=True)
        made[name] = path.read_bytes()
    return made


def libreoffice_typed(office: Office, folder: Path, empty: bytes, form: Form, sent: Submission, name: str) -> bytes:
    """Somebody types the figures and texts into the empty template in LibreOffice and saves it."""
    template, out = folder / f"{name}.empty.xlsx", folder / f"{name}.typed.xlsx"
    template.write_bytes(empty)
    places = layout_of(form).places
    changes: dict[str, str | int | float | None] = {}
    for address, cell in form.cells.items():
        value = sent.value(address)
        if cell.total is None and value.kind != "blank":
            changes[str(places[address])] = value.text if value.number is None else float(value.number)
    changes |= {str(places[section]): text for section, text in sent.texts.items()}
    typed: Changes = changes
    return office.typed(template, typed, out).read_bytes()


def gnumeric_saved(folder: Path, books: Books) -> dict[str, bytes]:
    """gnumeric's converter opens, recalculates and saves each."""
    made = {}
    environment = {**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    for name, data in books.items():
        path, out = folder / f"{name}.xlsx", folder / f"{name}.gnumeric.xlsx"
        path.write_bytes(data)
        command = ["ssconvert", "--recalc", str(path), str(out)]
        subprocess.run(command, check=True, capture_output=True, env=environment)
        made[name] = out.read_bytes()
    return made


def exceljs_saved(folder: Path, books: Books) -> dict[str, bytes]:
    """exceljs loads and saves all of them in one run of node."""
    pairs: list[str] = []
    for name, data in books.items():
        (folder / f"{name}.xlsx").write_bytes(data)
        pairs += [str(folder / f"{name}.xlsx"), str(folder / f"{name}.exceljs.xlsx")]
    environment = {**os.environ, "NODE_PATH": str(NODE_PACKAGES)}
    subprocess.run(["node", str(SCRIPT), *pairs], check=True, capture_output=True, env=environment)
    return {name: (folder / f"{name}.exceljs.xlsx").read_bytes() for name in books}
