"""The terminal answer: verdict first, then counts, then each finding as 位置 — 现值 — 应为 — 依据 — 怎么改."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.feedback.check_json import Entry
from tianbao.feedback.wording import reason_words, worded
from tianbao.findings import Checked, Finding, PassedOver
from tianbao.forms.model import Form

_FOLD_AFTER = 8
"""Findings of one rule that are shown; what people see is folded, the JSON never is."""

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
    console.print(head)
    for line in _findings(checked.findings, form, language):
        console.print(line)
    if checked.undecided and form:
        reasons = dict.fromkeys(reason_words(undecided, form, language) for undecided in checked.undecided)
        listed = "；".join(list(reasons)[:3])
        console.print(
            Text(
                f"  {words.message('undecided-count', language, count=len(checked.undecided), reasons=listed)}",
                "dim",
            )
        )


def print_summary(
    console: Console, entries: Sequence[Entry], passed_over: Iterable[PassedOver], language: Language
) -> None:
    """What was passed over, and the counts of the whole."""
    for found in passed_over:
        reason = words.message(f"passed-{found.reason}", language)
        console.print(Text(words.message("passed-over", language, source=_safe(found.source), reason=reason), "dim"))
    counts: Counter[str] = Counter(checked.verdict for checked, _ in entries)
    console.print(Text(words.message("summary", language, files=len(entries), **_verdicts(counts)), "bold"))


def _verdicts(counts: Counter[str]) -> dict[str, int]:
    return {name: counts[name] for name in ("passed", "queried", "failed", "unreadable")}


def _findings(findings: Sequence[Finding], form: Form | None, language: Language) -> Iterator[Text]:
    shown: Counter[str] = Counter()
    total = Counter(finding.rule for finding in findings)
    for finding in findings:
        shown[finding.rule] += 1
        if shown[finding.rule] <= _FOLD_AFTER:
            yield _finding(finding, form, language)
        elif shown[finding.rule] == total[finding.rule]:
            count = total[finding.rule] - _FOLD_AFTER
            yield Text(f"    {finding.rule} {words.message('folded', language, count=count)}", "dim")


def _finding(finding: Finding, form: Form | None, language: Language) -> Text:
    said = worded(finding, form, language)
    label = words.message(f"severity-{finding.severity}", language)
    line = Text.assemble("  ", (f"{label} ", _STYLE[finding.severity]), (f"{finding.key}", "bold"))
    if said.where:
        line.append(f"  {_safe(said.where)}")
    line.append(f"\n      {_safe(said.message)}")
    parts = [
        f"{words.message(f'label-{name}', language)} {_safe(text)}"
        for name, text in (
            ("found", said.found),
            ("expected", said.expected),
            ("basis", said.basis),
            ("fix", said.fix),
        )
        if text
    ]
    line.append("\n      " + " — ".join(parts), "dim")
    if finding.explanation:
        line.append(f"\n      {words.message('explained', language, text=_safe(finding.explanation))}", "green")
    return line


def _safe(text: str) -> str:
    """No control characters of a file reach the terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
