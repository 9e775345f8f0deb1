"""Rule tree → Excel text, for Excel 2007 and later, WPS and LibreOffice. No formula is typed by hand elsewhere.

Holds is 1, broken 0, undecided 0.5, joined by MIN and MAX as in rules/evaluate.py. A text where a number is due is told
from blanks and marks by the same list that values.py uses.
"""

from collections.abc import Container, Iterable, Iterator, Mapping

from tianbao.forms.model import Cell, Form, Kind
from tianbao.forms.sums import CHECKSUM_MODULI, checksum_weights
from tianbao.rules.expr import (
    And,
    Compare,
    Constant,
    Expr,
    Filled,
    Implies,
    Length,
    Mentions,
    Not,
    Or,
    Ref,
    Sum,
    Term,
    Times,
    Total,
    Words,
)
from tianbao.values import BLANK_SPACES, COMPARE_PLACES, MARK_LIST, plain
from tianbao.workbook.a1 import Area, Place, areas
from tianbao.workbook.layout import CHECKS, IDENTITY, Layout

PASS, FAIL, OPEN, LATER = "通过", "不符", "待填", "报送后核对"
"""The lights: holds, broken, undecided, and what only the receiving office can check."""

_OPERATORS = {"=": "=", "!=": "<>", "<=": "<=", ">=": ">=", "<": "<", ">": ">"}


def total_formula(cell: Cell, layout: Layout) -> str:
    """The formula of a total cell, on its own sheet."""
    if cell.total is None:
        raise ValueError(f"{cell.address} is no total")
    text = _sum(cell.total, layout, layout.places[cell.address].sheet)
    return f"ROUND({text},{cell.kind.places})" if cell.kind.value == "amount" else text


def side(total: Total, layout: Layout, home: str = CHECKS) -> str:
    """One side of a comparison as a number; whatever is no number counts as 0."""
    out = ""
    for sign, term in total.terms:
        text = _term(term, layout, home)
        out += text if not out and sign > 0 else f"{'+' if sign > 0 else '-'}{text}"
    return out


def guard(expr: Compare, layout: Layout, home: str = CHECKS) -> str:
    """How many operands are texts where a number is due, or texts that are still empty: above 0 means undecided."""
    figures: list[Ref] = []
    parts = []
    for total in (expr.left, expr.right):
        for _, term in total.terms:
            inner = term.term if isinstance(term, Times) else term
            if isinstance(inner, Length):
                parts.append(f"({_term(inner, layout, home)}=0)")
            else:
                figures += inner.refs if isinstance(inner, Sum) else [inner] if isinstance(inner, Ref) else []
    if figures:
        parts[:0] = [_texts(area.text(home)) for area in areas(layout.places[ref.address] for ref in figures)]
    return "+".join(parts) or "0"


def compared(expr: Compare, left: str, right: str) -> str:
    """Whether the comparison holds between two numbers, as a condition."""
    return f"ROUND({left}-{right},{COMPARE_PLACES}){_OPERATORS[expr.operator]}0"


def degree(expr: Expr, layout: Layout, home: str = CHECKS) -> str:
    """1, 0 or 0.5 as a formula."""

    def joined(name: str, tests: Iterable[Expr]) -> str:
        return f"{name}({','.join(degree(test, layout, home) for test in tests)})"

    match expr:
        case Compare(left, operator, right):
            words = [term for total in (left, right) for _, term in total.terms if isinstance(term, Words)]
            if words:
                return _word_test(expr, operator == "=", layout, home)
            test = compared(expr, f"({side(left, layout, home)})", f"({side(right, layout, home)})")
            return f"IF({guard(expr, layout, home)}>0,0.5,IF({test},1,0))"
        case Filled(ref):
            return f"IF(ISNUMBER({_is_mark(_place(ref, layout, home))}),0,1)"
        case Mentions(ref, text):
            place = _place(ref, layout, home)
            return f'IF(LEN({_trimmed(place)})=0,0.5,IF(ISNUMBER(FIND("{text}",{place})),1,0))'
        case Not(test):
            return f"(1-{degree(test, layout, home)})"
        case And(tests):
            return joined("MIN", tests)
        case Or(tests):
            return joined("MAX", tests)
        case Implies(premise, conclusion):
            return f"MAX(1-{degree(premise, layout, home)},{degree(conclusion, layout, home)})"


def light(value: str) -> str:
    """The light over a degree in one cell or formula."""
    return f'IF({value}=1,"{PASS}",IF({value}=0,"{FAIL}","{OPEN}"))'


def blanks(addresses: Iterable[str], layout: Layout) -> str:
    """How many of the cells hold nothing or a mark."""
    found = areas(layout.places[address] for address in addresses)
    return "+".join(f"SUMPRODUCT(--ISNUMBER({_is_mark(area.text(CHECKS))}))" for area in found) or "0"


def type_errors(cells: Iterable[Cell], layout: Layout) -> str:
    """How often numeric cells hold a text, a number out of bounds, or a count with a fraction."""
    parts = []
    numeric = [cell for cell in cells if cell.kind.numeric]
    for kind in dict.fromkeys(cell.kind for cell in numeric):
        least = 0 if kind.least is None and kind.value != "change" else kind.least
        for area in areas(layout.places[cell.address] for cell in numeric if cell.kind == kind):
            text = area.text(CHECKS)
            parts.append(_texts(text))
            if least is not None:
                parts.append(f'COUNTIF({text},"<{plain(least)}")')
            if kind.most is not None:
                parts.append(f'COUNTIF({text},">{plain(kind.most)}")')
            if kind.value != "amount":
                parts.append(_fractions(text))
    return "+".join(parts) or "0"


