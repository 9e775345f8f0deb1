"""The emitter leaves nothing out in silence, writes the same bytes for the same plan, and keeps Excel's limits."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.workbook.samples import (
    AGENCY,
    OFFICIAL,
    YEAR,
    content,
    empty,
    filled_in,
    full,
    official,
    opened,
    small,
    xml_of,
)
from tianbao.workbook.a1 import Area, Place
from tianbao.workbook.emit import DoesNotFit, WriterRefused, emit
from tianbao.workbook.fingerprint import fingerprint_of
from tianbao.workbook.plan import BookPlan, Issue, Item, SheetPlan, Validation
from tianbao.workbook.write import content_of, fingerprint, plan_of, template

CELL = Area(Place("甲", 0, 0), Place("甲", 0, 0))
WIDE = Area(Place("甲", 2, 0), Place("甲", 3, 1))


def book(sheet: SheetPlan | None = None, **more: object) -> BookPlan:
    return BookPlan((sheet or SheetPlan("甲", (), (10.0,)),), **{"names": {}, "properties": {}, **more})  # type: ignore[arg-type]


def with_item(item: Item) -> BookPlan:
    return book(SheetPlan("甲", (item,), (10.0,)))


def with_validation(**more: object) -> BookPlan:
    check = Validation(CELL, **{"type": "whole", "least": 0, **more})  # type: ignore[arg-type]
    return book(SheetPlan("甲", (), (10.0,), validations=(check,)))


REFUSED: dict[str, Callable[[], BookPlan]] = {
    "prompt of 256 characters": lambda: with_validation(title="题", prompt="字" * 256),
    "title of 33 characters": lambda: with_validation(title="字" * 33, prompt="提示"),
    "stop message of 256 characters": lambda: with_validation(stop="字" * 256),
    "choices of more than 255 characters": lambda: with_validation(type="list", choices=("字" * 60,) * 5),
    "name that is no name": lambda: book(names={"有 空格": "'甲'!$A$1"}),
    "name that is a cell": lambda: book(names={"A1": "'甲'!$A$1"}),
    "long property": lambda: book(properties={"x": "字" * 256}),
    "long sheet name": lambda: book(SheetPlan("字" * 32, (), ())),
    "two sheets of one name": lambda: BookPlan((SheetPlan("甲", (), ()), SheetPlan("甲", (), ())), {}, {}),
    "overlapping merges": lambda: book(SheetPlan("甲", (Item(WIDE, "head", "一"), Item(WIDE, "head", "二")), ())),
    "overlapping column": lambda: book(SheetPlan("甲", (Item(Area(CELL.first, Place("甲", 0, 16384)), "head"),), ())),
}


@pytest.mark.parametrize("case", REFUSED)
def test_nothing_is_left_out_in_silence(case: str) -> None:
    with pytest.raises(WriterRefused):
        emit(REFUSED[case]())


UNHOLDABLE = {
    "text": "字" * 32768,
    "text as Excel counts": "😀" * 16384,
    "half a character": "半个\ud83d",
    "integer": 1234567890123456789,
    "decimal": Decimal("0.1234567890123456"),
    "huge": 10**400,
    "beyond doubles": Decimal("1E+500"),
}


@pytest.mark.parametrize("case", UNHOLDABLE)
def test_what_no_cell_holds_unchanged_is_refused(case: str) -> None:
    with pytest.raises(DoesNotFit, match="甲!A1"):
        emit(with_item(Item(CELL, "entry", UNHOLDABLE[case])))  # type: ignore[arg-type]


def test_the_longest_that_fits_is_written() -> None:
    check = with_validation(title="字" * 32, prompt="字" * 255, stop="字" * 255)
    found = opened(emit(check))["甲"].data_validations.dataValidation[0]
    assert (len(found.promptTitle or ""), len(found.prompt or ""), len(found.error or "")) == (32, 255, 255)
    text = "行\n" * 16383
    assert opened(emit(with_item(Item(CELL, "text", text))))["甲"]["A1"].value == text


WRITTEN = [(Decimal("1753.79"), 1753.79), (True, "TRUE"), ("=1+1", "=1+1"), ("@sum", "@sum"), (7, 7), ("7", "7")]


@pytest.mark.parametrize(("content", "wanted"), WRITTEN)
def test_content_is_written_as_what_it_is(content: object, wanted: object) -> None:
    cell = opened(emit(with_item(Item(CELL, "entry", content))))["甲"]["A1"]  # type: ignore[arg-type]
    assert (cell.value, cell.data_type) == (wanted, "s" if isinstance(wanted, str) else "n")


def test_choices_and_free_integers() -> None:
    checks = {}
    for kind in ("list", "whole", "decimal", "any"):
        sheet = opened(emit(with_validation(type=kind, least=None, choices=("是", "否"))))["甲"]
        checks[kind] = sheet.data_validations.dataValidation[0]
    assert checks["list"].formula1 == '"是,否"'
    assert (checks["whole"].operator, checks["whole"].type) == (None, "whole")  # between is the default
    assert checks["decimal"].type == "decimal"
    assert checks["any"].type is None


def test_formula_without_result_shows_nought() -> None:
    data = emit(with_item(Item(CELL, "total", None, "1-1")))
    assert opened(data, results=True)["甲"]["A1"].value == 0


def test_same_plan_same_bytes() -> None:
    plan = plan_of(content(small(), full(small())))
    assert emit(plan) == emit(plan)
    dates = {info.date_time for info in zipfile.ZipFile(io.BytesIO(emit(plan))).infolist()}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("edition", OFFICIAL)
def test_limits_of_excel(edition: str) -> None:
    book = opened(filled_in(official(edition)))
    assert len(book.worksheets) == 10
    for sheet in book.worksheets:
        assert len(sheet.title) <= 31
        for check in sheet.data_validations.dataValidation:
            assert utf16(check.promptTitle or "") <= 32
            assert utf16(check.prompt or "") <= 255
            assert utf16(check.error or "") <= 255
            assert utf16(check.errorTitle or "") <= 32
            # "any" stops nothing; everything else stops in our words
            assert check.type is None or (check.errorTitle == "请检查" and check.error and check.errorStyle is None)
        formulas = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        assert all(len(formula) <= 8192 for formula in formulas)
        assert all(deepest(formula) <= 64 for formula in formulas)


def utf16(text: str) -> int:
    """Characters as Excel counts them."""
    return len(text.encode("utf-16-le")) // 2


def deepest(formula: str) -> int:
    depth = most = 0
    for character in formula:
        depth += (character == "(") - (character == ")")
        most = max(most, depth)
    return most


@pytest.mark.parametrize("state", ["empty", "filled"])
def test_plain_texts_and_stored_results(state: str) -> None:
    """No text is cut into runs, and no formula waits for a program to compute it."""
    data = empty(official()) if state == "empty" else filled_in(official())
    assert "<r>" not in xml_of(data, "xl/sharedStrings.xml")
    for number in range(1, len(opened(data).sheetnames) + 1):
        xml = xml_of(data, f"xl/worksheets/sheet{number}.xml")
        assert xml.count("</f><v>") == xml.count("<f>")
        assert "</f><v></v>" not in xml


@pytest.mark.parametrize("edition", OFFICIAL)
def test_one_fingerprint_for_all_agencies_and_years(edition: str) -> None:
    form = official(edition)
    for issue in (Issue(2021), Issue(2024, AGENCY, "2025年1月20日")):
        data = template(form, issue)
        book = opened(data)
        hidden = {row[0].value: row[1].value for row in book["_tianbao"].iter_rows()}
        assert hidden["fingerprint"] == fingerprint(form)
        assert f"<vt:lpwstr>{fingerprint(form)}</vt:lpwstr>" in xml_of(data, "docProps/custom.xml")
        assert book.defined_names["tianbao.fingerprint"].attr_text == f'"{fingerprint(form)}"'
        number = content_of(form, issue).template_number
        assert fingerprint(form)[:8].upper() in number and str(issue.year) in number and edition in number
        assert hidden["template"] == book["填报说明"]["C7"].value == number
        for sheet in book.worksheets:
            assert sheet.oddHeader and sheet.oddHeader.right and number in str(sheet.oddHeader.right.text)
            assert sheet.oddFooter and sheet.oddFooter.center
            assert "&P" in str(sheet.oddFooter.center.text) and "&N" in str(sheet.oddFooter.center.text)


CHANGES = {
    "label": "label: 来信",
    "leaf": "          - {id: post, label: 信函}\n          - {id: phone, label: 电话}\n",
    "rule": "table.done.$c < table.come.$c",
    "note": "notes: [注：只计上年。]",
    "least": "min: -60",
    "choices": "[优, 差]",
    "sheet": "sheet: 三、基本",
}


@pytest.mark.parametrize("change", CHANGES)
def test_fingerprint_tells_editions_apart(change: str) -> None:
    assert fingerprint(small(**{change: CHANGES[change]})) != fingerprint(small())


def changed(sheet: str, **more: object) -> BookPlan:
    """The small form's plan with one item, validation or name of a sheet otherwise."""
    plan = plan_of(content(small()))
    sheets = []
    for found in plan.sheets:
        items = [replace(found.items[0], **more), *found.items[1:]] if more else list(found.items)  # type: ignore[arg-type]
        sheets.append(replace(found, items=tuple(items)) if found.name == sheet else found)
    return replace(plan, sheets=tuple(sheets))


