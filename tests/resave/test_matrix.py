"""Every real report, saved again by every program and treated by hand: the same verdict, the same broken rules.

A tenth of the pairs, chosen by a seed; all of them with --all.
"""

import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.cli.run import tianbao
from tests.conftest import missing
from tests.pile.base import Filled
from tests.pile.kind import Change
from tests.pile.structure import column_inserted, pasted, row_inserted, sheet_renamed
from tests.real.office import Office
from tests.reports import published
from tests.resave.book import open_book
from tests.resave.excel import excel_like, excel_random
from tests.resave.programs import exceljs_saved, gnumeric_saved, libreoffice_saved, libreoffice_typed, openpyxl_saved
from tests.resave.spellings import SPELLINGS
from tests.resave.wps import wps_like
from tianbao.forms import library
from tianbao.submission import of_json
from tianbao.verbs.make import fill
from tianbao.workbook.plan import Issue
from tianbao.workbook.write import template

pytestmark = [pytest.mark.reports, pytest.mark.libreoffice, pytest.mark.gnumeric, pytest.mark.exceljs]

Books = Mapping[str, bytes]
Pair = tuple[str, str]
"""Report and writer."""


def by_hand(change: Change) -> Callable[[bytes, int], bytes]:
    """Somebody's work on the sheets, as Excel does it."""

    def treated(data: bytes, seed: int) -> bytes:
        made = Filled(open_book(data), library.load("gov-disclosure", edition_of(data)), {}, "", year_of(data))
        change(made, random.Random(seed))
        return made.bytes()

    return treated


def _identity(data: bytes, name: str) -> str:
    book = open_book(data)
    sheet = book.sheets["_tianbao"]
    return next(book.shown(sheet.cell(f"B{c.row}")) for c in sheet.cells() if c.column == 1 and book.shown(c) == name)


def edition_of(data: bytes) -> str:
    return _identity(data, "edition")


def year_of(data: bytes) -> int:
    return int(_identity(data, "year"))


ALONE: dict[str, Callable[[bytes, int], bytes]] = {
    "excel_like": excel_like,
    "excel_random": excel_random,
    "wps_like": wps_like,
    "openpyxl": openpyxl_saved,
    **SPELLINGS,
}
BY_HAND = {
    "sheet renamed": by_hand(sheet_renamed),
    "row inserted": by_hand(row_inserted),
    "column inserted": by_hand(column_inserted),
}
PASTED = {"pasted as values": by_hand(pasted)}
OFFICE = {
    "libreoffice": ("xlsx",),
    "libreoffice by ods": ("ods", "xlsx"),
    "libreoffice by xls": ("xls", "xlsx"),
    "libreoffice ods": ("ods",),
    "libreoffice xls": ("xls",),
}
TYPED = "typed in libreoffice"
BATCHES = ("gnumeric", "exceljs")
WRITERS = (*ALONE, *BY_HAND, *PASTED, *OFFICE, TYPED, *BATCHES)


@dataclass
class Shop:
    """Makes the workbooks of the pairs chosen and keeps what they are."""

    reports: Path
    folder: Path
    data: Path
    typed: dict[str, bytes] = field(default_factory=dict)
    by_formula: dict[str, bytes] = field(default_factory=dict)

    def open(self, names: Iterable[str]) -> None:
        for name in names:
            text = json.dumps(published.submission_data(self.reports, name), ensure_ascii=False)
            (self.data / f"{name}.json").write_text(text, "utf-8")
        for kept, totals in ((self.typed, "typed"), (self.by_formula, "formula")):
            for made in fill([self.data], totals):
                assert made.data is not None, made.finding
                kept[Path(made.source).stem] = made.data

    def make(self, office: Office, scratch: Path, pairs: list[Pair]) -> dict[Pair, tuple[str, bytes]]:
        """Each pair's workbook with its suffix."""
        found: dict[Pair, tuple[str, bytes]] = {}
        for at, (name, writer) in enumerate(pairs):
            alone = {**ALONE, **BY_HAND, **PASTED}.get(writer)
            if alone is not None:
                found[name, writer] = ("xlsx", alone(self.typed[name], at))
        for writer, through in OFFICE.items():
            books = {name: self.typed[name] for name, chosen in pairs if chosen == writer}
            saved = libreoffice_saved(office, scratch, books, *through)  # type: ignore[arg-type]
            found |= {(name, writer): (through[-1], data) for name, data in saved.items()}
        for writer, save in zip(BATCHES, (gnumeric_saved, exceljs_saved), strict=True):
            books = {name: self.typed[name] for name, chosen in pairs if chosen == writer}
            saved = save(scratch, books) if books else {}
            found |= {(name, writer): ("xlsx", data) for name, data in saved.items()}
        for name, writer in pairs:
            if writer == TYPED:
                found[name, writer] = ("xlsx", self._typed(office, scratch, name))
        return found

    def _typed(self, office: Office, scratch: Path, name: str) -> bytes:
        sent = of_json((self.data / f"{name}.json").read_text("utf-8"))
        form = library.load(sent.form, sent.edition)
        empty = template(form, Issue(sent.year, sent.agency))
        return libreoffice_typed(office, scratch, empty, form, sent, name)


