"""Totals as the sheet's formulas give them, and the checksum over all figures."""

from collections.abc import Callable, Mapping

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


def checksum_weights(form: Form) -> dict[str, tuple[int, int]]:
    """Two weights for every figure, by its place in the form."""
    figures = [cell for cell in form.cells.values() if cell.kind.numeric]
    return {
        cell.address: (place + 1, (37 * place * place + 11 * place + 5) % 211 + 1) for place, cell in enumerate(figures)
    }


def checksum(form: Form, value: Callable[[str], Value]) -> str:
    """数据校验码, such as 0415-8821: compares a stamped paper copy with the file. Blanks and texts count as 0.

    Amounts count in whole smallest units (分); what is left of a count after the point is rounded in the sum.
    """
    sums: list[Number] = [0, 0]
    for address, weights in checksum_weights(form).items():
        figure, places = value(address).counted, form.cells[address].kind.places
        if places:
            figure = rounded(figure * 10**places, 0)
        for group, weight in enumerate(weights):
            sums[group] += figure * weight
    groups = [rounded(total, 0) % modulus for total, modulus in zip(sums, CHECKSUM_MODULI, strict=True)]
    # Decimal's % keeps the sign of the dividend; the sheet's x − P·INT(x/P) does not
    positive = [int(group + modulus) % modulus for group, modulus in zip(groups, CHECKSUM_MODULI, strict=True)]
    return f"{positive[0]:04d}-{positive[1]:04d}"
