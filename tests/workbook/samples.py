"""Forms, submissions and damaged copies that the workbook tests share."""

import io
import random
import re
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

import openpyxl
from hypothesis import strategies as st
from openpyxl.workbook.workbook import Workbook

from tianbao.forms import library
from tianbao.forms.compile import compile_form
from tianbao.forms.model import Form
from tianbao.submission import Agency, Entry, Submission
from tianbao.values import Raw, understand
from tianbao.workbook.package import open_package
from tianbao.workbook.plan import Content, Issue
from tianbao.workbook.read import read
from tianbao.workbook.sheets import RawBook
from tianbao.workbook.write import content_of, filled, plan_of, template
from tianbao.workbook.xlsx import read_book

SMALL = Path(__file__).with_name("small.yaml")
AGENCY = Agency("示例区外事办公室", "001")
YEAR = 2023
OFFICIAL = ("2021", "2019")
STORY = "第一行“引号”与 'quotes' <b>&amp;</b>\n  第二行有前导空格，𠮷😀\n办结"
"""A narrative with what spoils careless writers: markup, line breaks, leading spaces, characters beyond the BMP."""

ODD = ("12件", "１２", "无", "/", " — ", "0", "1.5", "是", "甲", " ", "\u3000", "a|b", "--", "=1+1", "TRUE")
"""Texts that people type into cells for numbers."""


@cache
def compiled(text: str) -> Form:
    """The form of a definition's text."""
    return compile_form(text, "small.yaml", library.form_schema())


def small(**replaced: str) -> Form:
    """The small form; keywords replace pieces of its text (`old=new` with old in SWAPS)."""
    text = SMALL.read_text("utf-8")
    for key, new in replaced.items():
        assert text.count(SWAPS[key]) == 1, key
        text = text.replace(SWAPS[key], new)
    return compiled(text)


SWAPS = {
    "label": "label: 信函",
    "leaf": "          - {id: post, label: 信函}\n",
    "rule": "table.done.$c <= table.come.$c",
    "note": "notes: [注：只计本年。]",
    "least": "min: -50",
    "choices": "[优, 良]",
    "sheet": "sheet: 三、概况",
}


def official(edition: str = "2021") -> Form:
    return library.load("gov-disclosure", edition)


@cache
def every_form() -> dict[str, Form]:
    """The small form and all that ship, by a short name."""
    shipped = {f"{entry.id}/{entry.edition}": library.load(entry.id, entry.edition) for entry in library.listed()}
    return {"small": small(), **shipped}


def find_form(form: str, edition: str) -> Form:
    """The small form and those that ship, as `read` asks for them."""
    return small() if (form, edition) == ("small", "1") else library.load(form, edition)


def submission(form: Form, cells: Mapping[str, Raw] | None = None, **more: object) -> Submission:
    """A submission of the form; `more` are fields of Submission."""
    entries = {address: Entry(understand(raw)) for address, raw in (cells or {}).items()}
    return Submission(form.id, form.edition, YEAR, more.pop("agency", AGENCY), entries, **more)  # type: ignore[arg-type]


@cache
def empty(form: Form, agency: Agency | None = AGENCY) -> bytes:
    return template(form, Issue(YEAR, agency, "2024年1月20日"))


def full(form: Form, seed: int = 0) -> Submission:
    """Every entry filled with its own number or word, every text written; totals left to the workbook."""
    chance = random.Random(seed)
    words = {"yesno": "是", "text": "网站名", "date": "2024-01-20", "url": "https://example.cn"}
    cells: dict[str, Raw] = {}
    for address, cell in form.cells.items():
        if cell.total is None:
            whole = chance.randrange(1, 500)
            amount = Decimal(whole) + Decimal(chance.randrange(100)) / 100
            word = cell.kind.choices[0] if cell.kind.choices else words.get(cell.kind.value)
            cells[address] = amount if cell.kind.value == "amount" else word or whole
    return submission(form, cells, texts=dict.fromkeys(form.narratives, STORY))


def totals(form: Form) -> list[str]:
    return [address for address, cell in form.cells.items() if cell.total is not None]


def entries(form: Form) -> list[str]:
    return [address for address, cell in form.cells.items() if cell.total is None]


def back(data: bytes) -> Submission:
    """What the reader makes of a workbook."""
    return read(data, find_form)


def raw(data: bytes) -> RawBook:
    return read_book(*open_package(data))


