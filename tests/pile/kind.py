"""A kind of workbook that may arrive: what was done to it, and what must come out."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.pile.base import YEAR, Filled, consistent
from tests.pile.truth import Expectation, Thing

Change = Callable[[Filled, random.Random], bytes | None]
"""Damages the workbook in place; or gives bytes that are no longer to be rewritten."""


@dataclass(frozen=True)
class Kind:
    """`rewritable`: other programs may save the result again and nothing else comes out."""

    change: Change
    expectation: Expectation
    suffix: str = ".xlsx"
    edition: str = "2021"
    year: int = YEAR
    rewritable: bool = True


def thing(name: str, kind: Kind, chance: random.Random, agency: str) -> Thing:
    """A consistent workbook to which that was done."""
    made = consistent(chance, agency, kind.edition, kind.year)
    data = kind.change(made, chance)
    return Thing(name, made.bytes() if data is None else data, kind.expectation, kind.suffix)
