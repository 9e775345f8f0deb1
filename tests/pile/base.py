"""Consistent workbooks of made-up agencies, each with figures of its own, stamped into one that was written once."""

import html
import math
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from tests.resave.book import Book, Cell, open_book, si_of
from tianbao.forms import library
from tianbao.forms.model import Form
from tianbao.forms.sums import checksum
from tianbao.submission import Agency, Entry, Submission
from tianbao.values import BLANK, Value, understand
from tianbao.workbook.a1 import column_number
from tianbao.workbook.layout import COVER, COVER_CHECKSUM, IDENTITY, Layout, layout_of
from tianbao.workbook.write import filled

YEAR = 2023
FORM = "gov-disclosure"
TEMPLATE_AGENCY = "样本区样本局"
TEXT = "本年度各项工作按要求完成；没有发出收费通知，没有收取信息处理费。"
Figure = int | float
_DISTRICTS = (
    "东湖",
    "西林",
    "南山",
    "北辰",
    "城关",
    "新华",
    "桥西",
    "长安",
    "临江",
    "江口",
    "平阳",
    "安福",
    "永宁",
    "龙泉",
)
_KINDS = ("区", "县", "市")
_BUREAUS = (
    "教育", "民政", "财政", "司法", "审计", "统计", "交通", "水务", "商务", "体育", "林业", "档案", "信访", "医疗保障",
    "应急管理", "市场监管", "文化旅游", "卫生健康", "农业农村", "自然资源", "生态环境", "城市管理", "退役军人事务",
)  # fmt: skip
_SUM = re.compile(r"SUM\(([^()]*)\)")
_COUNTED = re.compile(r"[-+]?N\(((?:'[^']+'!)?\$?[A-Z]+\$?\d+)\)")
_DIFFERENCE = re.compile(r"ROUND\((\$?[A-Z]+\$?\d+)-(\$?[A-Z]+\$?\d+),6\)")


def agency_names(chance: random.Random) -> list[str]:
    """All names that can be made up, in an order of their own."""
    names = [
        f"{district}{kind}{bureau}{office}"
        for district in _DISTRICTS
        for kind in _KINDS
        for bureau in _BUREAUS
        for office in ("局", "局执法支队", "局服务中心", "局直属分局")
    ]
    chance.shuffle(names)
    return names


@dataclass(slots=True)
class Filled:
    """A consistent workbook, open for damage, with what was poured in."""

    book: Book
    form: Form
    figures: dict[str, Figure]
    agency: str
    year: int

    def place(self, address: str) -> tuple[str, str]:
        """Sheet and cell of an address."""
        place = layout(self.form.edition).places[address]
        return place.sheet, place.a1

    def cell(self, address: str) -> Cell:
        sheet, name = self.place(address)
        return self.book.sheets[sheet].cell(name)

    def put(self, address: str, value: Figure | str | None, formula: str | None = None) -> Cell:
        """What somebody types into an entry or over a total. Results of other formulas stay as they are."""
        return self.book.put(*self.place(address), value, formula)

    def type(self, address: str, value: Figure | str | None) -> None:
        """The same with every result computed anew, as a program does at once."""
        self.put(address, value)
        recalculate(self.book)

    def bytes(self) -> bytes:
        return self.book.bytes()


@cache
def layout(edition: str) -> Layout:
    """Where everything stands in an edition's workbook."""
    return layout_of(library.load(FORM, edition))


@cache
def _template(edition: str, year: int) -> bytes:
    form = library.load(FORM, edition)
    entries = {address: Entry(understand(0)) for address, cell in form.cells.items() if cell.total is None}
    texts = dict.fromkeys(form.narratives, TEXT)
    return filled(form, Submission(FORM, edition, year, Agency(TEMPLATE_AGENCY), entries, texts))


def consistent(chance: random.Random, agency: str, edition: str = "2021", year: int = YEAR) -> Filled:
    """A workbook without any finding."""
    form = library.load(FORM, edition)
    figures = some_figures(form, chance)
    made = Filled(open_book(_template(edition, year)), form, figures, agency, year)
    made.book.strings[made.book.known.pop(TEMPLATE_AGENCY)] = si_of(agency)
    for address, value in figures.items():
        made.put(address, value)
    recalculate(made.book)
    _put_checksum(made)
    return made