def figures(found: Submission) -> dict[str, Raw]:
    """What stood in every cell that was not blank."""
    return {address: entry.value.raw for address, entry in found.entries.items() if entry.value.kind != "blank"}


def kinds(found: Submission) -> list[str]:
    return sorted({observation.kind for observation in found.observations})


def stored(content: Content) -> dict[str, Raw]:
    """sheet!A1 → the stored result of every formula that the workbook of this content has."""
    return {
        str(item.area.first): item.content for sheet in plan_of(content).sheets for item in sheet.items if item.formula
    }


def content(form: Form, given: Submission | None = None, agency: Agency | None = AGENCY) -> Content:
    return content_of(form, Issue(YEAR, agency), given)


def opened(data: bytes, *, results: bool = False) -> Workbook:
    """The workbook as openpyxl sees it: formulas, or with `results` what is stored for them."""
    return openpyxl.load_workbook(io.BytesIO(data), data_only=results)


def edited(data: bytes, change: Callable[[Workbook], object]) -> bytes:
    """The workbook after openpyxl has loaded, changed and saved it (stored results are lost)."""
    book = opened(data)
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


Change = bytes | None | Callable[[str], str]


def repacked(data: bytes, changes: Mapping[str, Change], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The zip with parts replaced, removed (None), edited as text (a function) or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", method) as target:
        left = dict(changes)
        for info in source.infolist():
            change = left.pop(info.filename, source.read(info))
            if callable(change):
                before = source.read(info).decode()
                after = change(before)
                assert after != before, f"{info.filename} was not changed"
                change = after.encode()
            if change is not None:
                target.writestr(info.filename, change)
        for name, change in left.items():
            assert isinstance(change, bytes), f"no part {name}"
            target.writestr(name, change)
    return out.getvalue()


def part_of(data: bytes, sheet: str) -> str:
    """The name of a worksheet's part in a workbook that XlsxWriter wrote."""
    names = [found.name for found in raw(data).sheets]
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


def xml_of(data: bytes, part: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return source.read(part).decode()


def put(cell: str, inside: str, attributes: str = "") -> Callable[[str], str]:
    """Replaces a cell's content in the XML of a sheet, keeping its style."""

    def change(xml: str) -> str:
        return re.sub(
            rf'<c r="{cell}"( s="\d+")?[^>]*?(/>|>.*?</c>)',
            lambda found: f'<c r="{cell}"{found[1] or ""}{attributes}>{inside}</c>',
            xml,
            count=1,
        )

    return change


def swap(old: str, new: str, count: int = -1) -> Callable[[str], str]:
    """A change of a part that replaces a piece of its text."""
    return lambda xml: xml.replace(old, new, count)


def amounts(places: int = 6) -> st.SearchStrategy[Decimal]:
    return st.decimals(0, 10**6, allow_nan=False, allow_infinity=False, places=places)


def odd_values() -> st.SearchStrategy[Raw]:
    """What may stand in a cell for a number, and what people put there instead."""
    return st.one_of(
        st.none(),
        st.integers(0, 9),
        st.integers(-99, 10**7),
        amounts(),
        st.sampled_from(ODD),
    )


def random_cells(form: Form) -> st.SearchStrategy[dict[str, Raw]]:
    """All entries blank, 0 or 3, and up to twelve of them something of their own."""
    own = st.dictionaries(st.sampled_from(entries(form)), odd_values(), max_size=12)
    base = st.sampled_from([None, 0, 3])
    return st.builds(lambda every, special: {**dict.fromkeys(entries(form), every), **special}, base, own)


def random_submissions(form: Form) -> st.SearchStrategy[Submission]:
    texts = st.sampled_from(["", "短", "信息处理费收费通知", STORY, " \n", "无", "字" * 1200])
    keys = sorted(
        {instance.key for rule in form.rules for instance in rule.instances if rule.severity == "query"}
        | {f"TYPE-BLANK[{section.id}]" for section in form.sections if section.blocks}
    )
    return st.builds(
        lambda cells, said, explained: submission(form, cells, texts=said, explanations=explained),
        random_cells(form),
        st.fixed_dictionaries(dict.fromkeys(form.narratives, texts)),
        st.dictionaries(st.sampled_from(keys), st.sampled_from(["属实", "机构改革\n划转"]), max_size=4),
    )


@cache
def filled_in(form: Form) -> bytes:
    """The workbook of `full`."""
    return filled(form, full(form))
