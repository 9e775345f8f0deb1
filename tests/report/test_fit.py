"""Letter size and column widths of the official tables."""

from dataclasses import replace

import pytest

from tests.report import samples
from tianbao.report.document import Grid
from tianbao.report.fit import PAD_X, POINT, TEXT_WIDTH, WORD_LETTER, fit

WIDE = ("11398889", "10234", "0", "0", "11409123", *["12345"] * 10)


@pytest.mark.parametrize(
    "grid",
    [samples.table_two(), samples.table_three(), samples.table_four(), samples.table_four(WIDE)],
    ids=["two", "three", "four", "four with long figures"],
)
def test_official_tables_fit_a_page_at_a_readable_size(grid: Grid) -> None:
    fitted = fit(grid)
    assert fitted.whole
    assert 7.5 <= fitted.size <= 10.5
    assert sum(fitted.widths) == pytest.approx(TEXT_WIDTH)
    for cell in grid.cells:
        if cell.role == "value" and cell.column_span == 1:
            room = fitted.widths[cell.column] - 2 * PAD_X
            assert len(cell.text) * WORD_LETTER * fitted.size * POINT <= room + 1e-6


def test_widths_of_the_grid_are_kept_where_nothing_needs_room() -> None:
    grid = samples.table_two()
    widths = fit(grid).widths
    assert [width / widths[1] for width in widths] == pytest.approx([1.4, 1, 1, 1])


def test_nothing_fits() -> None:
    fitted = fit(samples.table_four(("9" * 16,) * 15))
    assert fitted.size == 6
    assert fitted.widths == pytest.approx((TEXT_WIDTH / 15,) * 15)


def test_a_table_longer_than_a_page_keeps_its_size() -> None:
    grid = samples.table_four()
    notes = ("注" * 40,) * 100
    fitted = fit(replace(grid, notes=notes))
    assert (fitted.whole, fitted.size) == (False, 10.5)
