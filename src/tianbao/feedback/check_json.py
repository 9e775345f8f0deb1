"""The check JSON (schema/check.schema.json): a contract."""

from collections.abc import Iterable
from typing import Any

from tianbao import __version__
from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.feedback.wording import reason_words, worded
from tianbao.findings import Checked, Finding, PassedOver
from tianbao.forms.model import Form
from tianbao.submission import OWN_MARK

Entry = tuple[Checked, Form | None]


def check_data(
    entries: Iterable[Entry], passed_over: Iterable[PassedOver], language: Language, *, partial: bool = False
) -> dict[str, Any]:
    """The whole result as JSON data."""
    submissions = [submission_data(checked, form, language) for checked, form in entries]
    counts = dict.fromkeys(("passed", "queried", "failed", "unreadable"), 0)
    for entry in submissions:
        counts[entry["verdict"]] += 1
    data = {
        "tool": OWN_MARK,
        "version": __version__,
        "summary": {"files": len(submissions), **counts},
        "submissions": submissions,
        "passed_over": [
            {"source": found.source, "reason": words.message(f"passed-{found.reason}", language)}
            for found in passed_over
        ],
    }
    return data | ({"partial": True} if partial else {})


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
        "findings": [_finding(finding, form, language) for finding in checked.findings],
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


def _finding(finding: Finding, form: Form | None, language: Language) -> dict[str, Any]:
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
