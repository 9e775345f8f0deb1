"""Form, agency and figures → workbook. The empty template is the same with nothing in it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from tianbao.forms.model import Form
from tianbao.forms.sums import checksum, with_totals
from tianbao.submission import Submission
from tianbao.values import BLANK, EXACT_DIGITS, Value, as_float, understand
from tianbao.workbook.a1 import Place
from tianbao.workbook.emit import PASSWORD, emit
from tianbao.workbook.fingerprint import fingerprint_of
from tianbao.workbook.layout import AGENCY_NAME, COVER, COVER_AGENCY, FINGERPRINT_NAME, FREE_LINES, layout_of
from tianbao.workbook.plan import BookPlan, Content, Issue
from tianbao.workbook.results import levels_of, results_of
from tianbao.workbook.sheet_checks import checks_sheet, free_explanations
from tianbao.workbook.sheet_cover import cover_sheet
from tianbao.workbook.sheet_identity import identity_sheet
from tianbao.workbook.sheet_table import table_sheet
from tianbao.workbook.sheet_text import text_sheet

Totals = Literal["formula", "typed"]
"""formula: totals follow from the entries; typed: the given totals stand over the formulas, as in a broken workbook."""


def template(form: Form, issue: Issue, password: str = PASSWORD) -> bytes:
    """The empty workbook for one agency, or for any agency where the issue names none."""
    return emit(plan_of(content_of(form, issue)), password)


def filled(form: Form, submission: Submission, totals: Totals = "formula", password: str = PASSWORD) -> bytes:
    """The workbook with the submission's figures, texts and explanations poured in."""
    return emit(plan_of(filled_content(form, submission, totals)), password)


def filled_content(form: Form, submission: Submission, totals: Totals = "formula") -> Content:
    """What the filled workbook will hold."""
    return content_of(form, Issue(submission.year, submission.agency), submission, totals)


def content_of(form: Form, issue: Issue, submission: Submission | None = None, totals: Totals = "formula") -> Content:
    """What will stand in every cell. With typed totals those that the submission gives (null: an empty cell) stay."""
    if issue.agency and not issue.agency.name.strip():
        issue = replace(issue, agency=None)
    given: Mapping[str, Value] = (
        {address: entry.value for address, entry in submission.entries.items()} if submission else {}
    )
    typed = {
        address: value
        for address, value in given.items()
        if totals == "typed" and form.cells[address].total is not None
    }
    stored, stored_typed = _storable(given), _storable(typed)
    values = with_totals(form, stored, stored_typed)
    return Content(
        form,
        layout_of(form),
        issue,
        values,
        submission.texts if submission else {},
        {key: text for key, text in submission.explanations.items() if text.strip()} if submission else {},
        submission.signoff if submission else {},
        frozenset(typed),
        fingerprint(form),
        checksum(form, lambda address: values.get(address, BLANK)),
    )


def storable(value: Value) -> Value:
    """A number that a sheet would round (more than 15 digits) becomes text: a reported number is never changed."""
    number = value.number
    if number is None or (isinstance(number, int) and abs(number) < 10**EXACT_DIGITS):
        return value
    return value if understand(as_float(number)).number == number else Value(value.text, "text")


def _storable(values: Mapping[str, Value]) -> Mapping[str, Value]:
    return {address: storable(value) for address, value in values.items()}


def not_written(content: Content) -> tuple[str, ...]:
    """Texts that the form does not have, and keys of explanations for which no free line is left."""
    levels = levels_of(content)
    spare = [key for key, _ in free_explanations(content, levels)[FREE_LINES:]]
    signed = {line.id for line in content.form.signoff}
    return (
        *(text for text in content.texts if text not in content.form.narratives),
        *(f"signoff.{line}" for line in content.signoff if line not in signed),
        *spare,
    )


def plan_of(content: Content) -> BookPlan:
    """The whole workbook as data."""
    results, levels = results_of(content), levels_of(content)
    sheets = (
        cover_sheet(content, results, levels),
        *(
            table_sheet(section, content, results) if section.blocks else text_sheet(section, content)
            for section in content.form.sections
        ),
        checks_sheet(content, results, levels),
        identity_sheet(content),
    )
    names = {address: place.full for address, place in content.layout.places.items()}
    agency = content.issue.agency
    return BookPlan(
        sheets,
        {
            **names,
            AGENCY_NAME: Place(COVER, *COVER_AGENCY).full,
            FINGERPRINT_NAME: f'"{content.fingerprint}"',
        },
        {FINGERPRINT_NAME: content.fingerprint},
        content.form.report_title(agency.name if agency else "", content.issue.year),
        f"模板编号 {content.template_number}",
        content.template_number,
    )


@lru_cache(maxsize=16)
def _fingerprint(form: Form) -> str:
    empty = Content(
        form,
        layout_of(form),
        Issue(0),
        with_totals(form, {}, {}),
        {},
        {},
        {},
    )
    plan = plan_of(replace(empty, fingerprint="", checksum=""))
    names = {name: text for name, text in plan.names.items() if name != FINGERPRINT_NAME}
    return fingerprint_of(replace(plan, names=names))


def fingerprint(form: Form) -> str:
    """The fingerprint of the form's workbook: the same for every agency and year."""
    return _fingerprint(form)
