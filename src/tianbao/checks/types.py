"""Types of all cells, by the form's JSON Schema; its errors are worded cell by cell."""

from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tianbao.catalogue import words
from tianbao.checks.context import Context
from tianbao.findings import Finding, digest
from tianbao.forms.model import Cell, Form
from tianbao.forms.schema import submission_schema
from tianbao.submission import Submission, to_data
from tianbao.values import Number, Value, places_of, plain, reading


@lru_cache(maxsize=16)
def _validator(form: Form) -> Draft202012Validator:
    return Draft202012Validator(submission_schema(form))


def check(form: Form, submission: Submission, context: Context) -> Iterator[Finding]:  # noqa: ARG001
    """TYPE-INT, TYPE-FEE, TYPE-WORD, CELL-UNKNOWN, TEXT-UNKNOWN."""
    wrong: dict[str, ValidationError] = {}
    for error in _validator(form).iter_errors(to_data(submission)):
        path = list(error.absolute_path)
        if path[:1] == ["cells"] and len(path) > 1:
            wrong[str(path[1])] = error
    for address in submission.entries:
        if address not in form.cells:
            yield _unknown("CELL-UNKNOWN", address, list(form.cells))
    for line in submission.signoff:
        if line not in {known.id for known in form.signoff}:
            yield _unknown("TEXT-UNKNOWN", f"signoff.{line}", [f"signoff.{known.id}" for known in form.signoff])
    for text in submission.texts:
        if text not in form.narratives:
            yield _unknown("TEXT-UNKNOWN", text, list(form.narratives))
    for address, cell in form.cells.items():
        value = submission.value(address)
        if address in wrong and value.kind != "mark" and not _without_result(submission, address):
            yield _wrong(cell, value, str(wrong[address].validator), submission)
        elif cell.kind.value == "amount" and value.number is not None and places_of(value.number) > cell.kind.places:
            yield _finding(cell, value, "TYPE-FEE", "places", submission)


def _without_result(submission: Submission, address: str) -> bool:
    """A formula that has no stored result is asked about by ENTRY-FORMULA; its text is no figure."""
    entry = submission.entries.get(address)
    return entry is not None and entry.formula is not None and (entry.cached is None or entry.cached.kind == "blank")


def _wrong(cell: Cell, value: Value, rule: str, submission: Submission) -> Finding:
    if not cell.kind.numeric:
        return _finding(cell, value, "TYPE-WORD", "like" if rule == "pattern" else "choice", submission)
    family = "TYPE-FEE" if cell.kind.value == "amount" else "TYPE-INT"
    if value.number is None:
        understood = _reading(cell, value)
        return _finding(cell, value, family, "text" if understood is None else "reading", submission)
    case = {"minimum": "negative", "maximum": "large"}.get(rule, "fraction")
    return _finding(cell, value, family, case, submission)


def _reading(cell: Cell, value: Value) -> Number | None:
    return reading(value.raw, cell.kind.unit) if isinstance(value.raw, str) else None


def _finding(cell: Cell, value: Value, rule: str, case: str, submission: Submission) -> Finding:
    understood = _reading(cell, value)
    facts = {
        "found": value.text,
        "reading": "" if understood is None else plain(understood),
        "unit": cell.kind.unit,
        "places": str(cell.kind.places),
        "least": plain(0 if cell.kind.least is None else cell.kind.least),
        "most": "" if cell.kind.most is None else plain(cell.kind.most),
        "choices": "、".join(cell.kind.choices or ("是", "否")),
    }
    place = submission.place(cell.address)
    return Finding(
        rule,
        f"{rule}[{cell.address}]",
        words.finding(rule, case).severity,
        case,
        (cell.address,),
        digest([(cell.address, value)]),
        (place,) if place else (),
        found=value.raw if value.number is None else value.number,
        facts=facts,
    )


def _unknown(rule: str, address: str, known: list[str]) -> Finding:
    near = get_close_matches(address, known, 1)
    facts = {"address": address[:80], "near": f"（是不是 {near[0]}？）" if near else ""}
    return Finding(rule, f"{rule}[{address}]", words.finding(rule).severity, "any", (address,), facts=facts)
