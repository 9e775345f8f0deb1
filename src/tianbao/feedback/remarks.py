"""What a return copy says about a finding: the comment at a cell, the line on 审核结果. Chinese, as the workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tianbao.catalogue import words
from tianbao.feedback.clean import clean
from tianbao.feedback.poured import Poured, disguised, value_in
from tianbao.feedback.wording import worded
from tianbao.findings import Finding
from tianbao.forms.model import Form, Kind
from tianbao.values import Value, plain
from tianbao.workbook.a1 import Place
from tianbao.workbook.results import LEVELS
from tianbao.workbook.sheet_result import Line

Level = Literal["error", "query"]

_BLOCKS, _LONGEST = 4, 900
"""Findings that the comment at one cell tells, and its characters, before it refers to 审核结果."""
_LONGEST_VALUE = 60
_RESTORED = ("TOTAL-TYPED", "TOTAL-EDITED")
_UNREAD = ("STRUCT-LOST", "STRUCT-DIFFER", "STRUCT-ROW", "STRUCT-COLUMN", "STRUCT-SHEET")
_RENEWED = ("STRUCT-TEXT", "STRUCT-TEXTS", "STRUCT-FORMULA", "STRUCT-HEADINGS", "STRUCT-UNNAMED", "IDENTITY-TWICE")
"""What was changed in the old file: the copy is as it was issued."""
_THIS_LINE = "“校验”表该行"
_CHECK = "公式已恢复，总计会自动算出：请核对各项数字，不要改动总计格"


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding as the copy tells it. `settled`: the copy itself has put it right, it only wants to be looked at."""

    finding: Finding
    number: int
    level: Level
    settled: bool
    message: str
    due: str
    basis: str
    fix: str


def remark(finding: Finding, number: int, form: Form, poured: Poured, *, holds: bool) -> Remark:
    """`holds`: the rule is satisfied by what stands in the copy."""
    said = worded(finding, form, "zh")
    address = finding.addresses[0] if finding.addresses else ""
    reading = poured.readings.get(address) if finding.case == "reading" else None
    restored = finding.rule in _RESTORED
    own = any(rule.id == finding.rule for rule in form.rules)
    plain_now = finding.rule == "ENTRY-FORMULA" and value_in(poured.content, address).number is not None
    settled = reading is not None or restored or plain_now or finding.rule in _RENEWED or (own and holds)
    level: Level = "error" if finding.severity == "error" and not settled else "query"
    return Remark(
        finding,
        number,
        level,
        settled,
        _sentence(said.message),
        _due(finding, form, own=own),
        clean(said.basis, 120) if own else "填报要求",
        _explained(_fix(finding, said.fix, reading, restored=restored or (own and holds)), finding, poured, settled),
    )


def _explained(fix: str, finding: Finding, poured: Poured, settled: bool) -> str:
    """The advice, and where a query is explained: on the line of its key or of its table."""
    advice = _sentence(fix)
    if finding.severity != "query" or settled or finding.rule == "ENTRY-FORMULA":
        return advice
    layout = poured.content.layout
    table = f"{finding.rule}[{finding.addresses[0].partition('.')[0]}]" if finding.addresses else ""
    rows = [line.row + 1 for line in layout.lines if line.kind != "free" and line.key in (finding.key, table)]
    row = f"第 {rows[0]} 行" if rows else f"最后几行，编号写 {finding.key}，"
    if _THIS_LINE in advice:
        return advice.replace(_THIS_LINE, f"“校验”表{row}")
    return f"{advice}；情况属实的，在“校验”表{row}写明说明"


def _fix(finding: Finding, fix: str, reading: object, *, restored: bool) -> str:
    if reading is not None:
        return f"本表里已写成数字 {plain(reading)}：核对无误就不用再改"  # type: ignore[arg-type]
    if restored:
        return _CHECK
    if finding.rule == "ENTRY-FORMULA" and finding.case != "unknown":
        return "本表里已填入公式的结果：核对无误就不用再改"
    if disguised(finding):
        return "本表里格式已改回常规，原来显示的内容写成了文字：请改成数字"
    if finding.rule in _RENEWED:
        return "本表里已恢复下发时的样子：核对数字无误就不用再改"
    if finding.rule in _UNREAD:
        return "在本表里补填，没有发生的填 0"
    if finding.rule == "STRUCT-STRAY":
        return "把这个数字填到本表里应填的格里"
    return clean(fix).replace("用空白模板重新填写", "在本表里改正")