def some_figures(form: Form, chance: random.Random) -> dict[str, Figure]:
    """Entries that satisfy every rule: each application is counted in one row."""
    figures: dict[str, Figure] = {}
    for address, cell in form.cells.items():
        if cell.total is None:
            figures[address] = chance.randrange(40) if cell.kind.value != "amount" else chance.randrange(9999) / 100
    ids = [address.split(".") for address in figures if address.startswith("requests.")]
    rows, columns = list(dict.fromkeys(i[1] for i in ids)), list(dict.fromkeys(i[2] for i in ids))
    results = [row for row in rows if row not in ("new", "carried_in", "carried_out")]
    for column in columns:
        here = dict.fromkeys(rows, 0) | {"new": chance.randrange(5, 90), "carried_in": chance.randrange(9)}
        here["carried_out"] = chance.randrange(5)
        for _ in range(here["new"] + here["carried_in"] - here["carried_out"]):
            here[chance.choice(results)] += 1
        figures |= {f"requests.{row}.{column}": value for row, value in here.items()}
    for item in {address.rsplit(".", 1)[0] for address in figures if address.endswith(".in_force")}:
        figures[f"{item}.in_force"] = figures[f"{item}.issued"] + chance.randrange(60)
    return figures


def recalculate(book: Book) -> None:
    """Stored results of sums, of both sides of each rule and of their difference, as a program computes them."""
    done: dict[tuple[str, str], float] = {}

    def number(sheet: str, name: str) -> float:
        key = (sheet, name.replace("$", ""))
        if key not in done:
            cell = cells[sheet].get(key[1])
            done[key] = 0.0 if cell is None else result(sheet, cell)
        return done[key]

    def area(sheet: str, reference: str) -> float:
        title, _, cell_names = reference.rpartition("!")
        first, _, last = cell_names.replace("$", "").partition(":")
        where = title.strip("'") or sheet
        if not last:
            return number(where, first)
        (left, top), (right, bottom) = _spot(first), _spot(last)
        return sum(
            number(where, cell.name)
            for cell in cells[where].values()
            if top <= cell.row <= bottom and left <= cell.column <= right
        )

    def result(sheet: str, cell: Cell) -> float:
        formula = html.unescape(cell.formula or "")
        if "#REF!" in formula or cell.kind == "e":
            return math.nan
        if found := _SUM.fullmatch(formula):
            value = sum(area(sheet, each) for each in found[1].split(","))
        elif formula and not _COUNTED.sub("", formula):
            value = sum((-1 if p[0].startswith("-") else 1) * area(sheet, p[1]) for p in _COUNTED.finditer(formula))
        elif found := _DIFFERENCE.fullmatch(formula):
            value = number(sheet, found[1]) - number(sheet, found[2])
        else:
            return float(cell.value) if cell.kind in ("", "n") and cell.value else 0.0
        if math.isnan(value):
            cell.kind, cell.value = "e", "#REF!"
            return value
        value = round(value, 6)
        cell.kind, cell.value = "", str(int(value)) if value == int(value) else repr(value)
        return value

    cells = {name: {cell.name: cell for cell in sheet.cells()} for name, sheet in book.sheets.items()}
    for name, inside in cells.items():
        for cell in inside.values():
            if cell.formula:
                number(name, cell.name)


def is_computed(formula: str) -> bool:
    """Whether `recalculate` knows that kind of formula."""
    return bool(_SUM.fullmatch(formula)) or not _COUNTED.sub("", formula)


def _spot(name: str) -> tuple[int, int]:
    found = re.fullmatch(r"([A-Z]+)(\d+)", name)
    assert found is not None
    return column_number(found[1]) + 1, int(found[2])


def values_of(made: Filled) -> Mapping[str, Value]:
    """Value of every cell, totals as they are stored."""
    return {address: understand(_number(made.cell(address))) for address in made.form.cells}


def _number(cell: Cell) -> Decimal | None:
    return Decimal(cell.value) if cell.value and cell.kind in ("", "n") else None


def _put_checksum(made: Filled) -> None:
    values = values_of(made)
    code = checksum(made.form, lambda address: values.get(address, BLANK))
    identity = made.book.sheets[IDENTITY]
    row = next(cell.row for cell in identity.cells() if made.book.shown(cell) == "checksum")
    identity.cell(f"B{row}").value = code
    cover = made.book.sheets[COVER].cell(f"C{COVER_CHECKSUM[0] + 1}")
    if cover.formula is not None:
        cover.value = code
