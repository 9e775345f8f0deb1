"""Types of all cells: what is plainly right is passed over, the rest judged by its JSON Schema, cell by cell."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from tianbao.catalogue import words
from tianbao.checks.context import Context
from tianbao.checks.figures import Figures
from tianbao.findings import Finding, digest
from tianbao.forms.model import Cell, Form, Kind
from tianbao.forms.validity import all_plain, plain, refused_by
from tianbao.submission import Entry, Submission
from tianbao.values import Number, Value, places_of, reading, shown_as, understand
from tianbao.values import plain as digits

_AS_NUMBERS = frozenset({"number", "text"})
_DAY = re.compile(r"\d{4}-(\d\d)-(\d\d)")
_NEAR = 20
"""Unknown names for which a known one like it is looked for: that takes time, and files may hold many."""


def check(form: Form, submission: Submission, context: Context) -> Iterator[Finding]:
    """TYPE-INT, TYPE-FEE, TYPE-WORD, CELL-UNKNOWN, TEXT-UNKNOWN."""
    yield from _unknown(form, submission)
    cells = tuple(form.cells.values())
    for place in _odd(form, context.seen(form, submission)):
        finding = _judged(cells[place], submission.entries[cells[place].address])
        if finding:
            yield finding


@dataclass(frozen=True, slots=True)
class _Alike:
    """The numeric cells of one kind, their places among the figures, and how to take these out of a list."""

    kind: Kind
    places: tuple[int, ...]
    take: Callable[[Sequence[Any]], Sequence[Any]]


@lru_cache(maxsize=16)
def _numeric(form: Form) -> tuple[_Alike, ...]:
    places: dict[Kind, list[int]] = {}
    for place, cell in enumerate(form.cells.values()):
        if cell.kind.numeric:
            places.setdefault(cell.kind, []).append(place)
    return tuple(_Alike(kind, tuple(found), _taking(found)) for kind, found in places.items())


def _taking(places: list[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    return itemgetter(*places) if len(places) > 1 else lambda figures: [figures[places[0]]]


@lru_cache(maxsize=16)
def _worded(form: Form) -> tuple[tuple[int, Kind], ...]:
    cells = enumerate(form.cells.values())
    return tuple((place, cell.kind) for place, cell in cells if not cell.kind.numeric)


def _odd(form: Form, figures: Figures) -> list[int]:
    """Places of the cells that are not plainly right, in the order of the form."""
    cells = tuple(form.cells.values())
    odd = [place for place in figures.text if cells[place].kind.numeric]
    for alike in _numeric(form):
        found = alike.take(figures.numbers)
        if not all_plain(alike.kind, found if figures.full else [number for number in found if number is not None]):
            odd += [place for place in alike.places if _not_plain(cells[place].kind, figures.numbers[place])]
    odd += [place for place, kind in _worded(form) if not plain(kind, figures.values[place])]
    if not _AS_NUMBERS.issuperset([entry.format for entry in figures.entries]):
        odd += [place for place, entry in enumerate(figures.entries) if _disguised(cells[place], entry)]
    return sorted(set(odd))


def _disguised(cell: Cell, entry: Entry) -> bool:
    """Whether a figure was typed in a cell that shows it as a date or a percentage."""
    typed = cell.total is None or entry.formula is None
    return typed and cell.kind.numeric and entry.value.number is not None and entry.format not in _AS_NUMBERS


def _not_plain(kind: Kind, number: Number | None) -> bool:
    return number is not None and not all_plain(kind, (number,))


def _judged(cell: Cell, entry: Entry) -> Finding | None:
    value = entry.value
    refused = refused_by(cell.kind, value)
    if cell.total is not None and entry.place and entry.value.number is None:
        return None  # what stands there instead of the formula is told by TOTAL-TYPED or TOTAL-EDITED
    if refused and not _without_result(entry):
        return _wrong(cell, entry, refused)
    if _disguised(cell, entry):
        return _finding(cell, entry, _family(cell), entry.format)
    if cell.kind.value == "amount" and value.number is not None and places_of(value.number) > cell.kind.places:
        return _finding(cell, entry, "TYPE-FEE", "places")
    return None


def _without_result(entry: Entry) -> bool:
    """A formula that has no stored result is asked about by ENTRY-FORMULA; its text is no figure."""
    return entry.formula is not None and (entry.cached is None or entry.cached.kind == "blank")


def _wrong(cell: Cell, entry: Entry, refused: frozenset[str]) -> Finding:
    if not cell.kind.numeric:
        return _finding(cell, entry, "TYPE-WORD", "choice" if "enum" in refused else "like")
    if entry.value.number is None:
        return _finding(cell, entry, _family(cell), "text" if reading_of(cell, entry.value) is None else "reading")
    if _disguised(cell, entry):
        return _finding(cell, entry, _family(cell), f"{entry.format}-wrong")
    case = "negative" if "minimum" in refused else "large" if "maximum" in refused else "fraction"
    return _finding(cell, entry, _family(cell), case)


def _family(cell: Cell) -> str:
    return "TYPE-FEE" if cell.kind.value == "amount" else "TYPE-INT"


def reading_of(cell: Cell, value: Value) -> Number | None:
    """What a text spells, as long as that may stand in the cell: 1.5件 is no number of 件."""
    found = reading(value.raw, cell.kind.unit) if isinstance(value.raw, str) else None
    return None if found is None or refused_by(cell.kind, understand(found)) else found


def _finding(cell: Cell, entry: Entry, rule: str, case: str) -> Finding:
    value = entry.value
    understood = reading_of(cell, value) if case == "reading" else None
    shown = "" if value.number is None else shown_as(value.number, entry.format)
    facts = {
        "found": value.text,
        "reading": "" if understood is None else digits(understood),
        "unit": cell.kind.unit,
        "places": str(cell.kind.places),
        "least": digits(0 if cell.kind.least is None else cell.kind.least),
        "most": "" if cell.kind.most is None else digits(cell.kind.most),
        "shown": shown,
        "typed": _typed(shown),
        "choices": "、".join(cell.kind.choices or ("是", "否")),
    }
    return Finding(
        rule,
        f"{rule}[{cell.address}]",
        words.finding(rule, case).severity,
        case,
        (cell.address,),
        digest([(cell.address, value)]),
        (entry.place,) if entry.place else (),
        found=value.raw if value.number is None else value.number,
        facts=facts,
    )


def _typed(shown: str) -> str:
    """What somebody may have typed that became this date: 1-2 for 2024-01-02, 12:30 for a time."""
    day = _DAY.fullmatch(shown)
    return f"{int(day[1])}-{int(day[2])}" if day else shown


def _unknown(form: Form, submission: Submission) -> Iterator[Finding]:
    """Addresses and names that the form does not have, each with a known one that is like it."""
    looked = 0
    lines = {f"signoff.{line.id}" for line in form.signoff} if submission.signoff else set()
    cells = () if submission.entries.keys() <= form.cells.keys() else submission.entries
    signoff = (f"signoff.{line}" for line in submission.signoff)
    for rule, found, known in (
        ("CELL-UNKNOWN", cells, form.cells.keys()),
        ("TEXT-UNKNOWN", signoff, lines),
        ("TEXT-UNKNOWN", submission.texts, form.narratives.keys()),
    ):
        for address in found:
            if address not in known:
                looked += 1
                facts = {"address": address[:80], "near": _near(address, known) if looked <= _NEAR else ""}
                key = f"{rule}[{address}]"
                yield Finding(rule, key, words.finding(rule).severity, "any", (address,), facts=facts)


def _near(address: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  loaded for a slip only

    near = get_close_matches(address[:200], known, 1)
    return f"（是不是 {near[0]}？）" if near else ""
