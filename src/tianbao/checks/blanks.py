"""Blanks: asked for once per table, an error where something must be filled in."""

from collections.abc import Iterator, Sequence

from tianbao.catalogue import words
from tianbao.checks.context import Context
from tianbao.checks.figures import Figures
from tianbao.checks.structure import unread
from tianbao.findings import Finding, digest
from tianbao.forms.model import Cell, Form, Section
from tianbao.rules.evaluate import UNCOUNTED
from tianbao.submission import Submission

RULE = "TYPE-BLANK"
_NAMED = 3
"""Cells that the message names before “等”."""


def check(form: Form, submission: Submission, context: Context) -> Iterator[Finding]:
    """TYPE-BLANK for tables and narratives."""
    blank = _blank_cells(form, submission, context.seen(form, submission))
    for section in form.sections:
        mine = blank.get(section.id, ())
        asked = [cell for cell in mine if cell.kind.blank == "ask"]
        if asked:
            yield _table(section, asked, submission)
        for cell in mine:
            if cell.kind.blank == "must":
                yield _finding("must", cell.address, (cell,), submission, {})
        narrative = section.narrative
        if (
            narrative
            and narrative.blank in ("must", "ask")
            and not _written(submission, section.id)
            and section.id not in unread(form, submission)
        ):
            case = "text" if narrative.blank == "must" else "asked"
            yield _finding(case, section.id, (), submission, {})


def _blank_cells(form: Form, submission: Submission, figures: Figures) -> dict[str, list[Cell]]:
    """The cells with nothing or a mark, by section; not those that could not be found."""
    if not figures.blank:
        return {}
    lost, cells = unread(form, submission), tuple(form.cells.values())
    found: dict[str, list[Cell]] = {}
    for place in figures.blank:
        cell = cells[place]
        # a total in a workbook has lost its formula, which TOTAL-TYPED tells
        if cell.address not in lost and not (cell.total is not None and submission.place(cell.address)):
            found.setdefault(cell.section, []).append(cell)
    return found


def _written(submission: Submission, section: str) -> bool:
    return bool(submission.texts.get(section, "").strip(UNCOUNTED))


def _table(section: Section, cells: Sequence[Cell], submission: Submission) -> Finding:
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
