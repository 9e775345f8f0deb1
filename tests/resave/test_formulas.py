"""References seen from their cells, moved with rows and columns, and shared where they are the same."""

import pytest

from tests.resave.book import Cell, Row, Sheet
from tests.resave.formulas import Move, moved, relative, shareable


def after_row(gone: int) -> Move:
    return lambda row, column: None if row == gone else (row - (row > gone), column)


def before_column(new: int) -> Move:
    return lambda row, column: (row, column + (column >= new))


@pytest.mark.parametrize(
    ("formula", "same"),
    [
        ("A1+B$2", ("B2+C$2", 2, 2)),
        ("SUM($A1:C1)", ("SUM($A2:D2)", 2, 2)),
        ("'三、申请'!A1&amp;\"A1\"", ("'三、申请'!B2&amp;\"A1\"", 2, 2)),
    ],
)
def test_the_same_formula_seen_from_two_cells(formula: str, same: tuple[str, int, int]) -> None:
    assert relative(formula, 1, 1) == relative(*same)


@pytest.mark.parametrize("other", ["A2+B$2", "B1+C$2", "$B2+C$2", "B2+C$3", "B2-C$2", "x!B2+C$2"])
def test_other_formulas_are_not_the_same(other: str) -> None:
    assert relative("A1+B$2", 1, 1) != relative(other, 2, 2)


@pytest.mark.parametrize(
    ("formula", "move", "result"),
    [
        ("SUM($D$7:$D$9)", after_row(8), "SUM($D$7:$D$8)"),
        ("SUM(D7:D9)", after_row(7), "SUM(D7:D8)"),
        ("SUM(D7:D7)+D8", after_row(7), "SUM(#REF!)+D7"),
        ("D7+'别的'!D9", after_row(7), "#REF!+'别的'!D9"),
        ("N('这里'!$D$7)", after_row(7), "N('这里'!#REF!)"),
        ('IF(D9="D9",LOG10(D9),D1)', after_row(5), 'IF(D8="D9",LOG10(D8),D1)'),
        ("SUM(B2:D2)+A1", before_column(3), "SUM(B2:E2)+A1"),
        ("这里!$C$4", before_column(3), "这里!$D$4"),
    ],
)
def test_formulas_move_along(formula: str, move: Move, result: str) -> None:
    assert moved(formula, move, lambda sheet: sheet in ("", "这里")) == result


def test_groups_of_cells_that_share() -> None:
    def row(number: int, *formulas: str) -> Row:
        return Row(number, "", [Cell(number, column, formula=text) for column, text in enumerate(formulas, 4)])

    sheet = Sheet("", [row(1, "A1", "A1", "$A$1"), row(2, "A2", "B1", "$A$1"), row(3, "A3", "X1", "$A$1")], "")
    groups = [[cell.name for cell in group] for group in shareable(sheet)]
    assert groups == [["D1", "D2", "D3"], ["F1", "F2", "F3"]]
    assert [len(group) for group in shareable(sheet, limit=2)] == [2, 2]
    across = Sheet("", [row(1, "A5", "B5", "C5", "D$5")], "")
    assert [[cell.name for cell in group] for group in shareable(across)] == [["D1", "E1", "F1"]]
