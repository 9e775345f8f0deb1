"""Slips that touch several cells at once and leave a pattern: a split number, a shifted line, totals left out.

Each function gives the changes that would undo such a slip wherever it may have happened; whether they mend anything
is for the search to find out.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from tianbao.checks.diagnosis.grid import Line, Lines
from tianbao.checks.diagnosis.slips import Slip
from tianbao.checks.diagnosis.system import System
from tianbao.forms.sums import sum_of
from tianbao.rules.expr import Ref
from tianbao.values import Number, Value, understand

Pattern = tuple[Slip, Mapping[str, Number]]
"""A slip and the changes that undo it."""

_FEWEST = 2
"""System other than 0 that a shifted line must have: one alone is a figure in the wrong cell. Where a shift changes no
more than this many cells it may as well be that."""

_LONGEST_JOINED = 6


def joined(system: System, lines: tuple[Lines, ...]) -> Iterator[Pattern]:
    """1 | 2 in two neighbouring cells is 12 in one of them."""
    for found in lines:
        for line in found.lines:
            for one, other in pairwise(line):
                if one in system.free and other in system.free and not _total(system, one, other):
                    for changes in _joined(system, one, other):
                        yield Slip(found.axis, "strong", axis=found.axis), changes


def _joined(system: System, one: str, other: str) -> Iterator[Mapping[str, Number]]:
    first, second = system.free[one], system.free[other]
    if not (isinstance(first, int) and isinstance(second, int) and first > 0 and second > 0):
        return
    digits = f"{first}{second}"
    if len(digits) <= _LONGEST_JOINED:
        yield {one: int(digits), other: 0}
        yield {one: 0, other: int(digits)}


def shifted(system: System, lines: tuple[Lines, ...]) -> Iterator[Pattern]:
    """The figures of a line stand one cell too far along it; nothing but 0 fell off its end."""
    for found in lines:
        for line in found.lines:
            for run in _runs(system, line):
                values = [system.free[address] for address in run]
                slip = Slip("along", "strong", axis=found.axis)
                for end, shifted_back in ((0, [*values[1:], 0]), (-1, [0, *values[:-1]])):
                    unlike = sum(1 for one, other in zip(values, shifted_back, strict=True) if one != other)
                    if not values[end] and unlike > _FEWEST:
                        yield slip, dict(zip(run, shifted_back, strict=True))


def neighbouring(system: System, lines: tuple[Lines, ...]) -> Iterator[Pattern]:
    """The figures of a line stand in the next line, which is otherwise empty; totals moved with them or stayed."""
    for found in lines:
        for one, other in pairwise(found.lines):
            pairs = [pair for pair in zip(one, other, strict=True) if pair[0] in system.free and pair[1] in system.free]
            inputs = [pair for pair in pairs if not _total(system, *pair)]
            for moved in (inputs, pairs):
                sides = [sum(1 for pair in moved if system.free[pair[side]]) for side in (0, 1)]
                if min(sides) == 0 and max(sides) >= _FEWEST:
                    filled = one if sides[0] else other
                    slip = Slip("neighbour", "strong", other=filled[0], axis=found.axis)
                    yield slip, {here: system.free[there] for pair in moved for here, there in (pair, pair[::-1])}


def left_out(system: System, lines: tuple[Lines, ...]) -> Iterator[Pattern]:
    """All totals of a line that are not the sum of their parts are 0 or empty: nobody filled them in."""
    cells = system.form.cells
    for found in lines:
        for line in found.lines:
            wrong = [address for address in line if address in system.free and cells[address].total is not None]
            if len(wrong) >= _FEWEST and not any(system.free[address] for address in wrong):
                yield Slip("any", "strong", axis=found.axis), dict(_sums(system, wrong))


def _sums(system: System, totals: list[str]) -> Iterator[tuple[str, Number]]:
    """The totals with what their parts add up to, one total being a part of another."""
    done: dict[str, Number] = {}

    def value(ref: Ref) -> Value:
        address = ref.address
        if address in totals and address not in done:
            done[address] = 0
            done[address] = sum_of(system.form.cells[address], value)
        return understand(done[address]) if address in done else system.submission.value(address)

    for address in totals:
        value(Ref(address))
        yield address, done[address]


def _runs(system: System, line: Line) -> Iterator[Line]:
    """The longest pieces of the line that hold entries only, all of one kind; and the line as a whole."""
    run: list[str] = []
    for address in (*line, ""):
        fits = address in system.free and not _total(system, address)
        if fits and run and system.form.cells[address].kind != system.form.cells[run[0]].kind:
            yield tuple(run)
            run = []
        if fits:
            run.append(address)
        elif run:
            yield tuple(run)
            run = []
    if all(address in system.free for address in line) and _total(system, *line):
        yield line


def _total(system: System, *addresses: str) -> bool:
    return any(system.form.cells[address].total is not None for address in addresses)
