"""The terminal answer: verdict first, then counts, then each finding as 位置 — 现值 — 应为 — 依据 — 怎么改."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.feedback.check_json import Entry
from tianbao.feedback.wording import reason_words, worded
from tianbao.findings import Checked, Finding, PassedOver, Undecided
from tianbao.forms.model import Form

_FOLD_AFTER = 8
"""Findings of one rule that are shown; what people see is folded, the JSON never is."""

_LONGEST = 1_000

_STYLE = {
    "passed": "green", "queried": "yellow", "failed": "bold red", "unreadable": "bold red",
    "error": "red", "query": "yellow", "notice": "dim",
}  # fmt: skip


def print_checked(console: Console, checked: Checked, form: Form | None, language: Language) -> None:
    """One file: its verdict, whose it is, and what is wrong."""
    submission = checked.submission
    head = Text.assemble((words.message(f"verdict-{checked.verdict}", language), _STYLE[checked.verdict]))
    head.append(f"  {_safe(checked.source)}", "bold")
    if submission:
        head.append(f"  {_safe(submission.agency.name)} {submission.year}")
        head.append(f"  {words.message('checksum', language, code=checked.checksum)}", "dim")
    counts = Counter(finding.severity for finding in checked.findings)
    if counts:
        said = words.message(
            "counts", language, errors=counts["error"], queries=counts["query"], notices=counts["notice"]
        )
        head.append(f"  {said}")
    _print(console, 0, head)
    for indent, line in _findings(checked.findings, form, language):
        _print(console, indent, line)
    if checked.undecided and form:
        _undecided(console, checked.undecided, form, language)


def _undecided(console: Console, undecided: Sequence[Undecided], form: Form, language: Language) -> None:
    """One line for each reason: how many rules, which, and why."""
    by_reason: dict[str, list[str]] = {}
    for found in undecided:
        by_reason.setdefault(reason_words(found, form, language), []).append(found.rule)
    for reason, rules in list(by_reason.items())[:_FOLD_AFTER]:
        named = "、".join(dict.fromkeys(rules))
        said = words.message("undecided-count", language, count=len(rules), rules=named, reasons=_safe(reason))
        _print(console, 2, Text(said, "dim"))


def print_summary(
    console: Console, entries: Sequence[Entry], passed_over: Iterable[PassedOver], language: Language
) -> None:
    """What was passed over, and the counts of the whole."""
    for found in passed_over:
        reason = words.message(f"passed-{found.reason}", language)
        said = words.message("passed-over", language, source=_safe(found.source), reason=reason)
        _print(console, 0, Text(said, "dim"))
    counts: Counter[str] = Counter(checked.verdict for checked, _ in entries)
    _print(console, 0, Text(words.message("summary", language, files=len(entries), **_verdicts(counts)), "bold"))


def _verdicts(counts: Counter[str]) -> dict[str, int]:
    return {name: counts[name] for name in ("passed", "queried", "failed", "unreadable")}


def _print(console: Console, indent: int, text: Text) -> None:
    """On a terminal long lines are wrapped below their beginning; in a pipe they stay whole."""
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, indent)))
    else:
        console.print(Text(" " * indent) + text, soft_wrap=True)


def _findings(findings: Sequence[Finding], form: Form | None, language: Language) -> Iterator[tuple[int, Text]]:
    shown: Counter[str] = Counter()
    total = Counter(finding.rule for finding in findings)
    for finding in findings:
        shown[finding.rule] += 1
        if shown[finding.rule] <= _FOLD_AFTER:
            yield from _finding(finding, form, language)
        elif shown[finding.rule] == total[finding.rule]:
            count = total[finding.rule] - _FOLD_AFTER
            yield 4, Text(f"{finding.rule} {words.message('folded', language, count=count)}", "dim")


def _finding(finding: Finding, form: Form | None, language: Language) -> Iterator[tuple[int, Text]]:
    said = worded(finding, form, language)
    label = words.message(f"severity-{finding.severity}", language)
    head = Text.assemble((f"{label} ", _STYLE[finding.severity]), (_safe(finding.key), "bold"))
    if said.where:
        head.append(f"  {_safe(said.where)}")
    yield 2, head
    yield 6, Text(_safe(said.message))
    parts = {"found": said.found, "expected": said.expected, "basis": said.basis, "fix": said.fix}
    named = [f"{words.message(f'label-{name}', language)} {_safe(text)}" for name, text in parts.items() if text]
    yield 6, Text(" — ".join(named), "dim")
    if finding.explanation:
        yield 6, Text(words.message("explained", language, text=_safe(finding.explanation)), "green")


def _safe(text: str) -> str:
    """No control characters of a file reach the terminal, and no flood of them."""
    text = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
