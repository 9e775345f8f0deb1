"""Documents made by hand: a small one, a whole report with the official tables, and one of hostile text."""

from dataclasses import replace

from tianbao.report.document import Document, Grid, GridCell, Heading, Paragraph, Role

COMPANIES = ("商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")
RESULTS = (
    ("（一）予以公开", ()),
    ("（二）部分公开（区分处理的，只计这一情形，不计其他情形）", ()),
    (
        "（三）不予公开",
        (
            "1.属于国家秘密",
            "2.其他法律行政法规禁止公开",
            "3.危及“三安全一稳定”",
            "4.保护第三方合法权益",
            "5.属于三类内部事务信息",
            "6.属于四类过程性信息",
            "7.属于行政执法案卷",
            "8.属于行政查询事项",
        ),
    ),
    (
        "（四）无法提供",
        (
            "1.本机关不掌握相关政府信息",
            "2.没有现成信息需要另行制作",
            "3.补正后申请内容仍不明确",
        ),
    ),
    (
        "（五）不予处理",
        (
            "1.信访举报投诉类申请",
            "2.重复申请",
            "3.要求提供公开出版物",
            "4.无正当理由大量反复申请",
            "5.要求行政机关确认或重新出具已获取信息",
        ),
    ),
    (
        "（六）其他处理",
        (
            "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
            "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
            "3.其他",
        ),
    ),
    ("（七）总计", ()),
)
VERDICTS = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")


def cell(row: int, column: int, rows: int, columns: int, text: str, role: Role) -> GridCell:
    """A heading or band."""
    return GridCell(row, column, rows, columns, text, role)


def figure(section: str, row: int, column: int, text: str, columns: int = 1) -> GridCell:
    """A value with an address made of its place."""
    return GridCell(row, column, 1, columns, text, "value", f"{section}.r{row}.c{column}")


def table_two() -> Grid:
    """表二: four blocks on one grid of 4 × 14."""
    cells: list[GridCell] = []
    row = 0
    for title, heads, labels in (
        (
            "第二十条第（一）项",
            ("本年制发件数", "本年废止件数", "现行有效件数"),
            ("规章", "行政规范性文件"),
        ),
        ("第二十条第（五）项", ("本年处理决定数量",), ("行政许可",)),
        ("第二十条第（六）项", ("本年处理决定数量",), ("行政处罚", "行政强制")),
        ("第二十条第（八）项", ("本年收费金额（单位：万元）",), ("行政事业性收费",)),
    ):
        cells += [cell(row, 0, 1, 4, title, "title"), cell(row + 1, 0, 1, 1, "信息内容", "corner")]
        span = 3 // len(heads)
        cells += [cell(row + 1, 1 + span * i, 1, span, head, "column") for i, head in enumerate(heads)]
        row += 2
        for label in labels:
            cells.append(cell(row, 0, 1, 1, label, "row"))
            cells += [figure("disclosure", row, 1 + span * i, str(row * 1000 + i), span) for i in range(len(heads))]
            row += 1
    return Grid("disclosure", "二、主动公开政府信息情况", 14, 4, 0, tuple(cells), (1.4, 1, 1, 1))


def table_three() -> Grid:
    """表三: 10 × 28 with the official merges."""
    cells = [
        cell(0, 0, 3, 3, "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", "corner"),
        cell(0, 3, 1, 7, "申请人情况", "column"),
        cell(1, 3, 2, 1, "自然人", "column"),
        cell(1, 4, 1, 5, "法人或其他组织", "column"),
        cell(1, 9, 2, 1, "总计", "column"),
        *(cell(2, 4 + i, 1, 1, text, "column") for i, text in enumerate(COMPANIES)),
        cell(3, 0, 1, 3, "一、本年新收政府信息公开申请数量", "row"),
        cell(4, 0, 1, 3, "二、上年结转政府信息公开申请数量", "row"),
        cell(5, 0, 22, 1, "三、本年度办理结果", "row"),
        cell(27, 0, 1, 3, "四、结转下年度继续办理", "row"),
    ]
    row = 5
    for label, leaves in RESULTS:
        if not leaves:
            cells.append(cell(row, 1, 1, 2, label, "row"))
            row += 1
            continue
        cells.append(cell(row, 1, len(leaves), 1, label, "row"))
        cells += [cell(row + i, 2, 1, 1, leaf, "row") for i, leaf in enumerate(leaves)]
        row += len(leaves)
    for line in range(3, 28):
        cells += [figure("requests", line, column, str(line * 100 + column)) for column in range(3, 10)]
    cells.sort(key=lambda box: (box.row, box.column))
    widths = (2.0, 2.4, 5.2, 1.3, 1.3, 1.3, 1.5, 1.5, 1.1, 1.2)
    return Grid("requests", "三、收到和处理政府信息公开申请情况", 28, 10, 3, tuple(cells), widths)


