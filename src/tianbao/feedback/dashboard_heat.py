"""The heat map of the dashboard, agencies × rules, and the bars of its charts: numbers → what the page draws."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tianbao.feedback.dashboard_tally import AgencyCount, RuleCount, Tally

MOST_AGENCIES, MOST_RULES, MOST_BARS = 60, 30, 15
_SHADES = 5


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One agency: for each rule the count and its shade (0: none), and the sum of all its findings."""

    agency: AgencyCount
    cells: tuple[tuple[RuleCount, int, int], ...]
    total: int


@dataclass(frozen=True, slots=True)
class Heat:
    """The agencies and rules that are shown, and how many with findings are not."""

    rules: tuple[RuleCount, ...]
    rows: tuple[HeatRow, ...]
    rest_agencies: int
    rest_rules: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, the class of its colour, its number, its length in percent of the longest, its share."""

    name: str
    look: str
    count: int
    length: float
    share: str

    @property
    def said(self) -> str:
        """Name and number, for those who do not see the bar."""
        return f"{self.name} {self.count}"


def heat_of(tally: Tally) -> Heat:
    """The agencies with most findings and the rules that they broke. Files without an agency have no row."""
    agencies = sorted((found for found in tally.agencies.values() if found.severities), key=lambda found: found.order)
    touched = {rule for _, rule in tally.cells}
    rules = [rule for rule in tally.rules_in_order() if rule.id in touched]
    shown, heads = agencies[:MOST_AGENCIES], rules[:MOST_RULES]
    most = max((tally.cells[agency.number, rule.id] for agency in shown for rule in heads), default=0)
    rows = tuple(
        HeatRow(
            agency,
            tuple(
                (rule, tally.cells[agency.number, rule.id], _shade(tally.cells[agency.number, rule.id], most))
                for rule in heads
            ),
            agency.severities.total(),
        )
        for agency in shown
    )
    return Heat(tuple(heads), rows, len(agencies) - len(shown), len(rules) - len(heads))


def bars(counts: Sequence[tuple[str, str, int]]) -> tuple[Bar, ...]:
    """A bar for each (name, look, count)."""
    longest = max((count for _, _, count in counts), default=0) or 1
    total = sum(count for _, _, count in counts) or 1
    return tuple(
        Bar(name, look, count, round(100 * count / longest, 2), f"{100 * count / total:.1f}%")
        for name, look, count in counts
    )


def _shade(count: int, most: int) -> int:
    """1 to 5 by orders of magnitude, so that one flood of blanks does not make all else pale."""
    if count <= 1 or most <= 1:
        return min(count, 1)
    return 1 + math.ceil((_SHADES - 1) * math.log(count) / math.log(most))
