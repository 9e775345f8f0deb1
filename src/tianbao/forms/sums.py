"""Totals as the sheet's formulas give them, and the checksum over all figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import mul

from tianbao.forms.model import Cell, Form
from tianbao.rules.evaluate import Lookup, total_of
from tianbao.rules.expr import Ref
from tianbao.values import Number, Value, rounded, understand

CHECKSUM_MODULI = (9973, 9967)
"""Two primes below 10 000: the code shows two groups of four digits."""


def sum_of(cell: Cell, lookup: Lookup) -> Number:
    """What the formula of a total shows over the values that `lookup` gives."""
    if cell.total is None:
        raise ValueError(f"{cell.address} is no total")
    number = total_of(cell.total, lookup)
    return rounded(number, cell.kind.places) if cell.kind.value == "amount" else number


def with_totals(form: Form, values: Mapping[str, Value], given: Mapping[str, Value]) -> dict[str, Value]:
    """The values with every total computed, but for those in `given`, which stand as they are."""
    done: dict[str, Value] = {}

    def value(ref: Ref) -> Value:
        address = ref.address
        if address not in done:
            cell = form.cells[address]
            if address in given:
                done[address] = given[address]
            elif cell.total is None:
                done[address] = values.get(address) or understand(None)
            else:
                done[address] = understand(sum_of(cell, value))
        return done[address]

    for address in form.cells:
        value(Ref(address))
    return {address: done[address] for address in form.cells}


def totals_in_order(form: Form) -> tuple[Cell, ...]:
    """The totals of a form, those that are parts of others first."""
    done: dict[str, Cell] = {}

    def visit(cell: Cell) -> None:
        if cell.total is not None and cell.address not in done:
            for ref in cell.total.refs:
                visit(form.cells[ref.address])
            done[cell.address] = cell

    for cell in form.cells.values():
        visit(cell)
    return tuple(done.values())


@lru_cache(maxsize=16)
def checksum_weights(form: Form) -> Mapping[str, tuple[int, int]]:
    """Two weights for every figure, by its place in the form."""
    figures = [cell for cell in form.cells.values() if cell.kind.numeric]
    return {
        cell.address: (place + 1, (37 * place * place + 11 * place + 5) % 211 + 1) for place, cell in enumerate(figures)
    }


def checksum(form: Form, value: Callable[[str], Value]) -> str:
    """数据校验码, such as 0415-8821: compares a stamped paper copy with the file. Blanks and texts count as 0.

    Amounts count in whole smallest units (分); what is left of a count after the point is rounded in the sum.
    """
    return checksum_of(form, [value(address).counted for address in form.cells])


def checksum_of(form: Form, counted: Sequence[Number]) -> str:
    """The same over what every cell counts, in the order of the form."""
    weighing = _weighing(form)
    figures = list(counted)
    for place, factor in weighing.amounts:
        figures[place] = rounded(figures[place] * factor, 0)
    groups = [
        int(rounded(sum(map(mul, figures, weights)), 0)) % modulus
        for weights, modulus in zip(weighing.weights, CHECKSUM_MODULI, strict=True)
    ]
    return f"{groups[0]:04d}-{groups[1]:04d}"


@dataclass(frozen=True, slots=True)
class _Weighing:
    """Both weights of every cell (0 for words), and the places of amounts with their smallest units in one."""

    weights: tuple[tuple[int, ...], tuple[int, ...]]
    amounts: tuple[tuple[int, int], ...]


@lru_cache(maxsize=16)
def _weighing(form: Form) -> _Weighing:
    weights = checksum_weights(form)
    first, second = (tuple(weights.get(address, (0, 0))[group] for address in form.cells) for group in (0, 1))
    amounts = [(place, cell.kind.places) for place, cell in enumerate(form.cells.values()) if cell.kind.places]
    return _Weighing((first, second), tuple((place, 10**places) for place, places in amounts))
