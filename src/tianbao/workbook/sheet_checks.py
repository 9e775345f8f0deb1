"""The sheet 校验: a line for every rule instance, for blanks and types, for narratives, and three free ones."""

from tianbao.forms.model import Instance
from tianbao.rules.evaluate import Outcome
from tianbao.rules.expr import Compare, Words
from tianbao.values import Number, rounded
from tianbao.workbook import formula
from tianbao.workbook.a1 import Area, Place
from tianbao.workbook.layout import (
    CHECK_COLUMNS,
    CHECKS,
    CHECKS_TOP,
    DELTA,
    EXPLANATION,
    KEY,
    LEFT,
    LEVEL,
    LIGHT,
    LINK,
    RIGHT,
    RULE,
    CheckLine,
)
from tianbao.workbook.plan import Content, Item, Look, Print, SheetPlan, Slot, Tint, TintLook, Validation
from tianbao.workbook.results import ERROR, NOTICE, QUERY, Results, in_sheet

_WIDTHS = (23.0, 48.0, 8.0, 9.0, 9.0, 8.0, 11.0, 30.0, 17.0)
_GUIDE = (
    "红色“不符”的先改：点“定位”回到单元格。级别为“需说明”的，情况属实时在“说明”栏写明原因；"
    "“报送后核对”的由收件单位核对。"
)
_EXPLAIN_STOP = "说明最多 500 字，请精简。"
_KINDS = {
    "blanks": "“{subject}”表中空着或写了“/”“无”等记号的格数（没有发生的填 0）",
    "musts": "“{subject}”表中必须填写而空着的格数",
    "types": "“{subject}”表中不是数字、为负数或该填整数而带小数的格数",
    "places": "“{subject}”表中小数位数过多的金额格数",
    "text": "“{subject}”没有填写（0 表示已填写）",
}
_FREE = "（可另写一条说明：左边填编号，右边填说明）"


