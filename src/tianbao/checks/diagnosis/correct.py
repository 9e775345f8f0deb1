"""Corrections: changes of a few figures that satisfy every rule they are meant to and break none that held."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from tianbao.checks.diagnosis.grid import Lines, lines_of
from tianbao.checks.diagnosis.system import Condition, Equation, System, Weights, allowed
from tianbao.values import COMPARE_PLACES, Number, rounded, tidy

MOST_TRIED = 20_000
"""Changes that are tried for one submission; where the broken rules allow more there is no hint."""


class TooMany(Exception):
    """More changes would have to be tried than a hint is worth."""


@dataclass
class Budget:
    """How many changes may still be tried for a submission."""

    left: int = MOST_TRIED

    def spend(self) -> None:
        """Count one. Raises TooMany."""
        self.left -= 1
        if self.left < 0:
            raise TooMany


@dataclass(frozen=True, slots=True)
class Correction:
    """`changes`: the figures to correct, with their right values; `also`: totals that follow, with theirs."""

    changes: tuple[tuple[str, Number], ...]
    also: tuple[tuple[str, Number], ...] = ()


@dataclass
class Search:
    """One hunt for corrections of `system` that satisfy all of `targets` (keys of broken rules)."""

    system: System
    targets: frozenset[str]
    budget: Budget

    @cached_property
    def lines(self) -> tuple[Lines, ...]:
        """Rows and columns of the form."""
        return lines_of(self.system.form)

    @cached_property
    def wanted(self) -> tuple[Equation, ...]:
        """The equations among the targets, those with the fewest figures first."""
        found = [equation for equation in self.system.equations if equation.key in self.targets]
        return tuple(sorted(found, key=lambda equation: len(equation.weights)))

    @cached_property
    def _equations(self) -> Mapping[str, tuple[Equation, ...]]:
        found: dict[str, list[Equation]] = {}
        for equation in self.system.equations:
            for figure in equation.weights:
                found.setdefault(figure, []).append(equation)
        return {figure: tuple(equations) for figure, equations in found.items()}

    @cached_property
    def _conditions(self) -> Mapping[str, tuple[Condition, ...]]:
        found: dict[str, list[Condition]] = {}
        for condition in self.system.conditions:
            for figure in condition.figures:
                found.setdefault(figure, []).append(condition)
        return {figure: tuple(conditions) for figure, conditions in found.items()}

    def correction(self, changes: Weights) -> Correction | None:
        """The correction that these changes make; None where they leave a target broken or do other harm."""
        self.budget.spend()
        system = self.system
        changes = {address: number for address, number in changes.items() if number != system.free[address]}
        if not changes or not self._balanced(changes):
            return None
        also = system.following(changes)
        values = {**changes, **also}
        if not all(allowed(system.form.cells[address], number) for address, number in values.items()):
            return None
        touched = {condition.key: condition for figure in changes for condition in self._conditions.get(figure, ())}
        for condition in touched.values():
            if (condition.held or condition.key in self.targets) and not system.holds(condition, values):
                return None
        if any(condition.key in self.targets - touched.keys() for condition in system.conditions):
            return None
        return Correction(tuple(changes.items()), tuple(also.items()))

    def _balanced(self, changes: Weights) -> bool:
        """Whether every equation among the targets comes right and none that held goes wrong."""
        grown = {address: number - self.system.free[address] for address, number in changes.items()}
        touched = {equation.key: equation for figure in changes for equation in self._equations.get(figure, ())}
        if any(equation.key not in touched for equation in self.wanted):
            return False
        for equation in touched.values():
            if equation.residual and equation.key not in self.targets:
                continue
            left = equation.residual + sum(equation.weights.get(figure, 0) * by for figure, by in grown.items())
            if rounded(left, COMPARE_PLACES):
                return False
        return True

    def single(self) -> Iterator[Correction]:
        """One figure changed to the one value that the smallest broken equation leaves for it."""
        first = self.wanted[0]
        for figure, weight in first.weights.items():
            found = self.correction({figure: self.system.free[figure] + _quotient(-first.residual, weight)})
            if found:
                yield found

    def moves(self) -> Iterator[Correction]:
        """An amount taken from one figure and added to another of the same row or column, with the same unit."""
        first, *others = self.wanted
        seen: set[frozenset[str]] = set()
        for figure, mate in self._mates(first):
            if frozenset((figure, mate)) in seen:
                continue
            seen.add(frozenset((figure, mate)))
            self.budget.spend()
            slope = first.weights.get(figure, 0) - first.weights.get(mate, 0)
            if not slope:
                continue
            by = _quotient(-first.residual, slope)
            if any(
                rounded(
                    other.residual + by * (other.weights.get(figure, 0) - other.weights.get(mate, 0)), COMPARE_PLACES
                )
                for other in others
            ):
                continue
            found = self.correction({figure: self.system.free[figure] + by, mate: self.system.free[mate] - by})
            if found:
                yield found

    def _mates(self, equation: Equation) -> Iterator[tuple[str, str]]:
        cells, free = self.system.form.cells, self.system.free
        for lines in self.lines:
            for line in lines.lines:
                for figure in line:
                    if figure in equation.weights:
                        for mate in line:
                            if mate != figure and mate in free and cells[mate].kind.unit == cells[figure].kind.unit:
                                yield figure, mate


def _quotient(number: Number, by: Number) -> Number:
    if by in (1, -1):
        return number * by
    return tidy(Decimal(number) / Decimal(by))