@cache
def rule_ids(edition: str) -> frozenset[str]:
    return frozenset(rule.id for rule in library.load("gov-disclosure", edition).rules)


def broken(entry: Mapping[str, Any]) -> set[str]:
    """Keys of the form's own rules and of what is wrong in a cell."""
    if entry["edition"] is None:
        return set()
    own = rule_ids(entry["edition"])
    return {f["key"] for f in entry["findings"] if f["rule"] in own or f["rule"].startswith("TYPE-")}


def differs(writer: str, found: Mapping[str, Any], due: Mapping[str, Any]) -> str:
    """What is not as in the untouched workbook, "" where all is."""
    if writer == "utf-16" and found["verdict"] == "unreadable":
        return ""
    verdicts = {due["verdict"]}
    if writer in BY_HAND and due["verdict"] == "passed":
        verdicts.add("queried")
    if writer in PASTED:
        verdicts = {"failed"} if due["verdict"] == "failed" else {"queried", "failed"}
    said = [] if found["verdict"] in verdicts else [f"{found['verdict']} instead of {' or '.join(sorted(verdicts))}"]
    more, fewer = sorted(broken(found) - broken(due)), sorted(broken(due) - broken(found))
    said += [f"also {', '.join(more)}"] if more else []
    said += [f"not {', '.join(fewer)}"] if fewer else []
    others = [f["key"] for f in found["findings"] if f["key"] not in {d["key"] for d in due["findings"]}]
    return "; ".join(said) + (f" (says {', '.join(others[:3])})" if said and others else "")


def chosen_pairs(names: list[str], scale: int) -> list[Pair]:
    pairs = [(name, writer) for name in names for writer in WRITERS]
    return pairs if scale > 1 else sorted(random.Random(4).sample(pairs, len(pairs) // 10))


def test_every_report_by_every_writer(
    office: Office, reports_dir: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, scale: int
) -> None:
    assert not [component for component in ("libreoffice", "gnumeric", "exceljs") if missing(component)]
    pairs = chosen_pairs(published.names(reports_dir), scale)
    shop = Shop(reports_dir, tmp_path, tmp_path_factory.mktemp("data"))
    shop.open({name for name, _ in pairs})
    for name in shop.typed:
        (tmp_path / f"{name}@.xlsx").write_bytes(shop.typed[name])
        (tmp_path / f"{name}@{TYPED}@.xlsx").write_bytes(shop.by_formula[name])
    made = shop.make(office, tmp_path_factory.mktemp("scratch"), pairs)
    assert set(made) == set(pairs)
    for (name, writer), (suffix, data) in made.items():
        (tmp_path / f"{name}@{writer}.{suffix}").write_bytes(data)
    result = tmp_path_factory.mktemp("result") / "check.json"
    tianbao("check", tmp_path, "--json", result, "--lang", "en", seconds=1200)
    entries = {Path(e["source"]).stem: e for e in json.loads(result.read_text("utf-8"))["submissions"]}
    wrong = []
    for name, writer in pairs:
        due = entries[f"{name}@{TYPED}@" if writer == TYPED else f"{name}@"]
        if said := differs(writer, entries[f"{name}@{writer}"], due):
            wrong.append(f"{writer}: {name}: {said}")
    assert not wrong, "\n".join([f"{len(wrong)} of {len(pairs)}", *sorted(wrong)])
