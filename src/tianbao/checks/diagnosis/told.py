"""A diagnosis as a finding: the facts of its wording, in Chinese and English."""

from collections.abc import Sequence

from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.checks.diagnosis.choose import Diagnosis
from tianbao.checks.diagnosis.system import System
from tianbao.findings import Fact, Finding, digest
from tianbao.forms.model import Form
from tianbao.submission import Submission
from tianbao.values import Number, plain, tidy

_LISTED = 6
"""Changes that a message lists before it only counts them."""

_LANGUAGES: tuple[Language, ...] = ("zh", "en")


def finding_of(system: System, diagnosis: Diagnosis, explained: Sequence[Finding]) -> Finding:
    """HINT-CELL, HINT-MOVE, HINT-JOIN, HINT-SHIFT or HINT-TOTALS: a notice that names the cells to change."""
    submission, correction, slip = system.submission, diagnosis.correction, diagnosis.slip
    typed = [(address, number) for address, number in correction.also if not _by_formula(submission, address)]
    addresses = tuple(address for address, _ in (*correction.changes, *typed))
    changes = [(address, _tidy(number)) for address, number in correction.changes]
    first, right = changes[0]
    single = len(correction.changes) == 1
    facts: dict[str, Fact] = {
        "rules": "、".join(dict.fromkeys(finding.rule for finding in explained)),
        "count": len(explained),
        "other": _name(system.form, slip.other) if slip.other else "",
    }
    for language in _LANGUAGES:
        facts[f"changes_{language}"] = _changes(system, changes, language)
        facts[f"also_{language}"] = _also(system, typed, language)
        facts[f"axis_{language}"] = words.message(f"hint-{slip.axis}", language) if slip.axis else ""
    if slip.axis and diagnosis.rule != "HINT-MOVE":
        facts |= {"line": _line(system.form, _filled(correction.changes), slip.axis)}
        facts |= {"wrong": _line(system.form, slip.other, slip.axis) if slip.other else ""}
    return Finding(
        diagnosis.rule,
        f"{diagnosis.rule}[{first}]",
        words.finding(diagnosis.rule, slip.name).severity,
        slip.name,
        addresses,
        digest([(address, submission.value(address)) for address in addresses]),
        tuple(place for address in addresses if (place := submission.place(address))),
        found=_found(submission, first) if single else None,
        expected=right if single else None,
        facts=facts,
    )


def _tidy(number: Number) -> Number:
    """4 for what a sum with fractions gives as 4.0."""
    return number if isinstance(number, int) else tidy(number)


def _by_formula(submission: Submission, address: str) -> bool:
    entry = submission.entries.get(address)
    return entry is not None and entry.intact


def _found(submission: Submission, address: str) -> str | Number | None:
    value = submission.value(address)
    return value.number if value.number is not None else (value.text or None)


def _name(form: Form, address: str) -> str:
    return "·".join(part.label for part in form.cells[address].parts)


def _changes(system: System, changes: Sequence[tuple[str, Number]], language: Language) -> str:
    """“（七）总计·自然人”由 0 改为 1、…: each cell with what stands there and what should."""
    said = [
        words.message(
            "hint-change",
            language,
            where=_name(system.form, address),
            before=system.submission.value(address).text or words.message("hint-blank", language),
            after=plain(number),
        )
        for address, number in changes[:_LISTED]
    ]
    more = words.message("hint-more", language, count=len(changes)) if len(changes) > _LISTED else ""
    return words.message("hint-and", language).join(said) + more


def _also(system: System, typed: Sequence[tuple[str, Number]], language: Language) -> str:
    return words.message("hint-also", language, changes=_changes(system, typed, language)) if typed else ""


def _filled(changes: Sequence[tuple[str, Number]]) -> str:
    """A cell of the line where the figures belong."""
    return next((address for address, number in changes if number), changes[0][0])


def _line(form: Form, address: str, axis: str) -> str:
    """What the row or column of a cell is called."""
    cell = form.cells[address]
    leaf = cell.row if axis == "row" else cell.column
    return "·".join(heading.name for heading in leaf if heading.id) or form.section(cell.section).short