def too_many_places(cells: Iterable[Cell], layout: Layout) -> str:
    """How many amounts have more decimals than they may have."""
    parts = []
    for cell in cells:
        if cell.kind.value == "amount" and cell.total is None:
            number = f"N({layout.places[cell.address].full})"
            parts.append(f"(ROUND({number},{cell.kind.places})<>{number})")
    return "+".join(("0", *parts))


def wrong_here(kind: Kind, place: str) -> str:
    """Whether a numeric cell holds what its kind does not allow; a condition over one cell of the same sheet."""
    tests = [f"{place}<>ROUND({place},{kind.places})"]
    least = 0 if kind.least is None and kind.value != "change" else kind.least
    if least is not None:
        tests.append(f"{place}<{plain(least)}")
    if kind.most is not None:
        tests.append(f"{place}>{plain(kind.most)}")
    return f"IF(ISNUMBER({place}),OR({','.join(tests)}),LEN(TRIM({place}))>0)"


def text_length(place: str) -> str:
    """Characters of a text without spaces and line breaks."""
    text = place
    for character in (*(f'"{space}"' for space in BLANK_SPACES), "CHAR(10)", "CHAR(13)", "CHAR(9)"):
        text = f'SUBSTITUTE({text},{character},"")'
    return f"LEN({text})"


def checksum_formula(form: Form, layout: Layout) -> str:
    """数据校验码 over all figures, from the hidden sheet; the same code as forms/sums.checksum."""
    weights = checksum_weights(form)
    whole = [address for address in weights if not form.cells[address].kind.places]
    groups = []
    for group, modulus in enumerate(CHECKSUM_MODULI):
        by_place = {layout.places[address]: weights[address][group] for address in whole}
        parts = [
            f"SUMPRODUCT({area.text(IDENTITY)},{_constants(area, by_place)})" for area in _by_block(form, layout, whole)
        ]
        parts += [
            _amount_part(form.cells[address], layout, weights[address][group], modulus)
            for address in weights
            if form.cells[address].kind.places
        ]
        total = f"ROUND({'+'.join(parts) or '0'},0)"
        groups.append(f'TEXT({total}-{modulus}*INT({total}/{modulus}),"0000")')
    return '&"-"&'.join(groups)


def _amount_part(cell: Cell, layout: Layout, weight: int, modulus: int) -> str:
    """An amount in its smallest unit, brought below the modulus first: large sums stay exact in a sheet's 15 digits."""
    units = f"ROUND(N({layout.places[cell.address].full})*{10**cell.kind.places},0)"
    return f"{weight}*({units}-{modulus}*INT({units}/{modulus}))"


def _by_block(form: Form, layout: Layout, wanted: Container[str]) -> Iterator[Area]:
    for section in form.sections:
        for block in section.blocks:
            yield from areas(layout.places[cell.address] for cell in block.cells if cell.address in wanted)


def _constants(area: Area, weights: Mapping[Place, int]) -> str:
    """{1,2;3,4}: the weights of an area as a constant array."""
    rows = [
        ",".join(
            str(weights[Place(area.first.sheet, row, column)])
            for column in range(area.first.column, area.last.column + 1)
        )
        for row in range(area.first.row, area.last.row + 1)
    ]
    return "{" + ";".join(rows) + "}"


def _term(term: Term, layout: Layout, home: str) -> str:
    match term:
        case Ref():
            return f"N({_place(term, layout, home)})"
        case Constant(number):
            return plain(number)
        case Times(factor, inner):
            return f"{plain(factor.number)}*{_term(inner, layout, home)}"
        case Length(ref):
            return text_length(_place(ref, layout, home))
        case Sum():
            return _sum(term, layout, home)
        case Words():
            raise TypeError("a text has no number: the compiler refuses such a rule")


def _sum(term: Sum, layout: Layout, home: str) -> str:
    found = areas(layout.places[ref.address] for ref in term.refs)
    return f"SUM({','.join(area.text(home) for area in found)})"


def _word_test(expr: Compare, equal: bool, layout: Layout, home: str) -> str:
    sides = []
    for total in (expr.left, expr.right):
        term = total.terms[0][1]
        sides.append(f'"{term.text}"' if isinstance(term, Words) else _trimmed(_place_of(term, layout, home)))
    return f"IF(EXACT({sides[0]},{sides[1]}),{int(equal)},{int(not equal)})"


def _place_of(term: Term, layout: Layout, home: str) -> str:
    if not isinstance(term, Ref):
        raise TypeError("a word is compared with a cell: the compiler refuses anything else")
    return _place(term, layout, home)


def _place(ref: Ref, layout: Layout, home: str) -> str:
    place = layout.places[ref.address]
    return Area(place, place).text(home)


def _trimmed(text: str) -> str:
    for space in BLANK_SPACES[1:]:
        text = f'SUBSTITUTE({text},"{space}"," ")'
    return f"TRIM({text})"


def _is_mark(text: str) -> str:
    return f'FIND("|"&{_trimmed(text)}&"|","{MARK_LIST}")'


def _texts(area: str) -> str:
    """How many cells of an area are neither number nor blank nor mark; an error value counts as one."""
    return f"IFERROR(SUMPRODUCT((1-ISNUMBER({area}))*ISERROR({_is_mark(area)})),1)"


def _fractions(area: str) -> str:
    """How many numbers of an area are shown with a decimal separator."""
    found = [f'ISNUMBER(FIND("{separator}",{area}&""))' for separator in (".", ",")]
    return f"IFERROR(SUMPRODUCT(ISNUMBER({area})*({'+'.join(found)})),0)"
