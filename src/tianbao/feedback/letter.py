"""The letter 答复 to an agency: what was received, what must be corrected or explained, how to send it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.feedback.clean import clean
from tianbao.feedback.marked import cells_of, hint_words, hints_of, must_act, remarks_on, where
from tianbao.feedback.poured import Poured, poured
from tianbao.feedback.wording import worded
from tianbao.findings import Checked, Finding
from tianbao.forms.library import resource_root
from tianbao.forms.model import Form

_LISTED = 20
"""Findings of one kind that the letter tells; the marked copy has them all."""
_VERDICTS = {
    "passed": {"zh": "通过", "en": "passed"},
    "queried": {"zh": "需说明，请核对或说明后重新报送", "en": "queried: please check or explain, and send it again"},
    "failed": {"zh": "退回，请改正后重新报送", "en": "returned: please correct it and send it again"},
    "unreadable": {"zh": "读不了", "en": "could not be read"},
}
_OURS = ("FILE-OUR-BUG", "FILE-ACCESS")
"""Files that are unreadable through no fault of the agency's."""


@dataclass(frozen=True, slots=True)
class Item:
    """One finding: where, what, what to do; `key` is quoted on the phone."""

    number: int
    where: str
    message: str
    fix: str
    key: str


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one kind; `more` were left off."""

    items: tuple[Item, ...]
    count: int

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.count - len(self.items)


@dataclass(frozen=True, slots=True)
class Letter:
    """All facts of the letter, fit for print. `attached`: a marked copy goes with it."""

    agency: str
    title: str
    year: str
    source: str
    checksum: str
    verdict: str
    attached: bool
    unreadable: bool
    ours: bool
    left_over: int
    hints: tuple[str, ...]
    errors: Group
    queries: Group
    notices: Group


def reply_text(checked: Checked, form: Form | None, language: Language = "zh") -> str:
    """The letter as text with \\n line ends. `form` is None where the file could not be read."""
    letter = _letter(checked, form, language)
    return _template(language).render(letter=letter).strip("\n") + "\n"


@cache
def _template(language: Language) -> Template:
    environment = Environment(
        loader=FileSystemLoader(resource_root() / "template" / "looks"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(f"reply.{language}.txt.j2")


def _letter(checked: Checked, form: Form | None, language: Language) -> Letter:
    submission = checked.submission
    read = submission is not None and form is not None
    found = poured(checked, submission, form) if form and submission else None
    items = _read_items(checked, form, found, language) if form and found else _unread_items(checked, language)
    return Letter(
        agency=clean(submission.agency.name, 80).strip() if submission else "",
        title=clean(form.report_title("", submission.year), 120) if form and submission else "",
        year=str(submission.year) if submission else "",
        source=clean(checked.source.replace("\\", "/").rpartition("/")[2], 120) or "（没有名字）",
        checksum=checked.checksum or "—",
        verdict=_VERDICTS[checked.verdict][language],
        attached=read and checked.verdict in ("failed", "queried"),
        unreadable=not read,
        ours=any(finding.rule in _OURS for finding in checked.findings),
        left_over=len(found.left_over) if found else 0,
        hints=tuple(hint_words(finding, form, language) for finding in hints_of(checked)) if form else (),
        errors=_group([item for finding, item in items if finding.severity == "error"]),
        queries=_group([item for finding, item in items if finding.severity == "query" and must_act(finding)]),
        notices=_group([item for finding, item in items if not must_act(finding)]),
    )


def _group(items: Sequence[Item]) -> Group:
    return Group(tuple(items[:_LISTED]), len(items))


def _read_items(checked: Checked, form: Form, found: Poured, language: Language) -> list[tuple[Finding, Item]]:
    """Findings over a submission, with the numbers that they have in the marked copy."""
    items = []
    for said in remarks_on(checked, form, found):
        at = _at(said.finding, found, form, cells_of(said, found, form), language)
        message, fix = said.message, said.fix.replace("本表", "退回件").replace("公式已恢复", "退回件里公式已恢复")
        if language != "zh":
            english = worded(said.finding, form, language)
            message, fix = english.message, english.fix
        at = at or words.message("whole-file", language)
        items.append((said.finding, Item(said.number, at, _end(message), _end(fix), clean(said.finding.key, 120))))
    for finding, count in _of_one_kind(checked):
        parts = [_end(worded(finding, form, language).message)]
        if finding.explanation:
            parts.append(_end(words.message("explained", language, text=clean(finding.explanation, 200))))
        if count > 1:
            parts.append(words.message("same-kind", language, count=count))
        message = ("；" if language == "zh" else "; ").join(parts)
        items.append((finding, Item(0, _at(finding, found, form, (), language), message, "", clean(finding.key, 120))))
    return items


def _of_one_kind(checked: Checked) -> list[tuple[Finding, int]]:
    """What needs nothing to be done: the first finding of each rule and wording, and how many there are of it."""
    hints = hints_of(checked)
    kinds: dict[tuple[str, str, str | None], list[Finding]] = {}
    for finding in checked.findings:
        if not must_act(finding) and finding not in hints:
            kinds.setdefault((finding.rule, finding.case, finding.explanation), []).append(finding)
    return [(found[0], len(found)) for found in kinds.values()]


def _unread_items(checked: Checked, language: Language) -> list[tuple[Finding, Item]]:
    items = []
    for number, finding in enumerate(checked.findings, start=1):
        said = worded(finding, None, language)
        asked = words.finding(finding.rule, finding.case or "any").request(finding.facts, language)
        fix = "" if finding.rule in _OURS else asked
        source = clean(checked.source.replace("\\", "/").rpartition("/")[2], 120)
        items.append((finding, Item(number, source, _end(said.message), _end(fix), clean(finding.key, 120))))
    return items


def _at(finding: Finding, found: Poured, form: Form, shown: tuple[str, ...], language: Language) -> str:
    """三、收到和处理政府信息公开申请情况 · 本年新收 · 自然人（“三、申请”表 D5 格）."""
    named, place = where(finding, found.content.layout, form, shown)
    if place is None:
        return named
    count = len(finding.addresses)
    if language != "zh":
        return f"{named} ({place}{f' and others, {count} cells' if count > 1 else ''})"
    return f"{named}（“{place.sheet}”表 {place.a1}{f' 等 {count}' if count > 1 else ''} 格）"


def _end(text: str) -> str:
    """Without the full stop that the letter itself puts."""
    return clean(text, 400).rstrip("。.；; ")
