"""Totals: what was typed over, edited or left stale, each kind of damage apart. A total is compared, never repaired."""

import re
from collections.abc import Iterator

from tianbao.catalogue import words
from tianbao.checks.context import Context
from tianbao.checks.structure import unread
from tianbao.findings import Finding, digest
from tianbao.forms.model import Cell, Form
from tianbao.forms.sums import sum_of
from tianbao.submission import Entry, Submission
from tianbao.values import COMPARE_PLACES, Number, Value, rounded, understand
from tianbao.workbook.a1 import Place
from tianbao.workbook.edited import shown_by

_TEXT = re.compile(r'"[^"]*"')
_CALLS = re.compile(r"\b(?:WEBSERVICE|RTD|DDE|CALL|REGISTER\.ID|HYPERLINK|IMAGE|FILTERXML)\(", re.IGNORECASE)


def check(form: Form, submission: Submission, context: Context) -> Iterator[Finding]:
    """TOTAL-TYPED, TOTAL-EDITED, TOTAL-STALE, and ENTRY-FORMULA for the cells that are no totals."""
    for cell, entry in zip(form.cells.values(), context.seen(form, submission).entries, strict=True):
        if cell.total is None:
            if entry.formula is not None and entry.place:
                yield _in_entry(cell, entry)
        elif entry.place and entry.formula is not None and not entry.intact and _no_result(entry):
            yield _unproven(cell, entry, form, submission)
        elif entry.place and not _sound(entry) and cell.address not in unread(form, submission):
            yield from _judged(cell, entry, sum_of(cell, lambda ref: submission.value(ref.address)))


def _sound(entry: Entry) -> bool:
    """Whether the form's own formula stands there, without a result or with ours: `value` is our own sum then."""
    cached = entry.cached
    return entry.intact and (cached is None or cached.number is None or cached.number == entry.value.number)


def _no_result(entry: Entry) -> bool:
    return entry.cached is None or entry.cached.kind == "blank"


def _unproven(cell: Cell, entry: Entry, form: Form, submission: Submission) -> Finding:
    """An edited formula saved without its result: computed where it only adds up known cells, else asked about."""
    lost = unread(form, submission)
    known = {found.place.upper(): address for address, found in submission.entries.items() if found.place}

    def value_at(place: Place) -> Value | None:
        address = known.get(str(place))
        return None if address is None or address in lost else submission.value(address)

    shown = shown_by(entry.formula or "", entry.place.rpartition("!")[0], value_at)
    own = sum_of(cell, lambda ref: submission.value(ref.address))
    if shown is None or any(ref.address in lost for ref in (cell.total.refs if cell.total else ())):
        return _finding("TOTAL-EDITED", "unknown", cell, entry, entry.value, None)
    value = understand(shown)
    return _finding("TOTAL-EDITED", "wrong" if _differ(value, own) else "right", cell, entry, value, own)


def _judged(cell: Cell, entry: Entry, own: Number) -> Iterator[Finding]:
    if entry.formula is None:
        yield _damaged("TOTAL-TYPED", cell, entry, own)
    elif not entry.intact:
        yield _damaged("TOTAL-EDITED", cell, entry, own)
    elif entry.cached and entry.cached.number is not None and _differ(entry.cached, own):
        yield _finding("TOTAL-STALE", "any", cell, entry, entry.cached, own)


def _differ(value: Value, own: Number) -> bool:
    return value.kind == "text" or rounded(value.counted - own, COMPARE_PLACES) != 0


def _damaged(rule: str, cell: Cell, entry: Entry, own: Number) -> Finding:
    right = not _differ(entry.value, own)
    case = "right" if right else "wrong"
    if entry.formula is None and entry.value.kind == "blank":
        case = "blank-right" if right else "blank"
    return _finding(rule, case, cell, entry, entry.value, own)


def _in_entry(cell: Cell, entry: Entry) -> Finding:
    case = "unknown" if entry.cached is None or entry.cached.kind == "blank" else "any"
    if case == "any" and leaves_the_file(entry.formula or ""):
        case = "outside"
    return _finding("ENTRY-FORMULA", case, cell, entry, entry.value, None)


def leaves_the_file(formula: str) -> bool:
    """Whether a formula takes its figure from elsewhere: [1]Sheet1!A1, cmd|'/c'!A1, WEBSERVICE(…)."""
    bare = _TEXT.sub("", formula)
    return "[" in bare or "|" in bare or bool(_CALLS.search(bare))


def _finding(rule: str, case: str, cell: Cell, entry: Entry, value: Value, own: Number | None) -> Finding:
    return Finding(
        rule,
        f"{rule}[{cell.address}]",
        words.finding(rule, case).severity,
        case,
        (cell.address,),
        digest([(cell.address, entry.value)]),
        (entry.place,),
        found=value.raw if value.number is None else value.number,
        expected=own,
        facts={"formula": entry.formula or ""},
    )
