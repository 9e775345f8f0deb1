"""The marked return copy 退回件 of a checked submission: a fresh workbook with the received values poured in."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.feedback.clean import clean
from tianbao.feedback.poured import Poured, poured, value_in
from tianbao.feedback.remarks import Remark, comment, line, notice, remark
from tianbao.feedback.wording import folded_reasons, worded
from tianbao.findings import Checked, Finding
from tianbao.forms.model import Form
from tianbao.values import Value
from tianbao.workbook.a1 import Area, Place
from tianbao.workbook.formula import PASS
from tianbao.workbook.layout import COVER, COVER_AGENCY, Layout
from tianbao.workbook.marked import Level, Mark
from tianbao.workbook.plan import Content
from tianbao.workbook.sheet_cover import LAST_COLUMN
from tianbao.workbook.sheet_result import Line, Result
from tianbao.workbook.stamp.marked import marked_press

_MOST_CELLS = 8
"""A rule over more cells is marked at its first one only: the total."""
_MOST_COMMENTS = 60
"""Comments for one finding, such as the blanks of a table; the other cells are only coloured."""
HINT = "HINT-"
"""Begins the id of a finding that only suggests a correction."""
_GUIDE = (
    "红色格必须改正；黄色格请核对、补填，或在“校验”表的“说明”栏写明原因。鼠标停在格上，批注里有现值、应为、依据和怎么改。"
    "改动后颜色自动消失。改好后保存本文件，直接发回；不要另起新表，不要改动表头和公式。"
)


@dataclass(frozen=True, slots=True)
class CopyParts:
    """All that a return copy is made of."""

    content: Content
    marks: tuple[Mark, ...]
    result: Result
    digest: str


def marked_copy(checked: Checked, form: Form) -> bytes:
    """The workbook's bytes. The submission must have been read: an unreadable file has no return copy."""
    parts = copy_parts(checked, form)
    press = marked_press(form, parts.content.issue)
    return press.written(parts.content, parts.marks, parts.result, parts.digest)


def copy_parts(checked: Checked, form: Form) -> CopyParts:
    """What stands in the copy, before it is bytes."""
    submission = checked.submission
    if submission is None:
        raise ValueError("an unreadable file has no return copy")
    found = poured(checked, submission, form)
    remarks = remarks_on(checked, form, found)
    marks = tuple(_marks(remarks, found, submission.value, form))
    result = _result(checked, form, found, remarks)
    return CopyParts(found.content, marks, result, checked.sha256 or checked.checksum)


def remarks_on(checked: Checked, form: Form, found: Poured) -> list[Remark]:
    """What somebody must act on, in the order of the findings: the numbers in the copy and in the letter."""
    lights = marked_press(form, found.content.issue).lights(found.content)
    return [
        remark(finding, number, form, found, holds=lights.get(finding.key) == PASS)
        for number, finding in enumerate(filter(must_act, checked.findings), start=1)
    ]


def must_act(finding: Finding) -> bool:
    """Whether the finding asks for something: a correction, or an explanation that is not given."""
    return finding.open and finding.severity != "notice"


def _marks(remarks: list[Remark], found: Poured, value: Callable[[str], Value], form: Form) -> Iterator[Mark]:
    """Each cell once, with all that is said about it, the most serious first."""
    layout = found.content.layout
    at: dict[str, list[tuple[Remark, bool]]] = defaultdict(list)
    for said in remarks:
        for number, address in enumerate(cells_of(said, found, form)):
            at[address].append((said, number < _MOST_COMMENTS))
    for address, about in at.items():
        telling = [said for said, told in about if told]
        now = value_in(found.content, address)
        was = value(address) if address in form.cells else now
        level: Level = "error" if any(said.level == "error" for said, _ in about) else "query"
        text = comment(telling, was, now) if telling else ""
        total = address in form.cells and form.cells[address].total is not None
        yield Mark(_area(address, layout), level, text, now, formula=total)


def cells_of(said: Remark, found: Poured, form: Form) -> tuple[str, ...]:
    """The addresses that a finding is shown at."""
    finding = said.finding
    if finding.rule == "AGENCY-BLANK":
        return ("",)
    known = tuple(address for address in finding.addresses if address in found.content.layout.places)
    if not any(rule.id == finding.rule for rule in form.rules):
        return known
    if said.settled:
        return tuple(address for address in known if address in found.totals) or known[:1]
    return known[:1] if len(known) > _MOST_CELLS else known


