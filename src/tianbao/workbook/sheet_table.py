"""A sheet for one table: official merged headings, entries, totals by formula, and the lights beside and below it."""

from collections import defaultdict
from collections.abc import Iterator

from tianbao.forms.grid import Box, Grid
from tianbao.forms.model import Cell, Instance, Kind, Section
from tianbao.values import plain
from tianbao.workbook import formula
from tianbao.workbook.a1 import Area, Place, areas
from tianbao.workbook.layout import COVER, COVER_CHECKSUM, TABLE_TOP
from tianbao.workbook.plan import Content, Item, Look, Print, SheetPlan, Slot, Tint, Validation
from tianbao.workbook.results import Results, blank_count, in_sheet

_HEAD_LOOKS: dict[str, Look] = {"title": "subtitle", "corner": "corner", "column": "head", "row": "row-head"}
_WIDE_TABLE = 12
"""Tables with more columns than this print across the page."""
_PROMPT_LIMIT, _TITLE_LIMIT = 255, 32
_PAGE_UPRIGHT, _PAGE_ACROSS = 96.0, 132.0
"""Widths, in characters, that A4 takes at a readable size."""
_LABEL_ROOM = 3
"""Columns before the first light that suffice for the rule's words."""
_GROUP_WIDTHS, _LABEL_WIDTH, _ROW_HEIGHT = (7.0, 10.0), 30.0, 24.0


def table_sheet(section: Section, content: Content, results: Results) -> SheetPlan:
    """The plan of a table's sheet."""
    grid = content.layout.grids[section.id]
    foot = TABLE_TOP + grid.rows
    local = list(_local_lights(section, content, results, foot + 3 + len(section.notes)))
    items = [
        Item(_area(section, 0, 0, 0, grid.columns - 1), "title", section.title),
        *(_box(box, section, content) for box in grid.boxes),
        *_below(section, content, grid, foot),
        *local,
    ]
    widths = _widths(grid)
    return SheetPlan(
        section.sheet,
        tuple(items),
        (*widths, 12.0),
        _heights(grid, widths, foot, section.notes)
        | {item.area.first.row: 26.0 for item in local if item.area.first.row > foot},
        tuple(_validations(section, content)),
        (*_missing(section, content), *_wrong(section, content), *_broken(content, local)),
        (TABLE_TOP + (grid.header_rows or 0), grid.left) if grid.left else (TABLE_TOP + grid.header_rows, 0),
        Print(
            landscape=grid.columns > _WIDE_TABLE,
            area=_area(section, 0, 0, foot + len(section.notes) + 1, grid.columns - 1),
            repeat_rows=(0, TABLE_TOP + grid.header_rows - 1) if grid.header_rows else None,
        ),
    )


def _area(section: Section, row: int, column: int, last_row: int, last_column: int) -> Area:
    return Area(Place(section.sheet, row, column), Place(section.sheet, last_row, last_column))


def _box(box: Box, section: Section, content: Content) -> Item:
    top = TABLE_TOP + box.row
    area = _area(section, top, box.column, top + box.row_span - 1, box.column + box.column_span - 1)
    if box.role != "value":
        return Item(area, _HEAD_LOOKS[box.role], box.text or None)
    cell = content.form.cells[box.address]
    value = content.values[box.address]
    slot: Slot = ("value", cell.address)
    if cell.total is not None:
        if cell.address in content.typed:
            return Item(area, "total", value.raw if value.number is None else value.number, slot=slot)
        return Item(area, "total", value.number, formula.total_formula(cell, content.layout), slot=slot)
    look: Look = "amount" if cell.kind.value == "amount" else "entry" if cell.kind.numeric else "open-center"
    return Item(area, look, value.raw if value.number is None else value.number, slot=slot)


