"""Random consistent submissions of any form, and one slip planted in each: what was touched, what a hint says of it."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise

from tianbao.checks import Context, check_submission
from tianbao.checks.diagnose import is_hint
from tianbao.findings import Finding
from tianbao.forms import library
from tianbao.forms.model import Form
from tianbao.forms.sums import sum_of, with_totals
from tianbao.rules.expr import Compare, Ref, refs
from tianbao.submission import Agency, Entry, Submission
from tianbao.values import Number, Value, plain, understand
from tianbao.workbook.formula import total_formula
from tianbao.workbook.layout import layout_of

TEXT = "本年度没有发出收费通知，没有收取信息处理费；与上年相比没有大的变化，各项工作按要求完成。"
Figures = dict[str, Number]

_BUSY = {"natural": 0.35, "business": 0.1, "decisions": 0.6}
"""How often a cell of these columns is not 0; others are mostly 0."""


@dataclass(frozen=True)
class Planted:
    """A slip: figures as they then stand, the cells touched, and the figures as they should be."""

    figures: Figures
    touched: frozenset[str]
    right: Figures


def consistent(form: Form, seed: random.Random) -> Figures:
    """Figures, totals included, that break no rule: mostly 0 and small numbers, some columns busier than others."""
    for _ in range(1_000):
        busy = {cell.address: _busy(cell.address, seed) for cell in form.cells.values()}
        inputs: Figures = {
            address: _figure(cell.kind.value, cell.kind.places, busy[address], seed)
            for address, cell in form.cells.items()
            if cell.total is None
        }
        _balance(form, inputs, seed)
        figures = totalled(form, inputs)
        if not findings(form, figures):
            return figures
    raise AssertionError(f"no consistent submission of {form.id} found")


def _busy(address: str, seed: random.Random) -> float:
    column = address.rpartition(".")[2]
    return _BUSY.get(column) or seed.choice((0.02, 0.05, 0.2))


def _figure(kind: str, places: int, busy: float, seed: random.Random) -> Number:
    if seed.random() >= busy:
        return 0
    number = seed.randint(1, seed.choice((3, 3, 9, 9, 30, 99, 400)))
    if kind == "amount":
        return Decimal(number * 10 + seed.randint(0, 9)) / Decimal(10) ** min(places, 2)
    return seed.choice((number, -number)) if kind == "change" else number


def _balance(form: Form, inputs: Figures, seed: random.Random) -> None:
    """Raise an input on the smaller side of each equation that is not the sum of a total."""
    for rule in form.rules:
        for instance in rule.instances:
            expr = instance.expr
            if not isinstance(expr, Compare) or expr.operator != "=" or any(ref.scope for ref in refs(expr)):
                continue
            figures = totalled(form, inputs)
            left, right = (int(sum(figures[ref.address] for ref in refs(side))) for side in (expr.left, expr.right))
            own = [ref.address for ref in refs(expr.left if left < right else expr.right) if ref.address in inputs]
            if own and left != right:
                inputs[seed.choice(own)] += abs(left - right)


def totalled(form: Form, figures: Mapping[str, Number], given: Mapping[str, Number] | None = None) -> Figures:
    """The figures with every total computed, but for those given."""
    fixed = {address: understand(number) for address, number in (given or {}).items()}
    done = with_totals(form, {address: understand(number) for address, number in figures.items()}, fixed)
    return {address: value.counted for address, value in done.items()}


@cache
def _formulas(form_id: str, edition: str) -> dict[str, str]:
    form = library.load(form_id, edition)
    layout = layout_of(form)
    return {cell.address: total_formula(cell, layout) for cell in form.cells.values() if cell.total is not None}


def submission(form: Form, figures: Figures, *, workbook: bool = False) -> Submission:
    """As JSON, where every total is a figure of its own; or as a workbook, where a total that is right is a formula."""
    entries = {}
    for place, (address, cell) in enumerate(form.cells.items()):
        value = understand(figures[address])
        formula = None
        if workbook and cell.total is not None and _sum(form, address, figures) == figures[address]:
            formula = _formulas(form.id, form.edition)[address]
        entries[address] = Entry(
            value, f"表!A{place + 1}" if workbook else "", formula, value if formula else None, intact=bool(formula)
        )
    texts = dict.fromkeys(form.narratives, TEXT)
    return Submission(form.id, form.edition, form.years[0], Agency("示例区档案局"), entries, texts)


def _sum(form: Form, address: str, figures: Figures) -> Number:
    def value(ref: Ref) -> Value:
        return understand(figures[ref.address])

    return sum_of(form.cells[address], value)


def findings(form: Form, figures: Figures, *, workbook: bool = False) -> tuple[Finding, ...]:
    """What the check says of them."""
    made = submission(form, figures, workbook=workbook)
    return check_submission(form, made, Context(edition_due=form.edition))[0]


# ---- slips ----

Plant = Callable[[Form, Figures, random.Random, bool], Planted | None]


def _planted(form: Form, right: Figures, changes: Mapping[str, Number], follow: bool) -> Planted | None:
    """The changes made; totals follow where they are formulas."""
    figures = {**right, **changes}
    if follow:
        typed = {address: number for address, number in changes.items() if form.cells[address].total is not None}
        figures = totalled(form, figures, typed)
    touched = frozenset(address for address in figures if figures[address] != right[address])
    return Planted(figures, touched, right) if touched else None


def _inputs(form: Form, figures: Figures, least: int = 0) -> list[str]:
    return [
        address
        for address, cell in form.cells.items()
        if cell.total is None and cell.kind.value == "count" and figures[address] >= least
    ]


def _lines(form: Form) -> Iterator[list[list[str]]]:
    """The rows of every block, and its columns, as lists of addresses."""
    for section in form.sections:
        for block in section.blocks:
            addresses = [cell.address for cell in block.cells]
            wide = len(block.column_leaves())
            yield [addresses[at : at + wide] for at in range(0, len(addresses), wide)]
            yield [addresses[at::wide] for at in range(wide)]


def changed(form: Form, right: Figures, seed: random.Random, follow: bool) -> Planted | None:
    """Any input, any other number near it; in JSON a total as well."""
    cells = _inputs(form, right)
    if not follow:
        cells += [address for address, cell in form.cells.items() if cell.total is not None]
    address = seed.choice(cells)
    by = seed.choice((1, 1, 2, 3, seed.randint(1, 30)))
    number = right[address] + (by if right[address] < by else seed.choice((by, -by)))
    return _planted(form, right, {address: number}, follow)


def swapped(form: Form, right: Figures, seed: random.Random, follow: bool) -> Planted | None:
    """12 ↔ 21."""
    cells = [address for address in _inputs(form, right, 10) if len(set(str(right[address]))) > 1]
    if not cells:
        return None
    address = seed.choice(cells)
    digits = str(right[address])
    spots = [at for at, (one, other) in enumerate(pairwise(digits)) if one != other]
    at = seed.choice(spots)
    return _planted(form, right, {address: int(digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :])}, follow)


def lost(form: Form, right: Figures, seed: random.Random, follow: bool) -> Planted | None:
    """12 → 1."""
    cells = _inputs(form, right, 10)
    if not cells:
        return None
    address = seed.choice(cells)
    digits = str(right[address])
    at = seed.randrange(len(digits))
    return _planted(form, right, {address: int(digits[:at] + digits[at + 1 :])}, follow)


def doubled(form: Form, right: Figures, seed: random.Random, follow: bool) -> Planted | None:
    """12 → 122."""
    cells = _inputs(form, right, 1)
    if not cells:
        return None
    address = seed.choice(cells)
    digits = str(right[address])
    at = seed.randrange(len(digits))
    return _planted(form, right, {address: int(digits[: at + 1] + digits[at:])}, follow)


def moved(form: Form, right: Figures, seed: random.Random, follow: bool) -> Planted | None:
    """Some of a figure in another column of its row."""
    pairs = [
        (here, there)
        for rows in _lines(form)
        for row in rows
        for here in set(row) & set(_inputs(form, right, 1))
        for there in set(row) & set(_inputs(form, right)) - {here}
        if here.rpartition(".")[0] == there.rpartition(".")[0]
    ]
    if not pairs:
        return None
    here, there = seed.choice(sorted(pairs))
    by = seed.choice((1, int(right[here])))
    return _planted(form, right, {here: right[here] - by, there: right[there] + by}, follow)


def twice(form: Form, right: Figures, seed: random.Random, follow: bool) -> Planted | None:
    """The same figure in a second, empty cell of its row."""
    pairs = [
        (here, there)
        for rows in _lines(form)
        for row in rows
        for here in set(row) & set(_inputs(form, right, 1))
        for there in set(row) & set(_inputs(form, right)) - {here}
        if not right[there]
    ]
    if not pairs:
        return None
    here, there = seed.choice(sorted(pairs))
    return _planted(form, right, {there: right[here]}, follow)


def split(form: Form, right: Figures, seed: random.Random, follow: bool) -> Planted | None:
    """12 as 1 | 2 in neighbouring cells."""
    pairs = [
        pair
        for lines in _lines(form)
        for line in lines
        for pair in pairwise(line)
        if set(pair) <= set(_inputs(form, right)) and min(right[address] for address in pair) == 0
        and sum(right[address] for address in pair) >= 10 and "0" not in str(sum(right[address] for address in pair))
    ]  # fmt: skip
    if not pairs:
        return None
    one, other = seed.choice(sorted(pairs))
    digits = str(right[one] + right[other])
    at = seed.randrange(1, len(digits))
    return _planted(form, right, {one: int(digits[:at]), other: int(digits[at:])}, follow)


def shifted(form: Form, right: Figures, seed: random.Random, follow: bool) -> Planted | None:
    """The entries of a row or column one cell further, or all in the next, empty row or column."""
    inputs = set(_inputs(form, right))
    changes: list[Mapping[str, Number]] = []
    for lines in _lines(form):
        for line in lines:
            run = [address for address in line if address in inputs]
            values = [right[address] for address in run]
            if sum(1 for value in values if value) > 1:
                changes += [dict(zip(run, [0, *values[:-1]], strict=True))] if not values[-1] else []
                changes += [dict(zip(run, [*values[1:], 0], strict=True))] if not values[0] else []
        for one, other in pairwise(lines):
            pairs = [pair for pair in zip(one, other, strict=True) if set(pair) <= inputs]
            sides = [sum(1 for pair in pairs if right[pair[side]]) for side in (0, 1)]
            if min(sides) == 0 and max(sides) > 1:
                changes.append({here: right[there] for pair in pairs for here, there in (pair, pair[::-1])})
    return _planted(form, right, seed.choice(changes), follow) if changes else None


def left(form: Form, right: Figures, seed: random.Random, follow: bool) -> Planted | None:
    """A total, or all totals of a row or column, left at 0."""
    totals = [address for address, cell in form.cells.items() if cell.total is not None and right[address]]
    whole = [
        [address for address in line if form.cells[address].total is not None and right[address]]
        for lines in _lines(form)
        for line in lines
        if form.cells[line[0]].total is not None or form.cells[line[-1]].total is not None
    ]
    chosen = seed.choice([[address] for address in totals] + [line for line in whole if len(line) > 1] or [[]])
    return _planted(form, right, dict.fromkeys(chosen, 0), follow) if chosen else None


SLIPS: Mapping[str, Plant] = {
    "changed": changed, "swapped": swapped, "lost": lost, "doubled": doubled, "moved": moved, "twice": twice,
    "split": split, "shifted": shifted, "left": left,
}  # fmt: skip


def outcome(form: Form, planted: Planted, *, workbook: bool) -> str:
    """unseen: nothing broken; silent; named: the hint's cells were touched and its values are right; wrong."""
    made = submission(form, planted.figures, workbook=workbook)
    found = check_submission(form, made, Context(edition_due=form.edition))[0]
    of_form = {rule.id for rule in form.rules}
    if not any(finding.rule in of_form and finding.severity != "notice" for finding in found):
        return "unseen"
    hints = [finding for finding in found if is_hint(finding.rule)]
    if not hints:
        return "silent"
    return "named" if all(_right(form, hint, planted) for hint in hints) else "wrong"


def _right(form: Form, hint: Finding, planted: Planted) -> bool:
    """Whether the hint would bring back what was there, and changes nothing that was not touched."""
    said = re.findall("(?<=改为 )[0-9.]+", str(hint.facts["changes_zh"]) + str(hint.facts["also_zh"]))
    right = [plain(planted.right[address]) for address in hint.addresses if address in planted.touched]
    return len(right) == len(hint.addresses) and (said == right or len(right) > len(said) > 1)


def table(counts: Mapping[tuple[str, str], Counter[str]]) -> str:
    """The counts as lines: kind of file and slip, planted, unseen, named, silent, wrong."""
    kinds = ("unseen", "named", "silent", "wrong")
    lines = [f"{'file':9}{'slip':9}{'planted':>8}" + "".join(f"{kind:>8}" for kind in kinds)]
    for (file, slip), found in counts.items():
        lines.append(f"{file:9}{slip:9}{found.total():>8}" + "".join(f"{found[kind]:>8}" for kind in kinds))
    return "\n".join(lines)
