"""Which correction is named: the most plausible one, and none where several are equally good.

The order: one figure; a pattern over several; an amount in the wrong cell. Within a step there must be exactly one;
or else exactly one that shows a slip, and strongly: digits swapped, a whole figure in the wrong cell. Where one of
several figures would do and a pattern too, or a pattern and an amount in the wrong cell, nothing is named.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tianbao.checks.diagnosis import patterns
from tianbao.checks.diagnosis.correct import Correction, Search
from tianbao.checks.diagnosis.slips import Evidence, Slip, slip_of
from tianbao.checks.diagnosis.system import System

_PATTERNS = (
    ("HINT-JOIN", patterns.joined),
    ("HINT-SHIFT", patterns.shifted),
    ("HINT-SHIFT", patterns.neighbouring),
    ("HINT-TOTALS", patterns.left_out),
)

_TELLING = 3
"""A whole figure of this size in the wrong cell is told from an amount that merely fits."""

_TWO_DIGITS = 10
_RIVALS = 6
"""System of two digits and more that may compete before a slip in one of them tells nothing."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A correction and what the slip is called: rule and case of the hint."""

    rule: str
    slip: Slip
    correction: Correction


@dataclass(frozen=True, slots=True)
class Choice:
    """`possible`: whether any correction was found at all; `best`: the one to name, if there is one."""

    possible: bool
    best: Diagnosis | None = None


def choose(search: Search) -> Choice:
    """The correction that satisfies all targets of the search and is better than any other."""
    single = [_single(search, correction) for correction in search.single()]
    if len(single) == 1:
        return Choice(True, single[0])
    pattern = list(_patterns(search))
    if single:
        return Choice(True, None if pattern or _crowded(search, single) else _clear(single))
    moves = [_move(search, correction) for correction in search.moves()]
    found = pattern or moves
    return Choice(bool(found), None if pattern and moves else _clear(found))


def _crowded(search: Search, single: list[Diagnosis]) -> bool:
    """Whether so many figures of several digits would do that one of them shows a slip by mere chance."""
    rivals = [address for found in single for address, _ in found.correction.changes]
    return sum(1 for address in rivals if search.system.free[address] >= _TWO_DIGITS) > _RIVALS


def _clear(found: list[Diagnosis]) -> Diagnosis | None:
    """The only one, or the only one that the figures speak for, and strongly."""
    spoken = found if len(found) == 1 else [one for one in found if one.slip.evidence != "none"]
    return spoken[0] if len(spoken) == 1 and (spoken == found or spoken[0].slip.evidence == "strong") else None


def _single(search: Search, correction: Correction) -> Diagnosis:
    ((address, right),) = correction.changes
    slip = slip_of(search.system, search.lines, address, right)
    if typed_over(search.system, address):
        slip = replace(slip, evidence="strong")
    return Diagnosis("HINT-CELL", slip, correction)


def typed_over(system: System, address: str) -> bool:
    """Whether the total lost its formula while others have theirs: then it is the total that went wrong."""
    entries = system.submission.entries
    return system.form.cells[address].total is not None and any(entry.intact for entry in entries.values())


def _patterns(search: Search) -> Iterator[Diagnosis]:
    seen: set[frozenset[tuple[str, object]]] = set()
    for rule, undone in _PATTERNS:
        for slip, changes in undone(search.system, search.lines):
            correction = search.correction(changes)
            if correction and frozenset(correction.changes) not in seen:
                seen.add(frozenset(correction.changes))
                yield Diagnosis(rule, slip, correction)


def _move(search: Search, correction: Correction) -> Diagnosis:
    addresses = [address for address, _ in correction.changes]
    axis = next(lines.axis for lines in search.lines if any({*addresses} <= set(line) for line in lines.lines))
    return Diagnosis("HINT-MOVE", Slip(axis, _evidence(search, correction), axis=axis), correction)


def _evidence(search: Search, correction: Correction) -> Evidence:
    """Of an amount moved: strong where a whole figure stands in a cell that should be empty, and the right cell is."""
    before = [search.system.free[address] for address, _ in correction.changes]
    if min(before) > 0:
        return "none"
    whole = [number for _, number in correction.changes] == before[::-1]
    return "strong" if whole and max(before) >= _TELLING else "some"
