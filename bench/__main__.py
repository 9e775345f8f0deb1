"""python -m bench [bulk [--all]]: each verb beside bare libraries, interleaved in one run; medians and ratios."""

import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import jsonschema
import openpyxl
import xlsxwriter

from bench import bulk, stamp
from tianbao.forms import library
from tianbao.forms.schema import submission_schema
from tianbao.intake.received import Received
from tianbao.report.document import Document, Grid
from tianbao.report.docx import render_docx
from tianbao.report.official import official_report
from tianbao.submission import Submission, of_json, to_data
from tianbao.verbs.check import check_received
from tianbao.workbook.plan import BookPlan, Issue
from tianbao.workbook.write import content_of, filled, plan_of, template

ROUNDS = 9
EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "waishi-2023.json"


def main() -> None:
    """Prints a line for each pair."""
    form = library.load("gov-disclosure", "2021")
    submission = of_json(EXAMPLE.read_text("utf-8"))
    book = filled(form, submission)
    schema = submission_schema(form)
    empty, full = plan_of(content_of(form, Issue(2023))), plan_of(content_of(form, Issue(2023), submission))
    document = official_report(form, submission)
    received = Received("x.xlsx", book, None)
    for name, ours, bare in (
        ("template", lambda: template(form, Issue(2023)), lambda: _bare_xlsxwriter(empty)),
        ("fill", lambda: filled(form, submission), lambda: _bare_xlsxwriter(full)),
        ("check", lambda: list(check_received(received)), lambda: _bare_check(book, schema, submission)),
        ("report docx", lambda: render_docx(document), lambda: _bare_docx(document)),
        ("--help", lambda: _process("-m", "tianbao", "--help"), lambda: _process("-c", _CLICK, "--help")),
    ):
        mine, theirs = interleaved(ours, bare)
        print(f"{name:12} tianbao {mine * 1000:8.1f} ms   bare {theirs * 1000:8.1f} ms   ratio {mine / theirs:5.2f}")


def interleaved(
    ours: Callable[[], object], bare: Callable[[], object], clock: Callable[[], float] = time.perf_counter
) -> tuple[float, float]:
    """Medians of both, in turn, after one warm-up of each."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 1):
        for place, run in enumerate((ours, bare)):
            start = clock()
            run()
            if turn:
                times[place].append(clock() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def _bare_xlsxwriter(plan: BookPlan) -> bytes:
    """The same cells and formulas with XlsxWriter alone: one format, no locks, validations or stored results."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    look = book.add_format({"border": 1})
    for sheet_plan in plan.sheets:
        sheet = book.add_worksheet(sheet_plan.name)
        for item in sheet_plan.items:
            first, last = item.area.first, item.area.last
            if first != last:
                sheet.merge_range(first.row, first.column, last.row, last.column, "", look)
            content = f"={item.formula}" if item.formula else item.content
            sheet.write(first.row, first.column, content, look)
    book.close()
    return out.getvalue()


def _bare_check(data: bytes, schema: dict[str, object], submission: Submission) -> int:
    """What one would script: openpyxl for values and again for formulas, jsonschema over the cells."""
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    formulas = openpyxl.load_workbook(io.BytesIO(data))
    seen = sum(1 for sheet in formulas for row in sheet.iter_rows() for cell in row if cell.value is not None)
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(to_data(submission)))
    return len(values.sheetnames) + seen + len(errors)


def _bare_docx(document: Document) -> bytes:
    """The same tables with python-docx, row by row (its table.cell would be quadratic)."""
    made = docx.Document()
    for item in document.content:
        if isinstance(item, Grid):
            table = made.add_table(item.rows, item.columns)
            for row, cells in zip(table.rows, _by_row(item), strict=True):
                places = row.cells
                for column, text in cells:
                    places[column].text = text
        else:
            made.add_paragraph(item.text)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _by_row(grid: Grid) -> Iterator[list[tuple[int, str]]]:
    for row in range(grid.rows):
        yield [(cell.column, cell.text) for cell in grid.cells if cell.row == row]


_CLICK = """
import click
@click.group()
def main(): "a bare group"
for name in ("forms", "template", "fill", "check", "report", "rules"):
    main.add_command(click.Command(name, help=name))
main()
"""


def _process(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["bulk"]:
        bulk.main(sys.argv[2:])
        raise SystemExit
    print(f"medians of {ROUNDS}; Python {sys.version.split()[0]}; {json.dumps(library.DEFAULT_FORM)}")
    main()
    stamp.main()