def _below(section: Section, content: Content, grid: Grid, foot: int) -> Iterator[Item]:
    """Notes, and the printed line that ties a paper copy to the file."""
    last = grid.columns - 1
    for number, note in enumerate(section.notes):
        yield Item(_area(section, foot + number, 0, foot + number, last), "note", note)
    row = foot + len(section.notes)
    half = max(1, grid.columns // 2)
    # the year, not the agency: an agency's facts stand on the cover and the hidden sheet alone
    year = f"报告年度：{content.issue.year}年"
    yield Item(_area(section, row, 0, row, half - 1), "note", year, variable=True)
    code = Place(COVER, *COVER_CHECKSUM).full
    yield Item(
        _area(section, row, half, row, last),
        "seal",
        f"数据校验码：{content.checksum}",
        f'"数据校验码："&{code}',
        variable=True,
        slot=("checksum-line", ""),
    )
    asked = [cell.address for cell in section.cells if cell.kind.blank == "ask"]
    if asked:
        missing = blank_count(content, section.id, "ask")
        words = missing_words(missing)
        counted = formula.blanks(asked, content.layout)
        text = f'IF({counted}>0,"还有 "&({counted})&" 格未填（没有发生的填 0）","各格均已填写")'
        yield Item(_area(section, row + 1, 0, row + 1, last), "note", words, text, slot=("missing", section.id))


def missing_words(count: int) -> str:
    """What the line below a table says of its blanks."""
    return f"还有 {count} 格未填（没有发生的填 0）" if count else "各格均已填写"


def _local_lights(section: Section, content: Content, results: Results, top: int) -> Iterator[Item]:
    """A light beside a row or below a column for each rule instance that lies in one row or one column."""
    grid = content.layout.grids[section.id]
    beside: dict[int, list[Instance]] = defaultdict(list)
    below: dict[str, list[tuple[int, Instance]]] = defaultdict(list)
    for rule in content.form.rules:
        for instance in rule.instances:
            places = [content.layout.places[address] for address in instance.addresses]
            if not in_sheet(instance) or {place.sheet for place in places} != {section.sheet}:
                continue
            if len({place.row for place in places}) == 1:
                beside[places[0].row].append(instance)
            elif len({place.column for place in places}) == 1:
                below[rule.id].append((places[0].column, instance))
    if any(len(found) == 1 for found in beside.values()):
        header = max(grid.header_rows, 1)
        yield Item(_area(section, TABLE_TOP, grid.columns, TABLE_TOP + header - 1, grid.columns), "light", "本行核对")
    for row, found in beside.items():
        if len(found) == 1:
            yield _light(Place(section.sheet, row, grid.columns), found[0], content, results)
            continue
        for instance in found:
            below[instance.rule].append((content.layout.places[instance.addresses[0]].column, instance))
    for offset, (rule_id, columns) in enumerate(below.items()):
        row = top + offset
        said = f"{rule_id} {columns[0][1].body}"
        area = _label_area(section, row, grid, [column for column, _ in columns])
        yield Item(area, "side-label" if area.first.column == 0 else "note", said)
        for column, instance in columns:
            yield _light(Place(section.sheet, row, column), instance, content, results)


def _label_area(section: Section, row: int, grid: Grid, lights: list[int]) -> Area:
    """Room for the rule's words on the line of its lights: under the row labels, else before or behind the lights."""
    if grid.left:
        return _area(section, row, 0, row, grid.left - 1)
    if min(lights) >= _LABEL_ROOM:
        return _area(section, row, 0, row, min(lights) - 1)
    return _area(section, row, max(lights) + 1, row, max(grid.columns, max(lights) + 1))


def _light(place: Place, instance: Instance, content: Content, results: Results) -> Item:
    return Item(
        Area(place, place),
        "side-light",
        results.lights[instance.key],
        content.layout.light(instance.key).full,
        slot=("light", instance.key),
    )


def _broken(content: Content, local: list[Item]) -> Iterator[Tint]:
    """Cells of a broken rule turn red; so does the light itself, which also says so in words."""
    by_source = {content.layout.light(i.key).full: i for r in content.form.rules for i in r.instances}
    for item in local:
        if item.look != "side-light":
            continue
        place = item.area.first
        instance = by_source[item.formula]
        spans = tuple(areas(content.layout.places[address] for address in instance.addresses))
        yield Tint((*spans, item.area), f'{place.absolute}="{formula.FAIL}"', "broken")
    lights = tuple(item.area for item in local if item.look == "side-light")
    if lights:
        yield Tint(lights, f'{lights[0].first.a1}="{formula.OPEN}"', "waiting")


def _missing(section: Section, content: Content) -> Iterator[Tint]:
    asked = [c for c in section.cells if c.kind.blank in ("ask", "must") and c.total is None]
    for area in areas(content.layout.places[cell.address] for cell in asked):
        yield Tint((area,), f"LEN(TRIM({area.first.a1}))=0", "missing")


def _wrong(section: Section, content: Content) -> Iterator[Tint]:
    """A text, a number out of bounds or with too many decimals turns red, and shows all its digits."""
    numeric = [cell for cell in section.cells if cell.kind.numeric and cell.total is None]
    for kind in dict.fromkeys(cell.kind for cell in numeric):
        for area in areas(content.layout.places[cell.address] for cell in numeric if cell.kind == kind):
            yield Tint((area,), formula.wrong_here(kind, area.first.a1), "wrong")


def _validations(section: Section, content: Content) -> Iterator[Validation]:
    groups: dict[tuple[Kind, str, str], list[Cell]] = defaultdict(list)
    for cell in section.cells:
        if cell.total is None:
            leaf = (cell.row or cell.column)[-1]
            groups[(cell.kind, leaf.name, "".join(cell.helps))].append(cell)
    for (kind, label, help_text), cells in groups.items():
        for area in areas(content.layout.places[cell.address] for cell in cells):
            yield _validation(kind, label, help_text, area)


def _validation(kind: Kind, label: str, help_text: str, area: Area) -> Validation:
    """What may be typed, in words that fit Excel's limits."""
    title = label[: _TITLE_LIMIT - 1]
    unit = f"单位：{kind.unit}。" if kind.unit else ""

    def prompt(said: str) -> str:
        return (help_text + said)[:_PROMPT_LIMIT]

    if kind.value in ("yesno", "choice"):
        choices = kind.choices or ("是", "否")
        stop = "只能选下拉列表中的内容。"
        return Validation(area, "list", None, None, choices, title, prompt("请从下拉列表中选择。"), stop)
    if not kind.numeric:
        return Validation(area, "any", None, None, (), title, help_text[:_PROMPT_LIMIT] or "填写文字。")
    least = 0 if kind.least is None and kind.value != "change" else kind.least
    bounds = "" if least is None else f"不小于 {plain(least)} "
    bounds += "" if kind.most is None else f"、不大于 {plain(kind.most)} " if bounds else f"不大于 {plain(kind.most)} "
    rest = "不要写单位，不要填“/”“无”；没有的填 0。"
    if kind.value == "amount":
        said = f"填数字，最多 {kind.places} 位小数。" + unit
        stop = f"这里只能填{bounds}的数字，{rest}"
        return Validation(area, "decimal", least, kind.most, (), title, prompt(said), stop)
    whole = "填整数，减少填负数。" if kind.value == "change" else "填整数，没有的填 0。"
    stop = f"这里只能填{bounds}的整数，{rest}" if bounds else f"这里只能填整数，{rest}"
    return Validation(area, "whole", least, kind.most, (), title, prompt(whole + unit), stop)


def _widths(grid: Grid) -> tuple[float, ...]:
    """Narrow columns for headings that only group, a wide one for the innermost labels, the rest even."""
    values = grid.columns - grid.left
    page = _PAGE_ACROSS if grid.columns > _WIDE_TABLE else _PAGE_UPRIGHT
    outer = (*(_GROUP_WIDTHS * grid.left)[: max(0, grid.left - 1)], _LABEL_WIDTH) if grid.left else ()
    share = min(20.0, max(7.5, (page - sum(outer)) / values))
    return (*outer, *(round(share, 1),) * values)


def _heights(grid: Grid, widths: tuple[float, ...], foot: int, notes: tuple[str, ...]) -> dict[int, float]:
    """Rows as high as their longest label needs at its width; a label that spans rows shares them."""
    heights = {TABLE_TOP + row: _ROW_HEIGHT for row in range(grid.rows)}
    for box in grid.boxes:
        if box.row_span > 1 or not box.text:
            continue
        room = sum(widths[box.column : box.column + box.column_span]) / 2.1
        lines = -(-len(box.text) // max(1, int(room)))
        row = TABLE_TOP + box.row
        heights[row] = max(heights[row], 8.0 + 14.0 * lines)
    width = sum(widths) / 2.1
    below = {foot + line: 8.0 + 14.0 * -(-len(note) // int(width)) for line, note in enumerate(notes)}
    last = foot + len(notes)
    return {0: 36.0, **heights, **below, last: 22.0, last + 1: 22.0}
