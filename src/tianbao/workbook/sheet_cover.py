"""The cover 填报说明: who, which year, until when, may it be sent, how to fill in, and who signs."""

from collections.abc import Iterator

from tianbao.workbook import formula
from tianbao.workbook.a1 import Area, Place
from tianbao.workbook.layout import (
    AGENCY_LABEL,
    CHECKS,
    CHECKS_TOP,
    COVER,
    COVER_AGENCY,
    COVER_CHECKSUM,
    COVER_DEADLINE,
    COVER_INSTRUCTIONS,
    COVER_LIGHT,
    COVER_TEMPLATE,
    COVER_YEAR,
    COVER_YEAR_LABEL,
    EXPLANATION,
    IDENTITY,
    IDENTITY_KEYS,
    LEVEL,
    LIGHT,
)
from tianbao.workbook.plan import Content, Item, Look, Print, SheetPlan, Tint, TintLook, Validation
from tianbao.workbook.results import ERROR, EXPLAIN, NOT_READY, QUERY, READY, Results

_WIDTHS = (12.0, 5.0, 14.0, 14.0, 14.0, 14.0, 14.0)
_LAST = len(_WIDTHS) - 1
_DEADLINE = "（以收件单位通知为准）"


def cover_sheet(content: Content, results: Results, levels: dict[str, str]) -> SheetPlan:
    """The plan of the cover."""
    agency = content.issue.agency
    items = [
        _item(0, 0, _LAST, "title", content.form.report_title("", content.issue.year)),
        _item(1, 0, _LAST, "note", f"填报表　依据：{content.form.basis}" if content.form.basis else "填报表"),
        *_facts(content),
        *_light(content, results, levels),
        *_instructions(content),
        *_signatures(content),
    ]
    light = Place(COVER, *COVER_LIGHT)
    colours: tuple[tuple[str, TintLook], ...] = ((READY, "pass"), (EXPLAIN, "waiting"), (NOT_READY, "fail"))
    tints = [
        Tint((Area(light, Place(COVER, light.row, _LAST)),), f'{light.absolute}="{word}"', look)
        for word, look in colours
    ]
    validations = []
    if agency is None:
        name = _area(COVER_AGENCY[0], COVER_AGENCY[1], _LAST)
        tints.append(Tint((name,), f"LEN(TRIM({name.first.absolute}))=0", "missing"))
        validations.append(Validation(name, "any", title="填报单位", prompt="填单位全称，与公章一致。"))
    heights = {0: 40.0, 1: 20.0, COVER_LIGHT[0]: 36.0, COVER_LIGHT[0] + 1: 20.0}
    heights |= dict.fromkeys(range(COVER_AGENCY[0], COVER_CHECKSUM[0] + 1), 22.0)
    heights |= {COVER_INSTRUCTIONS + line: 34.0 for line in range(len(content.form.instructions))}
    first = COVER_INSTRUCTIONS + len(content.form.instructions) + 2
    heights |= {first + line: 30.0 for line in range(len(content.form.signoff))}
    return SheetPlan(COVER, tuple(items), _WIDTHS, heights, tuple(validations), tuple(tints), None, Print())


def _area(row: int, first: int, last: int) -> Area:
    return Area(Place(COVER, row, first), Place(COVER, row, last))


def _item(
    row: int,
    first: int,
    last: int,
    look: Look,
    content: str | None,
    text: str = "",
    *,
    variable: bool = False,
) -> Item:
    return Item(_area(row, first, last), look, content, text, variable=variable)


def _facts(content: Content) -> Iterator[Item]:
    agency = content.issue.agency
    year = f"{content.issue.year}年（1月1日至12月31日）"
    for (row, column), label, look, text in (
        (COVER_AGENCY, AGENCY_LABEL, "plain" if agency else "open", agency.name if agency else None),
        (COVER_YEAR, COVER_YEAR_LABEL, "plain", year),
        (COVER_DEADLINE, "报送截止", "plain", content.issue.deadline or _DEADLINE),
        (COVER_TEMPLATE, "模板编号", "plain", content.template_number),
    ):
        yield _item(row, 0, 1, "label", label)
        yield _item(row, column, _LAST, look, text, variable=True)  # type: ignore[arg-type]
    row, column = COVER_CHECKSUM
    value = Place(IDENTITY, IDENTITY_KEYS.index("checksum"), 1)
    yield _item(row, 0, 1, "label", "数据校验码")
    yield _item(row, column, _LAST, "plain", content.checksum, value.full)


def _light(content: Content, results: Results, levels: dict[str, str]) -> Iterator[Item]:
    row, column = COVER_LIGHT
    last = content.layout.lines[-1].row

    def on_checks(number: int) -> str:
        return Area(Place(CHECKS, CHECKS_TOP, number), Place(CHECKS, last, number)).text(COVER)

    name = Place(COVER, *COVER_AGENCY).absolute
    levels_at, lights_at, explained_at = on_checks(LEVEL), on_checks(LIGHT), on_checks(EXPLANATION)
    errors = f'(SUMPRODUCT(({levels_at}="{ERROR}")*({lights_at}="不符"))+({formula.text_length(name)}=0))'
    queries = f'SUMPRODUCT(({levels_at}="{QUERY}")*({lights_at}="不符")*({formula.text_length(explained_at)}=0))'
    light, error_count, query_count = results.overall(levels, content.explanations, content.issue.agency is None)
    yield _item(row, 0, 1, "label", "上报状态")
    yield _item(
        row,
        column,
        _LAST,
        "big-light",
        light,
        f'IF({errors}>0,"{NOT_READY}",IF({queries}>0,"{EXPLAIN}","{READY}"))',
    )
    yield _item(row + 1, 0, 1, "label", "校验结果")
    counted = f"“校验”表中错误 {error_count} 行，需说明而未说明 {query_count} 行"
    text = f'"“校验”表中错误 "&{errors}&" 行，需说明而未说明 "&{queries}&" 行"'
    yield _item(row + 1, column, _LAST, "plain", counted, text)


def _instructions(content: Content) -> Iterator[Item]:
    yield _item(COVER_INSTRUCTIONS - 1, 0, _LAST, "subtitle", "填报说明")
    for number, line in enumerate(content.form.instructions):
        yield _item(COVER_INSTRUCTIONS + number, 0, _LAST, "guide", f"{number + 1}. {line}")


def _signatures(content: Content) -> Iterator[Item]:
    if not content.form.signoff:
        return
    first = COVER_INSTRUCTIONS + len(content.form.instructions) + 2
    last = first + len(content.form.signoff) - 1
    yield _item(first - 1, 0, _LAST, "subtitle", "签字盖章")
    for number, line in enumerate(content.form.signoff):
        yield _item(first + number, 0, 1, "label", line.label)
        # as text: a phone number keeps its 0, a date stays as it was written
        yield _item(first + number, 2, 3, "sign", content.signoff.get(line.id))
    yield Item(Area(Place(COVER, first, 4), Place(COVER, last, _LAST)), "stamp", "（单位公章）")
