"""Blanks: asked for once per table, an error where something must be filled in."""

from collections.abc import Iterator

from tianbao.catalogue import words
from tianbao.checks.context import Context
from tianbao.checks.structure import unread
from tianbao.findings import Finding, digest
from tianbao.forms.model import Cell, Form, Section
from tianbao.rules.evaluate import text_length
from tianbao.submission import Submission

RULE = "TYPE-BLANK"
_NAMED = 3
"""Cells that the message names before “等”."""


def check(form: Form, submission: Submission, context: Context) -> Iterator[Finding]:  # noqa: ARG001
    """TYPE-BLANK for tables and narratives."""
    lost = unread(submission)
    for section in form.sections:
        blank = [
            cell
            for cell in section.cells
            if submission.value(cell.address).kind in ("blank", "mark") and cell.address not in lost
        ]
        asked = [cell for cell in blank if cell.kind.blank == "ask"]
        if asked:
            yield _table(section, asked, submission)
        for cell in blank:
            if cell.kind.blank == "must":
                yield _finding("must", cell.address, (cell,), submission, {})
        narrative = section.narrative
        if (
            narrative
            and narrative.blank in ("must", "ask")
            and section.id not in lost
            and not _written(submission, section.id)
        ):
            case = "text" if narrative.blank == "must" else "asked"
            yield _finding(case, section.id, (), submission, {})


def _written(submission: Submission, section: str) -> bool:
    return text_length(submission.texts.get(section, "")) > 0


def _table(section: Section, cells: list[Cell], submission: Submission) -> Finding:
    named = "、".join(f"“{'·'.join(part.label for part in cell.parts)}”" for cell in cells[:_NAMED])
    facts = {"count": str(len(cells)), "cells": named + (" 等" if len(cells) > _NAMED else "")}
    return _finding("table", section.id, tuple(cells), submission, facts)


def _finding(
    case: str, subject: str, cells: tuple[Cell, ...], submission: Submission, facts: dict[str, str]
) -> Finding:
    addresses = tuple(cell.address for cell in cells) or (subject,)
    places = tuple(place for address in addresses if (place := submission.place(address)))
    operands = [(address, submission.value(address)) for address in addresses]
    return Finding(
        RULE,
        f"{RULE}[{subject}]",
        words.finding(RULE, case).severity,
        case,
        addresses,
        digest(operands),
        places,
        facts=facts,
    )
