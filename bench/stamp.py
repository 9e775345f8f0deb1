"""python -m bench.stamp: stamped workbooks beside the same workbook written by XlsxWriter, interleaved in one run.

`emit` alone is the yardstick: writing a plan that is already there, without reckoning what its formulas show.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from tianbao.checks import Context, check_submission
from tianbao.feedback.marked import CopyParts, copy_parts
from tianbao.findings import Checked, verdict_of
from tianbao.forms import library
from tianbao.forms.model import Form
from tianbao.submission import Agency, Entry, Submission, of_json
from tianbao.values import understand
from tianbao.workbook.emit import emit
from tianbao.workbook.marked import marked_plan
from tianbao.workbook.plan import BookPlan, Issue
from tianbao.workbook.stamp import press as stamp
from tianbao.workbook.stamp.marked import MarkedPress, marked_press
from tianbao.workbook.write import filled_content, plan_of

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "waishi-2023.json"
ROUNDS = 15
PER_ROUND = 20
COPIES = 40
YEAR = 2023
STORY = "本年度依法主动公开政府信息，办理依申请公开事项，健全制度，加强培训。\n" * 20
GOALS = {"filled": 25.0, "issued": 100.0, "marked": 25.0}


def main() -> None:
    """Prints a line for each kind of copy: how many times as fast as XlsxWriter, and the goal."""
    form = library.load(library.DEFAULT_FORM, "2021")
    submissions = [_submission(form, number) for number in range(COPIES)]
    plans = [plan_of(filled_content(form, found)) for found in submissions[:ROUNDS]]
    each, issues, plan = cycle(submissions), cycle([Issue(YEAR, found.agency) for found in submissions]), cycle(plans)
    published = of_json(EXAMPLE.read_text("utf-8"))
    copies = [_copy(form, _with(published, number)) for number in range(ROUNDS)]
    copy, written_copy = cycle(copies), cycle([_written(parts) for parts in copies])
    press = marked_press(form, copies[0].content.issue)
    runs: dict[str, Callable[[], object]] = {
        "filled": lambda: stamp.filled(form, next(each)),
        "issued": lambda: stamp.issued(form, next(issues)),
        "marked": lambda: _stamped(press, next(copy)),
    }
    bare: dict[str, Callable[[], object]] = {
        "filled": lambda: emit(next(plan)),
        "issued": lambda: emit(next(plan)),
        "marked": lambda: emit(next(written_copy)),
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    for _ in range(ROUNDS):
        for name, run in runs.items():
            times[name].append((_seconds(bare[name], 1), _seconds(run, PER_ROUND)))
    for name, pairs in times.items():
        written, took = (statistics.median(found) for found in zip(*pairs, strict=True))
        said = f"stamp {name:7} {took * 1000:7.2f} ms   XlsxWriter {written * 1000:7.1f} ms"
        print(f"{said}   {written / took:6.1f} times as fast (goal {GOALS[name]:.0f})")


def _with(found: Submission, number: int) -> Submission:
    """A report as it was published, with four sums that do not hold, and two more slips."""
    slips = {"requests.new.natural": f"{number}件", "requests.carried_out.natural": str(number)}
    entries = {address: Entry(understand(value)) for address, value in slips.items()}
    return replace(found, entries={**found.entries, **entries})


def _copy(form: Form, found: Submission) -> CopyParts:
    findings, undecided = check_submission(form, found, Context(edition_due=form.edition))
    return copy_parts(Checked("x.xlsx", None, verdict_of(findings), findings, undecided, found), form)


def _written(parts: CopyParts) -> BookPlan:
    return marked_plan(parts.content, parts.marks, parts.result, parts.digest)


def _stamped(press: MarkedPress, parts: CopyParts) -> bytes:
    return press.written(parts.content, parts.marks, parts.result, parts.digest)


def _seconds(run: Callable[[], object], often: int) -> float:
    start = time.perf_counter()
    for _ in range(often):
        run()
    return (time.perf_counter() - start) / often


def _submission(form: Form, number: int) -> Submission:
    """Figures in every entry, some totals broken by a blank, a text and an explanation in every place for one."""
    entries = {
        address: Entry(understand((number * 7 + place * 3) % 400))
        for place, (address, cell) in enumerate(form.cells.items())
        if cell.total is None
    }
    keys = [instance.key for rule in form.rules if rule.severity == "query" for instance in rule.instances]
    return Submission(
        form.id,
        form.edition,
        YEAR,
        Agency(f"示例区第{number}局", f"{number:03d}"),
        entries,
        texts=dict.fromkeys(form.narratives, f"第{number}件。{STORY}"),
        explanations=dict.fromkeys(keys, "情况属实"),
        signoff={line.id: "张三" for line in form.signoff},
    )


if __name__ == "__main__":
    main()
