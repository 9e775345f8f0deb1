"""Form and submission → the official report as a Document: order, titles and merged tables of the form."""

import re

from tianbao.forms.grid import Grid as FormGrid
from tianbao.forms.grid import grid_of
from tianbao.forms.model import Form, Section
from tianbao.forms.sums import checksum
from tianbao.report.document import Document, Grid, GridCell, Heading, Paragraph
from tianbao.submission import Submission

_SUBHEADING = re.compile(r"（[一二三四五六七八九十]+）[^。；]{1,30}")
"""A short line such as （一）主动公开情况 is a heading of the second level."""


def official_report(form: Form, submission: Submission, stamp: str = "") -> Document:
    """The report of one agency. Figures are printed as they were reported."""
    content: list[Heading | Paragraph | Grid] = []
    for section in form.sections:
        if section.print_title:
            content.append(Heading(section.title))
        if section.blocks:
            content.append(_table(section, submission))
        else:
            content += paragraphs(submission.texts.get(section.id, ""))
    return Document(
        _title(form, submission),
        "zh-CN",
        tuple(content),
        stamp,
        (f"数据校验码：{checksum(form, submission.value)}",),
    )


def paragraphs(text: str) -> list[Heading | Paragraph]:
    """The lines of a narrative; blank lines are left out."""
    lines = [line.strip(" \u3000\u00a0\t") for line in text.splitlines()]
    return [Heading(line, 2) if _SUBHEADING.fullmatch(line) else Paragraph(line) for line in lines if line]


def _title(form: Form, submission: Submission) -> tuple[str, ...]:
    name = " ".join(submission.agency.name.split())
    rest = form.report_title("", submission.year)
    whole = form.report_title(name, submission.year)
    return (name, rest) if whole == name + rest else (whole,)


def _table(section: Section, submission: Submission) -> Grid:
    grid = grid_of(section)
    cells = tuple(
        GridCell(
            box.row,
            box.column,
            box.row_span,
            box.column_span,
            submission.value(box.address).text if box.role == "value" else box.text,
            box.role,
            box.address or None,
        )
        for box in grid.boxes
    )
    return Grid(
        section.id,
        section.title,
        grid.rows,
        grid.columns,
        grid.header_rows,
        cells,
        _widths(grid),
        section.notes,
    )


def _widths(grid: FormGrid) -> tuple[float, ...]:
    """Relative widths: innermost row labels wide, grouping labels narrow, figures even."""
    values = grid.columns - grid.left
    if not grid.left:
        return (1.0,) * values
    share = 1.0 if values > 4 else 1.6
    return (*(1.2,) * (grid.left - 1), 3.2 if values > 4 else 2.4, *(share,) * values)