def _area(address: str, layout: Layout) -> Area:
    if not address:
        row, column = COVER_AGENCY
        return Area(Place(COVER, row, column), Place(COVER, row, LAST_COLUMN))
    return layout.spans.get(address) or Area(layout.places[address], layout.places[address])


def _result(checked: Checked, form: Form, found: Poured, remarks: list[Remark]) -> Result:
    """What 审核结果 says."""
    content = found.content
    name = clean(content.issue.agency.name, 60) if content.issue.agency else "（没有填写单位）"
    # the copy goes to the agency, which is not told where its file lies here
    file = clean(checked.source.replace("\\", "/").rpartition("/")[2], 120)
    about = f"{name}　{form.report_title('', content.issue.year)}　收到的文件：{file}"
    if checked.checksum:
        about += f"　数据校验码（收到时）：{checked.checksum}"
    errors = sum(said.finding.severity == "error" for said in remarks)
    queries = len(remarks) - errors
    parts = ([f"{errors} 处错误须改正"] if errors else []) + ([f"{queries} 处需核对或说明"] if queries else [])
    verdict = words.message(f"verdict-{checked.verdict}", "zh")
    hints = hints_of(checked)
    others = [finding for finding in checked.findings if not finding.rule.startswith(HINT) and not must_act(finding)]
    noticed = [notice(finding, form, *_counted(finding, *where(finding, content.layout, form))) for finding in others]
    return Result(
        "审核结果",
        about,
        f"{verdict}：{'，'.join(parts)}" if parts else verdict,
        checked.verdict == "failed",
        _GUIDE,
        tuple(hint_words(finding, form) for finding in hints),
        tuple(_line(said, found, form) for said in remarks),
        found.left_over,
        (*noticed, *_undecided(checked, form)),
    )


def hint_words(finding: Finding, form: Form, language: Language = "zh") -> str:
    """A hint without ids of rules: what to look at first."""
    rules = "有关勾稽关系" if language == "zh" else "the rules over them"
    said = worded(replace(finding, facts={**finding.facts, "rules": rules}), form, language)
    if language != "zh":
        return f"{clean(said.message, 600)}. {clean(said.fix, 200)}."
    return f"{clean(said.message, 600).replace('关系 的', '关系的')}。{clean(said.fix, 200)}。"


def _undecided(checked: Checked, form: Form) -> Iterator[Line]:
    """Rules that could not be decided, by reason; last year's report is the office's matter, not the agency's."""
    waiting = [found for found in checked.undecided if any(cause != "previous" for cause, _ in found.reasons)]
    for reason, alike in folded_reasons(waiting, form, "zh"):
        said = f"{len(alike)} 条规则暂时不能核对：{clean(reason, 300)}"
        keys = clean("、".join(dict.fromkeys(found.key for found in alike)), 300)
        yield Line("notice", "待定", "", None, said, "改正后会自动核对", keys)


def _line(said: Remark, found: Poured, form: Form) -> Line:
    at = where(said.finding, found.content.layout, form, cells_of(said, found, form))
    return line(said, *_counted(said.finding, *at))


def where(finding: Finding, layout: Layout, form: Form, shown: tuple[str, ...] = ()) -> tuple[str, Place | None]:
    """A finding's first cell in words, and where it (or the first of the cells `shown`) stands in the copy."""
    if finding.rule == "AGENCY-BLANK":
        return "填报说明 · 填报单位", Place(COVER, *COVER_AGENCY)
    address = finding.addresses[0] if finding.addresses else ""
    if address not in layout.places:
        return clean("、".join(finding.places[:3]), 80), None
    address = shown[0] if shown else address
    single = len(finding.addresses) == 1 or any(rule.id == finding.rule for rule in form.rules)
    named = form.where(address) if single else form.where(address).split(" · ", maxsplit=1)[0]
    return named, layout.places[address]


def _counted(finding: Finding, named: str, place: Place | None) -> tuple[str, Place | None]:
    more = f"（共 {len(finding.addresses)} 格）" if place and len(finding.addresses) > 1 else ""
    return f"{named}{more}", place


def hints_of(checked: Checked) -> list[Finding]:
    """The findings that only suggest a correction."""
    return [finding for finding in checked.findings if finding.rule.startswith(HINT)]