def checks_sheet(content: Content, results: Results, levels: dict[str, str]) -> SheetPlan:
    """The plan of the sheet 校验."""
    items = [
        _item(0, KEY, "title", "勾稽关系校验表", last=LINK),
        _item(1, KEY, "guide", _GUIDE, last=LINK),
        *(_item(CHECKS_TOP - 1, column, "head", label) for column, label in enumerate(CHECK_COLUMNS)),
    ]
    instances = {instance.key: instance for rule in content.form.rules for instance in rule.instances}
    heights = {1: 32.0, CHECKS_TOP - 1: 22.0}
    validations = []
    free = iter(free_explanations(content, levels))
    for number, line in enumerate(content.layout.lines):
        items += (
            _free(line, number, *next(free, ("", "")))
            if line.kind == "free"
            else _line(line, content, results, levels, instances)
        )
        if explainable(line, levels):
            place = Place(CHECKS, line.row, EXPLANATION)
            validations.append(
                Validation(Area(place, place), "length", None, 500, (), "说明", "情况属实时写明原因。", _EXPLAIN_STOP)
            )
        said = next((item.content for item in items[::-1] if item.area.first.column == RULE), "")
        heights[line.row] = 18.0 + 14.0 * (len(str(said)) // 27)
    last = content.layout.lines[-1].row
    lights = Area(Place(CHECKS, CHECKS_TOP, LIGHT), Place(CHECKS, last, LIGHT))
    first = Place(CHECKS, CHECKS_TOP, LIGHT)
    colours: tuple[tuple[str, TintLook], ...] = (
        (formula.FAIL, "fail"),
        (formula.PASS, "pass"),
        (formula.OPEN, "waiting"),
    )
    tints = tuple(Tint((lights,), f'${_letter(LIGHT)}{first.row + 1}="{word}"', look) for word, look in colours)
    return SheetPlan(
        CHECKS,
        tuple(items),
        _WIDTHS,
        heights,
        tuple(validations),
        tints,
        (CHECKS_TOP, RULE),
        Print(landscape=True, one_page=False, repeat_rows=(CHECKS_TOP - 1, CHECKS_TOP - 1)),
        filter=Area(Place(CHECKS, CHECKS_TOP - 1, KEY), Place(CHECKS, last, EXPLANATION)),
    )


def _letter(column: int) -> str:
    return chr(65 + column)


def _item(
    row: int,
    column: int,
    look: Look,
    content: object = None,
    *,
    last: int | None = None,
    text: str = "",
    slot: Slot | None = None,
) -> Item:
    area = Area(Place(CHECKS, row, column), Place(CHECKS, row, column if last is None else last))
    return Item(area, look, content, text, slot=slot)  # type: ignore[arg-type]


def explainable(line: CheckLine, levels: dict[str, str]) -> bool:
    """Whether a line has an open cell for 说明."""
    return line.kind in ("free", "text") or levels.get(line.key) == QUERY


def free_explanations(content: Content, levels: dict[str, str]) -> list[tuple[str, str]]:
    """Explanations whose key has no line of its own that may be explained: they go to the free lines."""
    own = {line.key for line in content.layout.lines if explainable(line, levels)}
    return [(key, text) for key, text in content.explanations.items() if key not in own and text.strip()]


def _free(line: CheckLine, number: int, key: str, text: str) -> list[Item]:
    row = line.row
    return [
        _item(row, KEY, "open", key or None, slot=("free-key", str(number))),
        _item(row, RULE, "check-text", _FREE),
        *(_item(row, column, "check-text") for column in range(LEVEL, EXPLANATION)),
        _item(row, EXPLANATION, "open", text or None, slot=("free-text", str(number))),
        _item(row, LINK, "check-text"),
    ]


def _line(
    line: CheckLine,
    content: Content,
    results: Results,
    levels: dict[str, str],
    instances: dict[str, Instance],
) -> list[Item]:
    row = line.row
    explanation = content.explanations.get(line.key)
    explained = (
        _item(row, EXPLANATION, "open", explanation, slot=("explanation", line.key))
        if explainable(line, levels)
        else _item(row, EXPLANATION, "check-text")
    )
    head = [
        _item(row, KEY, "check", line.key),
        _item(row, LEVEL, "check", levels.get(line.key, ERROR)),
        explained,
    ]
    if line.kind == "rule":
        instance = instances[line.key]
        return [*head, *_rule_items(row, instance, content, results), _link(row, instance, content)]
    section = content.form.section(line.subject)
    sentence = _KINDS[line.kind].format(subject=section.short if section.blocks else section.title)
    count = results.counts[line.key]
    counted = _count_formula(line, content)
    light = f'IF({_letter(LEFT)}{row + 1}=0,"{formula.PASS}","{formula.FAIL}")'
    difference = f"{_letter(LEFT)}{row + 1}-{_letter(RIGHT)}{row + 1}"
    counts: Slot = ("count", line.key)
    optional = line.kind == "text" and levels[line.key] == NOTICE
    if optional:
        counted, sentence = "", f"“{section.title}”可以不填"
    target = content.layout.places.get(line.subject) or content.layout.places[section.cells[0].address]
    return [
        *head,
        _item(row, RULE, "check-text", sentence),
        _item(row, LEFT, "check-number", count, text=counted, slot=counts if counted else None),
        _item(row, RIGHT, "check-number", 0),
        _item(row, DELTA, "check-number", count, text=difference, slot=counts),
        _item(row, LIGHT, "light", results.lights[line.key], text=light, slot=("light", line.key)),
        _link_to(row, target),
    ]


def _count_formula(line: CheckLine, content: Content) -> str:
    section = content.form.section(line.subject)
    layout = content.layout
    if line.kind == "text":
        return f"IF({formula.text_length(layout.places[line.subject].full)}=0,1,0)"
    if line.kind == "places":
        return formula.too_many_places(section.cells, layout)
    if line.kind == "types":
        return formula.type_errors(section.cells, layout)
    policy = "ask" if line.kind == "blanks" else "must"
    return formula.blanks((cell.address for cell in section.cells if cell.kind.blank == policy), layout)


def _rule_items(row: int, instance: Instance, content: Content, results: Results) -> list[Item]:
    outcome, expr = results.outcomes[instance.key], instance.expr
    light = results.lights[instance.key]
    lit: Slot = ("light", instance.key)
    said = _item(row, RULE, "check-text", instance.sentence)
    empty = [_item(row, column, "check-number") for column in (LEFT, RIGHT, DELTA)]
    if not in_sheet(instance):
        return [said, *empty, _item(row, LIGHT, "light", light)]
    if not isinstance(expr, Compare) or any(
        isinstance(term, Words) for total in (expr.left, expr.right) for _, term in total.terms
    ):
        return [
            said,
            *empty,
            _item(row, LIGHT, "light", light, text=formula.light(formula.degree(expr, content.layout)), slot=lit),
        ]
    left, right = f"{_letter(LEFT)}{row + 1}", f"{_letter(RIGHT)}{row + 1}"
    test = formula.compared(expr, left, right)
    guarded = (
        f'IF({formula.guard(expr, content.layout)}>0,"{formula.OPEN}",IF({test},"{formula.PASS}","{formula.FAIL}"))'
    )
    sides = [formula.side(side, content.layout) for side in (expr.left, expr.right)]
    delta = f"ROUND({left}-{right},6)"
    return [
        said,
        _item(row, LEFT, "check-number", outcome.left, text=sides[0], slot=("left", instance.key)),
        _item(row, RIGHT, "check-number", outcome.right, text=sides[1], slot=("right", instance.key)),
        _item(row, DELTA, "check-number", _delta(outcome), text=delta, slot=("delta", instance.key)),
        _item(row, LIGHT, "light", light, text=f'IFERROR({guarded},"{formula.OPEN}")', slot=lit),
    ]


def _delta(outcome: Outcome) -> Number:
    return rounded((outcome.left or 0) - (outcome.right or 0), 6)


def _link(row: int, instance: Instance, content: Content) -> Item:
    return _link_to(row, content.layout.places[instance.addresses[0]])


def _link_to(row: int, place: Place) -> Item:
    area = Area(Place(CHECKS, row, LINK), Place(CHECKS, row, LINK))
    return Item(area, "link", str(place), link=f"internal:{place.full.split('!')[0]}!{place.a1}")
