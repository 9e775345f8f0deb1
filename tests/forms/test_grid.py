"""Boxes of a table cover its grid without gap or overlap, whatever its headings."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tests import build
from tianbao.forms.grid import Box, grid_of
from tianbao.forms.model import Block, Cell, Heading, Kind, Section

trees = st.recursive(
    st.builds(lambda: Heading("叶")),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(lambda of: Heading("组", of=tuple(of))),
    max_leaves=6,
)
axes = st.lists(trees, min_size=1, max_size=3).map(tuple)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    rows, columns = draw(st.sampled_from([(axes, axes), (axes, st.just(())), (st.just(()), axes)]))
    block = Block(draw(st.sampled_from(["", "标题"])), "角", draw(rows), draw(columns), ())
    cells = tuple(
        Cell(f"t.{row}.{column}", "t", Kind(), row_leaf, column_leaf)
        for row, row_leaf in enumerate(block.row_leaves())
        for column, column_leaf in enumerate(block.column_leaves())
    )
    return Block(block.title, block.corner, block.rows, block.columns, cells)


sections = st.lists(blocks(), min_size=1, max_size=4).map(
    lambda found: Section("t", "表", "表", "表", blocks=tuple(found))
)


def covered(box: Box) -> list[tuple[int, int]]:
    return [
        (row, column)
        for row in range(box.row, box.row + box.row_span)
        for column in range(box.column, box.column + box.column_span)
    ]


@given(sections)
def test_boxes_cover_the_grid_once(section: Section) -> None:
    grid = grid_of(section)
    counts = Counter(place for box in grid.boxes for place in covered(box))
    assert set(counts) == {(row, column) for row in range(grid.rows) for column in range(grid.columns)}
    assert set(counts.values()) == {1}


@given(sections)
def test_every_cell_has_its_box_and_every_heading_its_words(section: Section) -> None:
    grid = grid_of(section)
    assert Counter(box.address for box in grid.boxes if box.role == "value") == Counter(
        cell.address for cell in section.cells
    )
    words = Counter(box.text for box in grid.boxes if box.role in ("row", "column"))

    def headings(found: tuple[Heading, ...]) -> int:
        return sum(1 + headings(heading.of) for heading in found)

    assert sum(words.values()) == sum(headings(block.rows) + headings(block.columns) for block in section.blocks)
    assert [(box.row, box.column) for box in grid.boxes] == sorted((box.row, box.column) for box in grid.boxes)


@given(sections)
def test_values_stand_below_the_headings_and_right_of_them(section: Section) -> None:
    grid = grid_of(section)
    for place in grid.blocks:
        for box in grid.boxes:
            if box.role == "value" and place.top <= box.row < place.value_top + place.rows:
                assert box.row >= place.value_top
                assert box.column >= place.left
                assert box.row_span == 1
    assert grid.header_rows == (grid.blocks[0].value_top if len(section.blocks) == 1 else 0)


def test_a_narrow_block_stretches_its_last_column() -> None:
    grid = grid_of(build.form().section("proactive"))
    fees = next(box for box in grid.boxes if box.address == "proactive.fees.amount")
    assert (fees.row, fees.column, fees.row_span, fees.column_span) == (13, 1, 1, 3)
    assert fees.merged
    assert fees.help == "以万元为单位，最多六位小数（精确到分）。"
    assert grid.header_rows == 0


def test_headings_carry_their_other_wordings() -> None:
    grid = grid_of(build.form().section("proactive"))
    assert next(box for box in grid.boxes if box.text == "现行有效件数").also == ("现行有效件",)