def _sentence(text: str) -> str:
    return clean(text).rstrip("。；")


def _due(finding: Finding, form: Form, *, own: bool) -> str:
    """应为: what is due at the cells."""
    if own:
        if finding.case == "total" and finding.expected is not None:
            return f"{_text(finding.expected)}（{clean(str(finding.facts.get('sentence', '')), 200)}）"
        return clean(str(finding.facts.get("sentence", "")), 300)
    if finding.expected is not None:
        return _text(finding.expected)
    cell = form.cells.get(finding.addresses[0]) if finding.addresses else None
    if cell is not None:
        return due_in(cell.kind)
    return "写明情况" if finding.addresses and finding.addresses[0] in form.narratives else ""


def due_in(kind: Kind) -> str:
    """What a cell of that kind takes, in words."""
    if kind.value in ("yesno", "choice"):
        return "、".join(kind.choices or ("是", "否")) + " 中的一项"
    if not kind.numeric:
        return {"date": "日期", "url": "网址"}.get(kind.value, "文字")
    least = 0 if kind.least is None and kind.value != "change" else kind.least
    bounds = "" if least is None else f"不小于 {plain(least)}"
    if kind.most is not None:
        bounds += f"{'、' if bounds else ''}不大于 {plain(kind.most)}"
    of = f"{bounds} 的" if bounds else ""
    unit = f"（单位：{kind.unit}）" if kind.unit else ""
    return f"{of}数字，最多 {kind.places} 位小数{unit}" if kind.value == "amount" else f"{of}整数{unit}"


def _text(value: object) -> str:
    return plain(value) if not isinstance(value, str | bool) and value is not None else str(value)  # type: ignore[arg-type]


def comment(remarks: Sequence[Remark], found: Value, now: Value) -> str:
    """The comment at a cell: every finding with 现值, 应为, 依据, 怎么改; folded beyond some length."""
    blocks = [_block(said, found, now) for said in remarks[:_BLOCKS]]
    text = "\n".join(blocks)
    while len(blocks) > 1 and len(text) > _LONGEST:
        blocks.pop()
        text = "\n".join(blocks)
    text = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    left = len(remarks) - len(blocks)
    return f"{text}\n另有 {left} 项，见“审核结果”" if left else text


def _block(said: Remark, found: Value, now: Value) -> str:
    shown = clean(found.text, _LONGEST_VALUE) or "空"
    if said.finding.case == "compare" and said.finding.facts.get("sentence"):
        left, right = _text(said.finding.found), _text(said.finding.expected)
        shown += f"（左边 {left}，右边 {right}，相差 {_text(said.finding.facts.get('delta'))}）"
    elif said.settled and now != found:
        shown += f"，本表为 {now.text or '空'}"
    if said.finding.case == "reading" and said.settled:
        shown = f"“{clean(found.text, _LONGEST_VALUE)}”，读作 {now.text}"
    word = "请核对" if said.settled else LEVELS[said.finding.severity]
    lines = [f"【{word}·第 {said.number} 条】", f"现值：{shown}"]
    more = (("应为", said.due), ("依据", said.basis), ("怎么改", said.fix))
    lines += [f"{label}：{text}" for label, text in more if text]
    return "\n".join(lines)


def line(said: Remark, where: str, place: Place | None) -> Line:
    """The line on 审核结果."""
    return Line(
        said.level if said.finding.severity != "notice" else "notice",
        "请核对" if said.settled else LEVELS[said.finding.severity],
        where,
        place,
        said.message,
        said.fix,
        f"{said.basis}\n{said.finding.key}",
    )


def notice(finding: Finding, form: Form, where: str, place: Place | None) -> Line:
    """A finding that asks for nothing, or that was explained already."""
    said = worded(finding, form, "zh")
    fix = words.message("explained", "zh", text=clean(finding.explanation, 300)) if finding.explanation else said.fix
    return Line("notice", LEVELS[finding.severity], where, place, _sentence(said.message), _sentence(fix), finding.key)
