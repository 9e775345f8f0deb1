"""The check JSON (schema/check.schema.json): a contract."""

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from tianbao import __version__
from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.feedback.wording import reason_words, worded
from tianbao.findings import Checked, Finding, PassedOver
from tianbao.forms.model import Form
from tianbao.submission import OWN_MARK, json_line

Entry = tuple[Checked, Form | None]

VERDICTS = ("passed", "queried", "failed", "unreadable")


def check_data(
    entries: Iterable[Entry], passed_over: Iterable[PassedOver], language: Language, *, partial: bool = False
) -> dict[str, Any]:
    """The whole result as JSON data."""
    submissions = [submission_data(checked, form, language) for checked, form in entries]
    lines = [json_line(entry) for entry in submissions]
    counts = dict.fromkeys(VERDICTS, 0)
    for entry in submissions:
        counts[entry["verdict"]] += 1
    pieces = check_text(lines, passed_over, counts, language, partial=partial)
    data: dict[str, Any] = entry_of("".join(pieces))
    return data


def check_text(
    lines: Iterable[str],
    passed_over: Iterable[PassedOver],
    counts: Mapping[str, int],
    language: Language,
    *,
    partial: bool = False,
) -> Iterator[str]:
    """The whole result as pieces of text, one entry after the other: `lines` are entries as JSON in one line."""
    numbers = {"files": sum(counts[verdict] for verdict in VERDICTS), **{name: counts[name] for name in VERDICTS}}
    yield f'{{"tool": "{OWN_MARK}", "version": "{__version__}", "summary": {json_line(numbers)},\n"submissions": ['
    yield from _listed(lines)
    yield '],\n"passed_over": ['
    yield from _listed(json_line(passed_data(found, language)) for found in passed_over)
    yield "]" + (',\n"partial": true' if partial else "") + "}\n"


def _listed(lines: Iterable[str]) -> Iterator[str]:
    between = "\n"
    for line in lines:
        yield between + line
        between = ",\n"


def entry_of(line: str) -> Any:
    """What a line of JSON that we wrote holds; decimals stay exact."""
    return json.loads(line, parse_float=Decimal)


def passed_data(found: PassedOver, language: Language) -> dict[str, str]:
    """One element of passed_over."""
    return {"source": found.source, "reason": words.message(f"passed-{found.reason}", language)}


def submission_data(checked: Checked, form: Form | None, language: Language) -> dict[str, Any]:
    """One entry: who, verdict, findings, undecided."""
    submission = checked.submission
    return {
        "source": checked.source,
        "sha256": checked.sha256,
        "form": submission.form if submission else None,
        "edition": submission.edition if submission else None,
        "year": submission.year if submission else None,
        "agency": {"name": submission.agency.name, "code": submission.agency.code} if submission else None,
        "verdict": checked.verdict,
        "checksum": checked.checksum or None,
        "findings": [finding_data(finding, form, language) for finding in checked.findings],
        "undecided": [
            {
                "rule": undecided.rule,
                "key": undecided.key,
                "cells": list(undecided.addresses),
                "reason": reason_words(undecided, form, language),
            }
            for undecided in checked.undecided
            if form is not None
        ],
    }


def finding_data(finding: Finding, form: Form | None, language: Language) -> dict[str, Any]:
    """One finding of an entry."""
    said = worded(finding, form, language)
    return {
        "rule": finding.rule,
        "key": finding.key,
        "severity": finding.severity,
        "cells": list(finding.addresses),
        "values": finding.values,
        "places": list(finding.places),
        "found": finding.found,
        "expected": finding.expected,
        "message": said.message,
        "fix": said.fix,
        "explanation": finding.explanation,
    } | ({"cause": finding.cause} if finding.cause else {})