FIRST = Area(Place("二、数量", 0, 0), Place("二、数量", 0, 2))
TAMPERED: dict[str, Callable[[BookPlan], BookPlan]] = {
    "label": lambda plan: changed("二、数量", content="二、数目"),
    "formula": lambda plan: replace(
        plan,
        sheets=tuple(
            replace(
                sheet, items=tuple(replace(item, formula=item.formula and item.formula + "+0") for item in sheet.items)
            )
            for sheet in plan.sheets
        ),
    ),
    "unlocked": lambda plan: changed("二、数量", look="entry", content=None),
    "merge": lambda plan: changed("二、数量", area=FIRST),
    "sheet": lambda plan: replace(plan, sheets=plan.sheets[1:]),
    "name": lambda plan: replace(plan, names={**plan.names, "table.come.net": "'二、数量'!$C$4"}),
    "validation": lambda plan: replace(
        plan,
        sheets=tuple(
            replace(sheet, validations=tuple(replace(check, least=-5) for check in sheet.validations))
            for sheet in plan.sheets
        ),
    ),
}


@pytest.mark.parametrize("aspect", TAMPERED)
def test_every_aspect_is_in_the_fingerprint(aspect: str) -> None:
    plan = changed("二、数量")
    assert fingerprint_of(plan) == fingerprint_of(plan_of(content(small())))
    assert fingerprint_of(TAMPERED[aspect](plan)) != fingerprint_of(plan)
    # an entry that is unlocked has no label either way: the lock alone must tell
    entry = next(item for sheet in plan.sheets for item in sheet.items if item.look == "entry")
    closed = [
        replace(sheet, items=tuple(replace(item, look="total") if item is entry else item for item in sheet.items))
        for sheet in plan.sheets
    ]
    assert fingerprint_of(replace(plan, sheets=tuple(closed))) != fingerprint_of(plan)


def test_fingerprint_is_of_what_is_locked_only() -> None:
    assert content(small(), full(small())).fingerprint == content_of(small(), Issue(YEAR)).fingerprint
