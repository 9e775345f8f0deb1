"""The sheet's side of the agreement: lights after LibreOffice recalculated, and the Python side beside it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tianbao.checks import Context, check_submission
from tianbao.feedback.check_json import check_data
from tianbao.findings import Checked, verdict_of
from tianbao.forms.model import Form
from tianbao.forms.sums import with_totals
from tianbao.submission import Agency, Entry, Submission
from tianbao.values import Raw, Value, to_json, understand
from tianbao.workbook.a1 import Place
from tianbao.workbook.formula import FAIL, LATER, OPEN, PASS
from tianbao.workbook.layout import COVER, COVER_CHECKSUM, COVER_LIGHT, Layout, layout_of
from tianbao.workbook.plan import Issue
from tianbao.workbook.results import in_sheet
from tianbao.workbook.write import template

STATE_OF = {PASS: "holds", FAIL: "broken", OPEN: "undecided", LATER: "undecided"}
Change = Mapping[str, Raw]
"""What is put into which address."""


def empty_book(form: Form, folder: Path) -> Path:
    """The empty workbook of a form, with an agency, so that only figures and texts are missing."""
    path = folder / f"{form.id}-{form.edition}.xlsx"
    path.write_bytes(template(form, Issue(form.years[0] + 1, Agency("示例区填报局"))))
    return path


def light_cells(form: Form, layout: Layout) -> dict[str, str]:
    """Key of each instance that the sheet decides → the cell of its light."""
    return {
        instance.key: str(layout.light(instance.key))
        for rule in form.rules
        for instance in rule.instances
        if in_sheet(instance)
    }


def cover_cells() -> tuple[str, str]:
    """Cells of the checksum and of the overall light."""
    return str(Place(COVER, *COVER_CHECKSUM)), str(Place(COVER, *COVER_LIGHT))


def sheet_changes(layout: Layout, change: Change) -> dict[str, str | int | float | None]:
    """The change by cell, as a person would type or paste it."""
    done: dict[str, str | int | float | None] = {}
    for address, raw in change.items():
        value = understand(raw)
        done[str(layout.places[address])] = float(value.number) if value.number is not None else value.text or None
    return done


def submission_of(form: Form, change: Change) -> Submission:
    """The submission that the sheet with the change holds: totals follow from the parts unless typed over."""
    values: dict[str, Value] = {a: understand(raw) for a, raw in change.items() if a in form.cells}
    typed = {address: value for address, value in values.items() if form.cells[address].total is not None}
    entries = {a: Entry(value) for a, value in with_totals(form, values, typed).items()}
    texts = {address: str(raw) for address, raw in change.items() if address in form.narratives and raw}
    year = form.years[0] + 1
    return Submission(form.id, form.edition, year, Agency("示例区填报局"), entries, texts)


def python_states(form: Form, submission: Submission) -> dict[str, str]:
    """Key → state, from what the check command says in its JSON: findings broken, undecided listed, the rest holds."""
    findings, undecided = check_submission(form, submission, Context(edition_due=form.edition))
    checked = Checked("x.json", None, verdict_of(findings), findings, undecided, submission)
    entry = check_data([(checked, form)], [], "zh")["submissions"][0]
    states = {instance.key: "holds" for rule in form.rules for instance in rule.instances}
    states |= {finding["key"]: "broken" for finding in entry["findings"] if finding["key"] in states}
    return states | {found["key"]: "undecided" for found in entry["undecided"]}


def verdict(form: Form, submission: Submission) -> str:
    """The verdict of the check command."""
    findings, _ = check_submission(form, submission, Context(edition_due=form.edition))
    return verdict_of(findings)


def as_json(change: Change) -> dict[str, Raw]:
    """The change with its values as JSON scalars, for messages."""
    return {address: to_json(understand(raw)) for address, raw in change.items()}


def disagreements(
    form: Form, changes: Sequence[Change], lights: Sequence[Mapping[str, object]]
) -> list[tuple[str, str, str, dict[str, Raw]]]:
    """(key, sheet's light, Python's state, change) wherever the two differ."""
    cells = light_cells(form, layout_of(form))
    found = []
    for change, seen in zip(changes, lights, strict=True):
        states = python_states(form, submission_of(form, change))
        for key, cell in cells.items():
            said = STATE_OF.get(str(seen[cell]), f"? {seen[cell]!r}")
            if said != states[key]:
                found.append((key, str(seen[cell]), states[key], as_json(change)))
    return found
