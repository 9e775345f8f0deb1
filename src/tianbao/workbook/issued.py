"""What is laid down in the workbook of a form, and its fingerprint: made from the plan once, then kept between runs.

Planning a workbook takes longer than reading one: a check of a single file would spend most of its time on it.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from tianbao.forms import library
from tianbao.forms.model import Form
from tianbao.submission import Agency
from tianbao.workbook.aspects import SheetAspects, label
from tianbao.workbook.layout import COVER
from tianbao.workbook.sheets import Spot

_TITLE: Spot = (0, 0)
"""The cover's title: nothing else that is fixed tells the year."""


@dataclass(frozen=True, slots=True)
class Issued:
    """The sheets of a form's workbook in their order, without the year in the title, and the fingerprint."""

    fingerprint: str
    sheets: Mapping[str, SheetAspects] = field(hash=False)


@lru_cache(maxsize=64)
def issued_sheets(form: Form, year: int, named: bool) -> Mapping[str, SheetAspects]:
    """The sheets as they are issued; the agency's name only decides whether its cell is open."""
    sheets = _issued(form, named).sheets
    labels = dict(sheets[COVER].labels)
    labels[_TITLE] = label(form.report_title("", year))
    return {**sheets, COVER: replace(sheets[COVER], labels=labels)}


def issued_fingerprint(form: Form, named: bool) -> str:
    """The fingerprint of the form's workbook; that of `issued_sheets` with the same `named` costs nothing more."""
    return _issued(form, named).fingerprint


@lru_cache(maxsize=16)
def _issued(form: Form, named: bool) -> Issued:
    name = f"issued-{form.id}-{form.edition}-{'named' if named else 'open'}"
    text = library.kept_with(form, name)
    if text is not None:
        with suppress(ValueError, TypeError, LookupError):  # kept by something else: made anew
            return issued_of(text)
    made = _made(form, named)
    library.keep_with(form, name, issued_text(made))
    return made


def _made(form: Form, named: bool) -> Issued:
    from tianbao.workbook.aspects_planned import of_plan  # noqa: PLC0415  heavy, and needed only once
    from tianbao.workbook.plan import Issue  # noqa: PLC0415  as above
    from tianbao.workbook.write import content_of, fingerprint, plan_of  # noqa: PLC0415  as above

    plan = plan_of(content_of(form, Issue(0, Agency("x") if named else None)))
    return Issued(fingerprint(form), {sheet.name: of_plan(sheet) for sheet in plan.sheets})


def issued_text(issued: Issued) -> str:
    """As JSON."""
    sheets = [[name, *_lists(sheet)] for name, sheet in issued.sheets.items()]
    return json.dumps([issued.fingerprint, sheets], ensure_ascii=False, separators=(",", ":"))


def _lists(sheet: SheetAspects) -> list[Any]:
    texts = [[[*spot, text] for spot, text in found.items()] for found in (sheet.labels, sheet.formulas)]
    merges = sorted([*first, *last] for first, last in sheet.merges)
    rules = list(dict.fromkeys(sheet.validations.values()))
    checks = [[*spot, rules.index(rule)] for spot, rule in sheet.validations.items()]
    return [*texts, sorted(sheet.open), merges, rules, checks, sheet.protected, sorted(sheet.varying)]


def issued_of(text: str) -> Issued:
    """What `issued_text` wrote. Raises ValueError, TypeError, LookupError for anything else."""
    fingerprint, sheets = json.loads(text)
    return Issued(fingerprint, {name: _sheet(*lists) for name, *lists in sheets})


def _sheet(
    labels: Sequence[Any],
    formulas: Sequence[Any],
    opened: Sequence[Any],
    merges: Sequence[Any],
    rules: Sequence[str],
    checks: Sequence[Any],
    protected: bool,
    varying: Sequence[Any],
) -> SheetAspects:
    return SheetAspects(
        {(row, column): text for row, column, text in labels},
        {(row, column): text for row, column, text in formulas},
        frozenset((row, column) for row, column in opened),
        frozenset(((top, left), (bottom, right)) for top, left, bottom, right in merges),
        {(row, column): rules[number] for row, column, number in checks},
        protected,
        frozenset((row, column) for row, column in varying),
    )
