"""The terminal answer: a line for each file with its verdict first, then the counts, then what is wrong with whom.

A finding reads 位置 — 现值 — 应为 — 依据 — 怎么改. Lines are made where the result is in hand, also in another
process, and are plain data; only `printer` knows the terminal.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TextIO

from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.feedback.wording import folded_reasons, worded
from tianbao.findings import Checked, Finding, PassedOver, Undecided
from tianbao.forms.model import Form

Line = tuple[int, tuple[tuple[str, str], ...]]
"""How far it is set in, and its pieces: text and style."""

_FOLD_AFTER = 8
"""Findings of one rule, and things passed over for one reason, that are shown; the JSON is never folded."""

_LONGEST = 1_000

_STYLE = {
    "passed": "green", "queried": "yellow", "failed": "bold red", "unreadable": "bold red",
    "error": "red", "query": "yellow", "notice": "dim",
}  # fmt: skip


def head_line(checked: Checked, language: Language) -> Line:
    """One file in one line: its verdict, where it is, whose it is, how many findings."""
    submission = checked.submission
    pieces = [(words.message(f"verdict-{checked.verdict}", language), _STYLE[checked.verdict])]
    pieces.append((f"  {safe(checked.source)}", "bold"))
    if submission:
        pieces.append((f"  {safe(submission.agency.name)} {submission.year}", ""))
        pieces.append((f"  {words.message('checksum', language, code=checked.checksum)}", "dim"))
    counts = Counter(finding.severity for finding in checked.findings)
    if counts:
        numbers = {"errors": counts["error"], "queries": counts["query"], "notices": counts["notice"]}
        pieces.append((f"  {words.message('counts', language, **numbers)}", ""))
    return 0, tuple(pieces)


def detail_lines(checked: Checked, form: Form | None, language: Language, *, everything: bool) -> list[Line]:
    """What is wrong with one file, below its name; nothing for a file that passed, unless `everything` is asked."""
    shown = [finding for finding in checked.findings if everything or finding.severity != "notice"]
    if checked.verdict == "passed" and not everything:
        return []
    lines = [*_findings(shown, form, language)]
    if checked.undecided and form:
        open_ones = [found for found in checked.undecided if everything or not _waits_only(found)]
        lines += _undecided(open_ones, form, language)
    if not lines:
        return []
    name = (safe(checked.source), "bold")
    agency = (f"  {safe(checked.submission.agency.name)}" if checked.submission else "", "")
    verdict = (f"{words.message(f'verdict-{checked.verdict}', language)}  ", _STYLE[checked.verdict])
    return [(0, (verdict, name, agency)), *lines]


def checked_lines(checked: Checked, form: Form | None, language: Language) -> list[Line]:
    """One file alone: its line, and everything below it."""
    return [head_line(checked, language), *detail_lines(checked, form, language, everything=True)[1:]]


def passed_over_lines(found: Iterable[PassedOver], language: Language, *, everything: bool) -> Iterator[Line]:
    """What was passed over and why; folded by reason."""
    seen: Counter[str] = Counter()
    for one in found:
        seen[one.reason] += 1
        if everything or seen[one.reason] <= _FOLD_AFTER:
            reason = words.message(f"passed-{one.reason}", language)
            said = words.message("passed-over", language, source=safe(one.source), reason=reason)
            yield 0, ((said, "dim"),)
    for reason, count in seen.items():
        if not everything and count > _FOLD_AFTER:
            why = words.message(f"passed-{reason}", language)
            said = words.message("passed-over-more", language, count=count - _FOLD_AFTER, reason=why)
            yield 0, ((said, "dim"),)


def summary_line(counts: Mapping[str, int], language: Language) -> Line:
    """The counts of the whole."""
    verdicts = {name: counts[name] for name in ("passed", "queried", "failed", "unreadable")}
    return 0, ((words.message("summary", language, files=sum(verdicts.values()), **verdicts), "bold"),)


def notice_lines(found: Iterable[tuple[str, Finding]], language: Language, *, everything: bool) -> Iterator[Line]:
    """What the pile as a whole says, by file; folded by rule."""
    seen: Counter[str] = Counter()
    for source, finding in found:
        if not seen:
            yield 0, ((words.message("pile", language), "bold"),)
        seen[finding.rule] += 1
        if everything or seen[finding.rule] <= _FOLD_AFTER:
            label = (f"{words.message('severity-notice', language)} ", _STYLE["notice"])
            yield 2, (label, (finding.rule, "bold"), (f"  {safe(source)}", ""))
            said = worded(finding, None, language)
            yield 6, ((safe(said.message), ""),)
            yield 6, ((f"{words.message('label-fix', language)} {said.fix}", "dim"),)
    for rule, count in seen.items():
        if not everything and count > _FOLD_AFTER:
            yield 2, ((f"{rule} {words.message('folded', language, count=count - _FOLD_AFTER)}", "dim"),)


def printer(stream: TextIO) -> Callable[[Line], None]:
    """Prints lines to the stream: with styles, and wrapped below their beginning, on a terminal; whole in a pipe."""
    if not stream.isatty():

        def plain(line: Line) -> None:
            stream.write(" " * line[0] + "".join(text for text, _ in line[1]) + "\n")

        return plain
    # rich costs more than all of a small check: it is imported for terminals only
    from rich.console import Console  # noqa: PLC0415
    from rich.padding import Padding  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=stream, highlight=False)

    def styled(line: Line) -> None:
        console.print(Padding(Text.assemble(*line[1]), (0, 0, 0, line[0])))

    return styled


def safe(text: str) -> str:
    """No control, direction or other invisible character of a file reaches the terminal, and no flood of them."""
    text = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _waits_only(undecided: Undecided) -> bool:
    """Whether nobody can do anything about it now: last year's report is not there."""
    return all(cause == "previous" for cause, _ in undecided.reasons)


def _undecided(undecided: Sequence[Undecided], form: Form, language: Language) -> Iterator[Line]:
    """One line for each kind of reason: how many rules, which, and why."""
    for reason, alike in folded_reasons(undecided, form, language):
        named = "、".join(dict.fromkeys(found.rule for found in alike))
        said = words.message("undecided-count", language, count=len(alike), rules=named, reasons=safe(reason))
        yield 2, ((said, "dim"),)


def _findings(findings: Sequence[Finding], form: Form | None, language: Language) -> Iterator[Line]:
    shown: Counter[str] = Counter()
    total = Counter(finding.rule for finding in findings)
    for finding in findings:
        shown[finding.rule] += 1
        if shown[finding.rule] <= _FOLD_AFTER:
            yield from _finding(finding, form, language)
        elif shown[finding.rule] == total[finding.rule]:
            count = total[finding.rule] - _FOLD_AFTER
            yield 4, ((f"{finding.rule} {words.message('folded', language, count=count)}", "dim"),)


def _finding(finding: Finding, form: Form | None, language: Language) -> Iterator[Line]:
    said = worded(finding, form, language)
    label = words.message(f"severity-{finding.severity}", language)
    where = f"  {safe(said.where)}" if said.where else ""
    yield 2, ((f"{label} ", _STYLE[finding.severity]), (safe(finding.key), "bold"), (where, ""))
    yield 6, ((safe(said.message), ""),)
    parts = {"found": said.found, "expected": said.expected, "basis": said.basis, "fix": said.fix}
    named = [f"{words.message(f'label-{name}', language)} {safe(text)}" for name, text in parts.items() if text]
    yield 6, ((" — ".join(named), "dim"),)
    if finding.explanation:
        yield 6, ((words.message("explained", language, text=safe(finding.explanation)), "green"),)
