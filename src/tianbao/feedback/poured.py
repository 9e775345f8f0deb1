"""What goes into a return copy: the received values, but for readings and totals; and a list of all that does not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from tianbao.feedback.clean import clean
from tianbao.findings import Checked, Finding
from tianbao.forms.model import Form
from tianbao.rules.evaluate import text_length
from tianbao.submission import Entry, Submission
from tianbao.values import BLANK, COMPARE_PLACES, Number, Value, of_sheet_number, rounded
from tianbao.workbook.a1 import Place
from tianbao.workbook.emit import DoesNotFit, cell_text
from tianbao.workbook.plan import Content, Issue
from tianbao.workbook.stamp.marked import marked_press
from tianbao.workbook.write import not_written

_LONGEST = 2_000
"""Characters of a text that found no place and is repeated in the list."""
_NOWHERE = Place("", 0, 0)


@dataclass(frozen=True, slots=True)
class Poured:
    """The content of the copy; numbers that texts were read as; totals that the formulas give otherwise."""

    content: Content
    readings: Mapping[str, Number] = field(hash=False)
    totals: Mapping[str, tuple[Value, Value]] = field(hash=False)
    left_over: tuple[str, ...] = ()


def poured(checked: Checked, submission: Submission, form: Form) -> Poured:
    """The content of the return copy of a submission. Totals are left to the formulas."""
    readings = dict(_readings(checked.findings, submission, form))
    cells, texts, explanations, signoff = (dict[str, str]() for _ in range(4))
    dropped: list[str] = []
    for kept, given, said in (
        (texts, {key: text for key, text in submission.texts.items() if key in form.narratives}, "“{}”的文字"),
        (explanations, submission.explanations, "“{}”的说明"),
        (signoff, submission.signoff, "签字栏“{}”"),
        (cells, {address: entry.value.text for address, entry in submission.entries.items()}, "“{}”格的内容"),
    ):
        for key, text in given.items():
            if _fits(text) and _fits(key):
                kept[key] = text
            else:
                name = clean(form.where(key), 60)
                dropped.append(f"{said.format(name)}有 {len(text)} 字，表格放不下，请精简后再填：{clean(text, 200)}")
    shown = dict(_shown(checked.findings))
    read = {
        **{address: Value(number, "number", number) for address, number in readings.items()},
        **{address: Value(text, "text") for address, text in shown.items()},
    }
    entries = {
        address: Entry(read.get(address, entry.value))
        for address, entry in submission.entries.items()
        if address in cells and address in form.cells and form.cells[address].total is None
    }
    fresh = replace(submission, entries=entries, texts=texts, explanations=explanations, signoff=signoff)
    agency = submission.agency if _fits(submission.agency.name) else replace(submission.agency, name="")
    if not _fits(agency.code or ""):
        agency = replace(agency, code=None)
    issue = Issue(submission.year, agency, submission.deadline if _fits(submission.deadline) else "")
    content = marked_press(form, issue).content(replace(fresh, agency=agency))
    totals = dict(_totals(submission, form, content))
    left_over = (
        *dropped,
        *_as_text(shown, submission, form),
        *_unplaced(checked, submission, form, content),
        *_replaced(submission, form, totals),
    )
    return Poured(content, readings, totals, left_over)


def _fits(text: str) -> bool:
    try:
        cell_text(text, _NOWHERE)
    except DoesNotFit:
        return False
    return True


def _readings(findings: tuple[Finding, ...], submission: Submission, form: Form) -> Iterator[tuple[str, Number]]:
    """What the check read unmistakably: 12件 → 12."""
    for finding in findings:
        read = str(finding.facts.get("reading") or "")
        if finding.case == "reading" and len(finding.addresses) == 1 and read:
            address = finding.addresses[0]
            if address in form.cells and form.cells[address].total is None and not submission.value(address).number:
                try:
                    number = of_sheet_number(read).number
                except ValueError:
                    number = None
                if number is not None:
                    yield address, number


def _shown(findings: tuple[Finding, ...]) -> Iterator[tuple[str, str]]:
    """What dates and percentages were shown as: as plain numbers they would pass unnoticed when they come back."""
    for finding in findings:
        text = str(finding.facts.get("shown") or "")
        if disguised(finding) and len(finding.addresses) == 1 and text:
            yield finding.addresses[0], text


def _as_text(shown: Mapping[str, str], submission: Submission, form: Form) -> Iterator[str]:
    for address, text in shown.items():
        stored = submission.value(address).text
        yield f"“{form.where(address)}”原显示为 {clean(text, 60)}（存的数是 {stored}），本表照显示的样子写成文字"


def disguised(finding: Finding) -> bool:
    """Whether the finding is about a number that a cell shows as a date or a percentage."""
    return finding.rule in ("TYPE-INT", "TYPE-FEE") and finding.case.startswith(("date", "percent"))


def _totals(submission: Submission, form: Form, content: Content) -> Iterator[tuple[str, tuple[Value, Value]]]:
    """Totals whose reported value is not what the formula gives: (reported, by formula). A blank was no report."""
    for address, cell in form.cells.items():
        entry = submission.entries.get(address)
        if cell.total is None or entry is None or entry.intact or entry.value.kind == "blank":
            continue
        now = content.values[address]
        same = entry.value.number is not None and rounded(entry.value.number - now.counted, COMPARE_PLACES) == 0
        if not same:
            yield address, (entry.value, now)


def _replaced(submission: Submission, form: Form, totals: Mapping[str, tuple[Value, Value]]) -> Iterator[str]:
    for address, (was, now) in totals.items():
        yield f"总计“{form.where(address)}”原为 {clean(was.text, 60)}，本表恢复公式，按各项计算为 {now.text or 0}"
    for address, entry in submission.entries.items():
        if entry.formula is not None and address in form.cells and form.cells[address].total is None:
            known = entry.value.number is not None
            kept = f"本表填入它的结果 {entry.value.text}" if known else "没有计算结果，本表照原样写成文字"
            yield f"“{form.where(address)}”原为公式 ={clean(entry.formula, 200)}，{kept}"


def _unplaced(checked: Checked, submission: Submission, form: Form, content: Content) -> Iterator[str]:
    """Figures and texts of the received file that no cell of the form takes."""
    for address, entry in submission.entries.items():
        if address not in form.cells and entry.value.kind != "blank":
            yield f"数据里的“{clean(address, 80)}”：{clean(entry.value.text, _LONGEST)}（表里没有这一格）"
    for key, text in submission.texts.items():
        if key not in form.narratives and text_length(text):
            yield f"数据里的文字“{clean(key, 80)}”：{clean(text, _LONGEST)}（表里没有这一部分）"
    for finding in checked.findings:
        if finding.rule == "STRUCT-STRAY":
            where = clean("、".join(finding.places), 80)
            line = clean(str(finding.facts.get("line", "")), 60)
            figures = clean(str(finding.facts.get("figure", "")), 200)
            yield f"原表 {where} 的数字 {figures}（{line + '，' if line else ''}不在任何填报格里）"
        elif finding.rule == "STRUCT-COPY":
            yield f"原表另有工作表“{clean(str(finding.facts.get('copy', '')), 60)}”，其中的数字没有读取"
        elif finding.rule == "STRUCT-DIFFER":
            cells = "、".join(form.where(address) for address in finding.addresses)
            yield f"原表中位置不明、没有读取的格：{clean(cells, _LONGEST)}"
    spare = not_written(content)
    for key in spare:
        if key in content.explanations:
            yield f"对“{clean(key, 60)}”的说明：{clean(content.explanations[key], _LONGEST)}（“校验”表里没有空行了）"
        elif key.startswith("signoff."):
            name = key.removeprefix("signoff.")
            yield f"签字栏“{clean(name, 60)}”：{clean(content.signoff[name], 200)}（表里没有这一栏）"


def value_in(content: Content, address: str) -> Value:
    """What stands in the copy at an address: a figure or a text."""
    if address in content.values:
        return content.values[address]
    text = content.texts.get(address, "")
    return Value(text, "text") if text else BLANK
