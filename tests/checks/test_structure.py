"""What people do to a template: each kind of damage has its own rule, and none of them spoils a rule of the form."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import openpyxl
import pytest
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.workbook import Workbook

from tests.build import data as sample
from tests.workbook.damage import (
    delete_row,
    delete_sheet,
    forget_names,
    insert_column,
    insert_row,
    relabel,
    rename,
)
from tests.workbook.samples import edited, part_of, repacked
from tianbao.findings import Checked
from tianbao.forms import library
from tianbao.intake.received import Received
from tianbao.submission import json_text, of_json
from tianbao.verbs.check import check_received
from tianbao.workbook.write import filled

FORM = library.load("gov-disclosure", "2021")
SENT = of_json(json_text(sample(cells={"requests.new.natural": 12, "requests.granted.natural": 12})))
DATA = filled(FORM, SENT)
REQUESTS, PROACTIVE, REVIEWS, COVER = "三、申请", "二、主动公开", "四、复议诉讼", "填报说明"

Make = Callable[[], bytes]


@dataclass(frozen=True)
class Damage:
    """Bytes, and the rules (with case) that must be found, all of them and no others; and the verdict."""

    make: Make
    rules: set[str]
    verdict: str


def book(change: Callable[[Workbook], object]) -> Make:
    return lambda: edited(DATA, change)


def xml(part: str, change: Callable[[str], str]) -> Make:
    return lambda: repacked(DATA, {part: change})


def cell(sheet: str, spot: str, value: str | None) -> Make:
    def change(found: Workbook) -> None:
        found[sheet][spot] = value

    return book(change)


def unprotect(found: Workbook) -> None:
    found[REQUESTS].protection.sheet = False


def copy_sheet(figure: int) -> Callable[[Workbook], None]:
    def change(found: Workbook) -> None:
        copy = found.copy_worksheet(found[REQUESTS])
        copy.title = "三、申请 (2)"
        copy["D5"] = figure

    return change


def local_name(found: Workbook) -> None:
    copy_sheet(12)(found)
    copy = found["三、申请 (2)"]
    copy.defined_names["requests.new.natural"] = DefinedName("requests.new.natural", attr_text="'三、申请 (2)'!$D$5")


def pasted(*, year: bool, tables: tuple[str, ...] = (REQUESTS, PROACTIVE, REVIEWS)) -> Make:
    """Tables as values in a new workbook."""

    def make() -> bytes:
        old = openpyxl.load_workbook(io.BytesIO(DATA), data_only=True)
        new = Workbook()
        first = new.active
        assert first is not None
        new.remove(first)
        for number, title in enumerate(tables):
            sheet = new.create_sheet(f"Sheet{number + 1}")
            for row in old[title].iter_rows():
                for found in row:
                    if found.value is not None and (year or "报告年度" not in str(found.value)):
                        sheet[found.coordinate] = found.value
        out = io.BytesIO()
        new.save(out)
        return out.getvalue()

    return make


def hide(found: Workbook) -> None:
    found[REQUESTS].row_dimensions[9].hidden = True
    found[REQUESTS].column_dimensions["F"].hidden = True


def comment(found: Workbook) -> None:
    found[REQUESTS]["D5"].comment = Comment("请核对", "某人")


def unmerge(found: Workbook) -> None:
    found[REQUESTS].unmerge_cells("A5:C5")


def unlock(found: Workbook) -> None:
    from openpyxl.styles import Protection

    found[REQUESTS]["A5"].protection = Protection(locked=False)


def no_limits(found: Workbook) -> None:
    found[REQUESTS].data_validations.dataValidation = []


def own_row(found: Workbook) -> None:
    insert_row(found, REQUESTS, 28)
    found[REQUESTS]["A29"], found[REQUESTS]["D29"] = "其中：网上申请", 3


def delete_columns(found: Workbook) -> None:
    sheet = found[REQUESTS]
    for name in list(found.defined_names):
        if re.fullmatch(r"requests\.\w+\.charity", name):
            found.defined_names[name].attr_text = "#REF!"
    for row in range(1, 35):
        if not isinstance(sheet.cell(row, 7), MergedCell):
            sheet.cell(row, 7).value = None


def macros() -> bytes:
    relation = '<Relationship Id="rIdV" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/></Relationships>'  # noqa: E501
    return repacked(
        DATA,
        {
            "xl/_rels/workbook.xml.rels": lambda text: text.replace("</Relationships>", relation),
            "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0",
        },
    )


def identity_part() -> str:
    listed = zipfile.ZipFile(io.BytesIO(DATA)).read("xl/workbook.xml").decode()
    return f"xl/worksheets/sheet{len(re.findall('<sheet ', listed))}.xml"


def second_identity(found: Workbook) -> None:
    found.copy_worksheet(found["_tianbao"]).title = "_tianbao2"


def shift_names(found: Workbook) -> None:
    for address in ("requests.new.natural", "requests.new.business"):
        found.defined_names[address].attr_text = "'三、申请'!$F$9"


DAMAGES: dict[str, Damage] = {
    "nothing": Damage(lambda: DATA, set(), "passed"),
    "protection off": Damage(book(unprotect), {"STRUCT-UNPROTECTED.any"}, "passed"),
    "row inserted": Damage(book(lambda b: insert_row(b, REQUESTS, 10)), {"STRUCT-MOVED.any"}, "passed"),
    "column inserted": Damage(book(lambda b: insert_column(b, REQUESTS, 4)), {"STRUCT-MOVED.any"}, "passed"),
    "row deleted": Damage(
        book(lambda b: delete_row(b, REQUESTS, 10)),
        {"STRUCT-ROW.any", "STRUCT-MOVED.any", "STRUCT-LIMITS.any"},
        "failed",
    ),
    "column emptied": Damage(
        book(delete_columns), {"STRUCT-COLUMN.any", "STRUCT-TEXT.other", "STRUCT-FORMULA.any"}, "failed"
    ),
    "own row": Damage(book(own_row), {"STRUCT-STRAY.any", "STRUCT-MOVED.any"}, "queried"),
    "sheet deleted": Damage(book(lambda b: delete_sheet(b, REVIEWS)), {"STRUCT-SHEET.any"}, "failed"),
    "checks deleted": Damage(book(lambda b: delete_sheet(b, "校验")), {"STRUCT-SHEET.any"}, "failed"),
    "identity deleted": Damage(
        book(lambda b: delete_sheet(b, "_tianbao")), {"STRUCT-UNNAMED.any", "STRUCT-SHEET.any"}, "failed"
    ),
    "sheet renamed": Damage(book(lambda b: rename(b, REQUESTS, "申请表")), {"STRUCT-RENAMED.any"}, "passed"),
    "sheets reordered": Damage(book(lambda b: b.move_sheet(REQUESTS, -3)), {"STRUCT-ORDER.any"}, "passed"),
    "sheet added": Damage(book(lambda b: b.create_sheet("备忘")), {"STRUCT-ADDED.any"}, "passed"),
    "sheet copied": Damage(book(copy_sheet(99)), {"STRUCT-COPY.any", "STRUCT-ADDED.any"}, "queried"),
    "sheet copied with its names": Damage(book(local_name), {"STRUCT-LOCAL.any", "STRUCT-ADDED.any"}, "passed"),
    "names lost": Damage(book(forget_names), {"STRUCT-NAMES.any"}, "passed"),
    "names shifted": Damage(book(shift_names), {"STRUCT-DIFFER.any"}, "failed"),
    "a table pasted": Damage(
        pasted(year=True),
        {"STRUCT-UNNAMED.any", "AGENCY-BLANK.any", "STRUCT-SHEET.any", "STRUCT-ORDER.any", "TOTAL-TYPED.right"},
        "failed",
    ),
    "heading changed": Damage(cell(REQUESTS, "A5", "一、收到申请"), {"STRUCT-TEXT.other"}, "queried"),
    "heading spelled otherwise": Damage(
        cell(REQUESTS, "B7", "(一)予以公开"), {"STRUCT-TEXT.spelling"}, "passed"
    ),
    "many texts spelled otherwise": Damage(
        book(lambda b: relabel(b, REQUESTS, lambda text: f" {text}")),
        {"STRUCT-TEXT.spelling", "STRUCT-TEXTS.spelling"},
        "passed",
    ),
    "many texts changed": Damage(
        book(lambda b: relabel(b, "校验", lambda text: f"{text}改" if len(text) > 20 else text)),
        {"STRUCT-TEXT.other", "STRUCT-TEXTS.other"},
        "queried",
    ),
    "a heading gone": Damage(cell(REQUESTS, "E4", None), {"STRUCT-TEXT.other"}, "queried"),
    "a note beside the table": Damage(cell(REQUESTS, "M8", "请领导审阅"), {"STRUCT-NOTE.any"}, "passed"),
    "light typed over": Damage(cell("校验", "G5", "通过"), {"STRUCT-FORMULA.any"}, "queried"),
    "merge taken off": Damage(book(unmerge), {"STRUCT-MERGES.any"}, "passed"),
    "lines hidden": Damage(book(hide), {"STRUCT-HIDDEN.any"}, "passed"),
    "comment": Damage(book(comment), {"STRUCT-COMMENT.any"}, "passed"),
    "macros": Damage(macros, {"STRUCT-MACROS.any"}, "passed"),
    "cell unlocked": Damage(book(unlock), {"STRUCT-LOCKS.any"}, "passed"),
    "checks of entries gone": Damage(book(no_limits), {"STRUCT-LIMITS.any"}, "passed"),
    "another agency on the cover": Damage(cell(COVER, "C4", "某某局"), {"IDENTITY-AGENCY.any"}, "queried"),
    "another year on the cover": Damage(cell(COVER, "C5", "2022年"), {"IDENTITY-YEAR.any"}, "queried"),
    "two identities": Damage(book(second_identity), {"IDENTITY-TWICE.any"}, "queried"),
    "older template": Damage(cell("_tianbao", "B7", "0" * 64), {"STRUCT-OLDER.any"}, "passed"),
    "text scattered": Damage(cell("五、问题及改进", "K7", "另外一段"), {"TEXT-JOINED.any"}, "passed"),
}  # fmt: skip

TABLE = part_of(DATA, REQUESTS)
PROVOKED_BY_DAMAGE = {tuple(rule.split(".")) for damage in DAMAGES.values() for rule in damage.rules} | {
    # tests/workbook/test_locate.py: a name without heading, a heading without name
    ("STRUCT-HEADINGS", "any"),
    ("FILE-UNLOCKED", "any"),
    ("STRUCT-LOST", "any"),
}


def checked(data: bytes) -> Checked:
    (result,) = check_received(Received("x.xlsx", data, None))
    assert isinstance(result, Checked)
    return result


@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_is_named_and_nothing_else(name: str) -> None:
    damage = DAMAGES[name]
    found = checked(damage.make())
    assert {f"{finding.rule}.{finding.case}" for finding in found.findings} == damage.rules
    assert found.verdict == damage.verdict
    assert found.submission is not None
    assert found.submission.value("requests.new.research").number == 0
    if "STRUCT-DIFFER.any" not in damage.rules:
        assert found.submission.value("requests.new.natural").number == 12


def test_a_finding_about_a_text_says_where_the_text_stands() -> None:
    found = checked(cell("一、总体情况", "A5", None)())
    (blank,) = (finding for finding in found.findings if finding.key == "TYPE-BLANK[overview]")
    assert blank.places == ("一、总体情况!A5",)


def test_a_file_that_was_locked_is_a_notice() -> None:
    (found,) = check_received(Received("x.xlsx", DATA, None, unlocked=True))
    assert isinstance(found, Checked)
    assert ([finding.rule for finding in found.findings], found.verdict) == (["FILE-UNLOCKED"], "passed")


def test_without_a_year_pasted_figures_are_not_guessed() -> None:
    found = checked(pasted(year=False)())
    assert [finding.rule for finding in found.findings] == ["FILE-NOT-OURS"]


def test_the_same_table_twice_and_no_name_to_say_which() -> None:
    def change(found: Workbook) -> None:
        copy_sheet(99)(found)
        forget_names(found)

    found = checked(edited(DATA, change))
    assert {finding.rule for finding in found.findings} >= {"STRUCT-DIFFER"}
    assert found.submission is not None
    assert "requests.new.natural" not in found.submission.entries


@pytest.mark.parametrize(
    ("formula", "outside"),
    [
        ("[1]Sheet1!A1", True), ("cmd|'/c calc'!A0", True), ('WEBSERVICE("http://x")', True), ("10+2", False),
        ('"[1]"&"|"', False), ("SUM(D5:D6)", False), ("'[旧表.xlsx]三、申请'!D5", True),
    ],
)  # fmt: skip
def test_a_formula_that_leaves_the_file_is_a_query(formula: str, outside: bool) -> None:
    spot = r'<c r="D5" s="(\d+)"><v>12</v></c>'
    text = formula.replace("&", "&amp;")
    found = checked(
        repacked(DATA, {TABLE: lambda xml: re.sub(spot, rf'<c r="D5" s="\1"><f>{text}</f><v>12</v></c>', xml)})
    )
    assert [(f.rule, f.case) for f in found.findings] == [("ENTRY-FORMULA", "outside" if outside else "any")]
    assert found.verdict == ("queried" if outside else "passed")


def test_a_figure_that_is_unknown_leaves_the_sums_over_it_undecided() -> None:
    def change(xml: str) -> str:
        return re.sub(r'<c r="D5" s="(\d+)"><v>12</v></c>', r'<c r="D5" s="\1"><f>10+2</f></c>', xml)

    found = checked(repacked(DATA, {TABLE: change}))
    assert [(f.rule, f.case) for f in found.findings] == [("ENTRY-FORMULA", "unknown")]
    assert {"T3-ID[natural]", "T3-ID[total]"} <= {undecided.key for undecided in found.undecided}