def table_four(values: tuple[str, ...] = tuple(map(str, range(15)))) -> Grid:
    """表四: 15 × 4 without row headings."""
    cells = [
        cell(0, 0, 1, 5, "行政复议", "column"),
        cell(0, 5, 1, 10, "行政诉讼", "column"),
        *(cell(1, i, 2, 1, text, "column") for i, text in enumerate(VERDICTS)),
        cell(1, 5, 1, 5, "未经复议直接起诉", "column"),
        cell(1, 10, 1, 5, "复议后起诉", "column"),
        *(cell(2, 5 + i, 1, 1, text, "column") for i, text in enumerate(VERDICTS * 2)),
        *(figure("appeals", 3, i, text) for i, text in enumerate(values)),
    ]
    caption = "四、政府信息公开行政复议、行政诉讼情况"
    return Grid("appeals", caption, 4, 15, 3, tuple(cells), (1.0,) * 15)


def small() -> Document:
    """A title, a paragraph and a grid of 2 × 2."""
    grid = Grid(
        "g",
        "一张表",
        2,
        2,
        1,
        (
            cell(0, 0, 1, 1, "", "corner"),
            cell(0, 1, 1, 1, "件数", "column"),
            cell(1, 0, 1, 1, "规章", "row"),
            figure("g", 1, 1, "12"),
        ),
        (1, 1),
        ("注：单位为件。",),
    )
    content = (Heading("一、总体情况"), Paragraph("本年公开信息12条。"), grid)
    return Document(("某局", "2025年政府信息公开工作年度报告"), "zh-CN", content)


def full(stamp: str = "草稿") -> Document:
    """A whole report: narratives and the three official tables."""
    overview = (
        "2025年，本局坚持以习近平新时代中国特色社会主义思想为指导，认真贯彻落实《中华人民共和国政府信息公开条例》"
        "（以下简称《条例》），坚持“公开为常态、不公开为例外”的原则，全年主动公开信息1943条，其中政策解读26条；"
        "收到政府信息公开申请62件，上年结转3件，均在法定期限内答复。"
    )
    content: tuple[Heading | Paragraph | Grid, ...] = (
        Paragraph(
            "根据《条例》第五十条规定，编制本报告。统计期限为2025年1月1日至2025年12月31日。如有疑问，请联系本局办公室。"
        ),
        Heading("一、总体情况"),
        Heading("（一）主动公开", 2),
        Paragraph(overview),
        Heading("（二）依申请公开", 2),
        Paragraph(overview + overview),
        Heading("（三）政府信息管理、平台建设和监督保障", 2),
        Paragraph(overview),
        Heading("二、主动公开政府信息情况"),
        table_two(),
        Heading("三、收到和处理政府信息公开申请情况"),
        table_three(),
        Heading("四、政府信息公开行政复议、行政诉讼情况"),
        replace(
            table_four(),
            cells=table_four(("11398889", "10234", "0", "0", "11409123", *["12345"] * 10)).cells,
        ),
        Heading("五、存在的主要问题及改进情况"),
        Paragraph(overview),
        Heading("六、其他需要报告的事项"),
        Paragraph("本年度未收取政府信息公开信息处理费。"),
    )
    footnote = ("数据校验值：3f9a-77c1-0b2e（由本报告全部数据计算）。",)
    title = ("某某市某某区人民政府外事办公室", "2025年政府信息公开工作年度报告")
    return Document(title, "zh-CN", content, stamp, footnote)


HOSTILE = (
    "<script>alert(1)</script>",
    "#panic(1) $x_1$ *b* _i_ `c` @r <l> ~ //",
    "a\\b \"c\" 'd' ]) [x] {{ 7 * 7 }} {% raw %} &amp; &#65; ${HOME} %PDF",
    "]]></w:t><w:br/>",
    "生僻字：䶮、㛃、堃、喆、赟、𬭎、𫖮、𨱏，单位㎡、℃、№、‰、①、㈠、·、—、…",
    "Pneumonoultramicroscopicsilicovolcanoconiosis" * 3,
    "  两端  空格  ",
    "http://example.invalid/a?b=c&d=e#f",
)


def hostile() -> Document:
    """What a clerk could type, or somebody who means harm, in every place that takes text."""
    values = (*HOSTILE, "12345678", "11398889", "12345", "/", "—", "", "1,234.5678")
    grid = replace(table_four(values), notes=HOSTILE, id="hostile")
    content: list[Heading | Paragraph | Grid] = []
    for text in HOSTILE:
        content += [Heading(text), Heading(text, 2), Paragraph(text)]
    return Document(HOSTILE[:2], "zh-CN", (*content, grid), HOSTILE[0], HOSTILE)
