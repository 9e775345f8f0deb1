"""python -m bench.hot: what a check costs beside reading, compiled beside walked, in turn; time of the processor.

Each pair gives the same answer: the figures of one clean workbook, of one with slips, and each part of the way.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import jsonschema

from bench.__main__ import EXAMPLE, ROUNDS, interleaved
from tianbao.checks import Context, check_submission, figures_of, rules, types
from tianbao.feedback.check_json import submission_data
from tianbao.forms import library
from tianbao.forms.model import Form
from tianbao.forms.schema import submission_schema
from tianbao.submission import Entry, Submission, of_json, to_data
from tianbao.values import understand
from tianbao.verbs.check import checked_submission
from tianbao.workbook.read import read
from tianbao.workbook.write import filled

REPEAT = 20
"""One call takes microseconds: this many stand between two looks at the clock."""


def main() -> None:
    """Prints a line for each pair."""
    gc.disable()  # as timeit does: the libraries beside us would be looked through again and again
    form = library.load("gov-disclosure", "2021")
    clean = read(filled(form, of_json(EXAMPLE.read_text("utf-8"))), library.load)
    slips = {"requests.new.natural": 9, "requests.granted.legal": "12件", "requests.new.other": None}
    placed = {address: replace(clean.entries[address], value=understand(raw)) for address, raw in slips.items()}
    for name, submission in (("clean", clean), ("three slips", _with(clean, placed))):
        _print(name, form, submission)


def _with(submission: Submission, entries: dict[str, Entry]) -> Submission:
    return replace(submission, entries={**submission.entries, **entries})


def _print(name: str, form: Form, submission: Submission) -> None:
    context = Context(edition_due=form.edition)
    seen = replace(context, figures=figures_of(form, submission))
    validator = jsonschema.Draft202012Validator(submission_schema(form))
    schema_and_walk: dict[str, Callable[[], object]] = {
        "types": lambda: list(validator.iter_errors(to_data(submission))),
        "rules": lambda: [found for *_, found in rules.outcomes(form, submission, context) if found.state != "holds"],
    }
    ours: dict[str, Callable[[], object]] = {
        "types": lambda: list(types.check(form, submission, seen)),
        "rules": lambda: rules.judge(form, submission, seen),
    }
    for part, walked in schema_and_walk.items():
        _pair(f"{name}: {part}", ours[part], walked)

    def whole() -> str:
        data = submission_data(checked_submission("x.xlsx", None, submission, form), form, "zh")
        return json.dumps(data, ensure_ascii=False, default=str)

    def by_walk() -> object:
        return [walked() for walked in schema_and_walk.values()]

    _pair(f"{name}: whole check and JSON", whole, by_walk)
    _pair(f"{name}: checks alone", lambda: check_submission(form, submission, context), by_walk)


def _pair(name: str, ours: Callable[[], object], walked: Callable[[], object]) -> None:
    mine, theirs = interleaved(_often(ours), _often(walked), time.process_time)
    mine, theirs = mine / REPEAT * 1e6, theirs / REPEAT * 1e6
    print(f"{name:36} compiled {mine:7.0f} µs   schema and walk {theirs:7.0f} µs   ratio {mine / theirs:6.3f}")


def _often(run: Callable[[], object]) -> Callable[[], None]:
    def many() -> None:
        for _ in range(REPEAT):
            run()

    return many


if __name__ == "__main__":
    print(f"medians of {ROUNDS} × {REPEAT}; Python {sys.version.split()[0]}")
    main()
