"""The files of the dashboard, one after the other, each with its findings by rule: data for the template.

The template makes visible what would deceive the eye; here texts are only cut to a length that can be read.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tianbao.catalogue.words import Language
from tianbao.feedback.answer import Answer
from tianbao.feedback.dashboard_tally import Tally
from tianbao.feedback.entry_words import (
    Found,
    agency_name,
    basis_words,
    explained,
    form_of,
    place_words,
    shortened,
    shown,
    source_of,
    undecided_lines,
)
from tianbao.forms.model import Form

FOLD_AFTER = 8
"""Findings of one rule that are shown whole for one file; of the others the keys are listed."""

_MOST_KEYS = 200


@dataclass(frozen=True, slots=True)
class Instance:
    """One finding: 位置 — 现值 — 应为, what is said about it, and the key of the finding that it follows from."""

    key: str
    place: str
    found: str
    expected: str
    message: str
    explanation: str
    cause: str


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule with the same severity and advice: 依据 and 怎么改 are said once."""

    rule: str
    severity: str
    count: int
    shown: tuple[Instance, ...]
    more: int
    keys: str
    basis: str
    fix: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of the table. `agency_number` is None where no agency was read."""

    number: int
    verdict: str
    agency: str
    agency_number: int | None
    year: int | None
    source: str
    errors: int
    queries: int
    notices: int
    checksum: str
    groups: tuple[Group, ...]
    undecided: tuple[str, ...]


def file_rows(answers: Iterable[Answer], tally: Tally, language: Language) -> Iterator[FileRow]:
    """A row for each answer, in their order; nothing is kept."""
    for number, answer in enumerate(answers, 1):
        entry = answer.entry
        counts = Counter(found["severity"] for found in entry["findings"])
        yield FileRow(
            number=number,
            verdict=entry["verdict"],
            agency=agency_name(entry, language),
            agency_number=tally.number(entry),
            year=entry["year"],
            source=source_of(entry["source"]),
            errors=counts["error"],
            queries=counts["query"],
            notices=counts["notice"],
            checksum=entry["checksum"] or "",
            groups=_groups(entry["findings"], form_of(entry), language),
            undecided=tuple(undecided_lines(entry, language)),
        )


def _groups(findings: Iterable[Found], form: Form | None, language: Language) -> tuple[Group, ...]:
    together: dict[tuple[Any, ...], list[Found]] = {}
    for found in findings:
        together.setdefault((found["rule"], found["severity"], found["fix"]), []).append(found)
    return tuple(
        Group(
            rule=rule,
            severity=severity,
            count=len(alike),
            shown=tuple(_instance(found, form) for found in alike[:FOLD_AFTER]),
            more=max(0, len(alike) - FOLD_AFTER),
            keys=_keys(alike[FOLD_AFTER:]),
            basis=basis_words(alike[0], form, language),
            fix=shortened(fix),
        )
        for (rule, severity, fix), alike in together.items()
    )


def _instance(found: Found, form: Form | None) -> Instance:
    return Instance(
        key=shortened(found["key"]),
        place=shortened(place_words(found, form)),
        found=shown(found["found"]),
        expected=shown(found["expected"]),
        message=shortened(found["message"]),
        explanation=shortened(found["explanation"]) if explained(found) else "",
        cause=shortened(found.get("cause") or ""),
    )


def _keys(folded: list[Found]) -> str:
    named = "、".join(found["key"] for found in folded[:_MOST_KEYS])
    return shortened(f"{named}…" if len(folded) > _MOST_KEYS else named, 10 * _MOST_KEYS)
