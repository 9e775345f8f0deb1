"""Hints: the one correction that would settle what is broken is named, and nothing where several would do."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checks.planting import SLIPS, TEXT, consistent, findings, outcome, submission, table, totalled
from tests.conftest import examples
from tests.forms.small import GOOD, compiled, edited
from tianbao.catalogue import words
from tianbao.checks import Context, check_submission
from tianbao.checks.diagnose import is_hint
from tianbao.checks.diagnosis.correct import Budget
from tianbao.checks.diagnosis.settle import MOST_BROKEN, settled
from tianbao.checks.diagnosis.system import allowed, system_of
from tianbao.feedback.check_json import submission_data
from tianbao.feedback.wording import worded
from tianbao.findings import Finding, verdict_of
from tianbao.forms import library
from tianbao.forms.model import Form
from tianbao.submission import Agency, Entry, Submission
from tianbao.values import Number, understand
from tianbao.verbs.check import checked_submission

FORM = library.load("gov-disclosure", "2021")
RIGHT: dict[str, Number] = totalled(
    FORM,
    dict.fromkeys(FORM.cells, 0)
    | {
        "requests.new.natural": 43, "requests.carried_in.natural": 3, "requests.granted.natural": 12,
        "requests.partial.natural": 13, "requests.denied_1.natural": 4, "requests.rejected_1.natural": 14,
        "requests.carried_out.natural": 3,
        "requests.new.business": 5, "requests.granted.business": 3, "requests.denied_1.business": 2,
        "reviews.review.upheld": 12, "reviews.review.corrected": 3, "reviews.direct.upheld": 25,
    },
)  # fmt: skip

Raw = Number | str | None


def given_as(changes: dict[str, Raw], form: Form = FORM, right: dict[str, Number] = RIGHT) -> Submission:
    """JSON: totals stand as they were, whatever the changes."""
    entries = {address: Entry(understand(value)) for address, value in {**right, **changes}.items()}
    texts = dict.fromkeys(form.narratives, TEXT)
    return Submission(form.id, form.edition, form.years[0], Agency("示例区档案局"), entries, texts)


def checked(made: Submission, form: Form = FORM, previous: Submission | None = None) -> tuple[Finding, ...]:
    return check_submission(form, made, Context(previous, form.edition))[0]


def hints(found: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in found if is_hint(finding.rule)]


def said(finding: Finding, form: Form = FORM) -> str:
    return worded(finding, form, "zh").message


CASES: list[tuple[dict[str, Raw], str, str, list[str], str]] = [
    ({"requests.granted.natural": 17}, "HINT-CELL", "any", ["granted.natural"], "“（一）予以公开·自然人”由 17 改为 12"),
    ({"requests.total.natural": 0}, "HINT-CELL", "left", ["total.natural"], "由 0 改为 43，"),
    ({"requests.total.natural": None}, "HINT-CELL", "left", ["total.natural"], "由 空 改为 43，"),
    ({"requests.total.natural": 5}, "HINT-CELL", "copied", ["total.natural"], "抄了“（七）总计·商业企业”的数"),
    ({"requests.total.natural": 47}, "HINT-CELL", "twice", ["total.natural"], "把“1.属于国家秘密·自然人”加了两遍"),
    ({"requests.total.natural": 39}, "HINT-CELL", "missed", ["total.natural"], "漏加了“1.属于国家秘密·自然人”"),
    ({"requests.granted.legal": 12}, "HINT-CELL", "again", ["granted.legal"], "与“（一）予以公开·自然人”是同一个数"),
    ({"requests.granted.natural": None}, "HINT-CELL", "blank", ["granted.natural"], "由 空 改为 12"),
    ({"requests.new.natural": 34}, "HINT-CELL", "swapped", ["new.natural"], "两个数字写颠倒了"),
    ({"requests.new.natural": 4}, "HINT-CELL", "lost", ["new.natural"], "少写了一位数字"),
    ({"requests.new.natural": 433}, "HINT-CELL", "doubled", ["new.natural"], "多写了一位数字"),
    ({"requests.granted.natural": -12}, "HINT-CELL", "sign", ["granted.natural"], "由 -12 改为 12"),
    (
        {"requests.denied_1.natural": 0, "requests.denied_1.business": 6},
        "HINT-MOVE", "row", ["denied_1.natural", "denied_1.business"], "填错了列",
    ),
    (
        {"requests.new.natural": 38, "requests.granted.natural": 17},
        "HINT-MOVE", "column", ["new.natural", "granted.natural"], "填错了行",
    ),
    (
        {"requests.partial.natural": 1, "requests.partial.business": 3},
        "HINT-JOIN", "row", ["partial.natural", "partial.business"], "“（二）部分公开·自然人”由 1 改为 13",
    ),
    (
        {"requests.rejected_1.natural": 1, "requests.rejected_2.natural": 4},
        "HINT-JOIN", "column", ["rejected_1.natural", "rejected_2.natural"], "上下两格",
    ),
    (
        {"requests.new.natural": 0, "requests.new.business": 43, "requests.new.research": 5},
        "HINT-SHIFT", "along", ["new.natural", "new.business", "new.research"], "“本年新收”行的数字可能错开了一格",
    ),
    (
        {"requests.carried_in.natural": 0, "requests.carried_in.total": 0,
         "requests.total.natural": 0, "requests.total.business": 0, "requests.total.total": 0,
         "requests.carried_out.natural": 43, "requests.carried_out.business": 5, "requests.carried_out.total": 48},
        "HINT-SHIFT", "neighbour",
        [f"{row}.{column}" for row in ("total", "carried_out") for column in ("natural", "business", "total")],
        "“（七）总计”行的数字可能填到了“结转下年度”行",
    ),
    (
        {"requests.total.natural": 0, "requests.total.business": 0, "requests.total.total": 0},
        "HINT-TOTALS", "any", ["total.natural", "total.business", "total.total"], "“（七）总计”行可能漏填了总计",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "rule", "case", "cells", "part"), CASES, ids=[f"{case[1]}.{case[2]}" for case in CASES]
)
def test_each_slip_is_named(changes: dict[str, Raw], rule: str, case: str, cells: list[str], part: str) -> None:
    found = checked(given_as(changes))
    (hint,) = hints(found)
    assert (hint.rule, hint.case, hint.severity) == (rule, case, "notice")
    assert sorted(hint.addresses) == sorted(f"requests.{cell}" for cell in cells)
    assert part in said(hint)
    assert f"的 {hint.facts['count']} 处不符就能消除" in said(hint)
    of_form = {rule.id for rule in FORM.rules}
    broken = [finding for finding in found if finding.rule in of_form]
    assert {finding.cause for finding in broken} == {hint.key}
    assert hint.facts["count"] == len(broken)


def test_every_wording_is_provoked() -> None:
    listed = {(rule, case) for rule, cases in words.findings().items() for case in cases if rule.startswith("HINT-")}
    assert listed == {(rule, case) for _, rule, case, _, _ in CASES}


def test_a_correction_of_one_cell_says_what_stands_there_and_what_should() -> None:
    (hint,) = hints(checked(given_as({"requests.total.natural": 0, "requests.total.total": 5})))
    assert (hint.found, hint.expected) == (0, 43)
    assert hint.addresses == ("requests.total.natural", "requests.total.total")
    assert "同时把“（七）总计·总计”由 5 改为 48" in said(hint)
    assert "这只是提示" in worded(hint, FORM, "zh").fix
    assert "from 5 to 48" in worded(hint, FORM, "en").message


SILENT: dict[str, dict[str, Raw]] = {
    "a part or the total": {"reviews.review.upheld": 14},
    "any of a column": {"requests.new.natural": 44, "requests.new.total": 49},
    "a total left out or an entry too many": {"reviews.direct.total": 0},
    "two slips": {"requests.granted.natural": 17, "requests.granted.business": 8, "requests.new.research": 1},
    "a text": {"requests.new.natural": "43件"},
    "figures or totals in the next row": {"requests.granted.natural": 0, "requests.rejected_2.natural": 12},
}


@pytest.mark.parametrize("changes", SILENT.values(), ids=SILENT)
def test_several_equally_good_corrections_leave_it_silent(changes: dict[str, Raw]) -> None:
    found = checked(given_as(changes))
    assert not hints(found)
    assert all(not finding.cause for finding in found)


def test_in_a_workbook_totals_follow_and_are_never_proposed() -> None:
    figures = totalled(FORM, {**RIGHT, "requests.new.natural": 34})
    found = findings(FORM, figures, workbook=True)
    (hint,) = hints(found)
    assert (hint.case, hint.addresses) == ("swapped", ("requests.new.natural",))
    assert hint.places == (submission(FORM, figures, workbook=True).place("requests.new.natural"),)
    assert {finding.key for finding in found if finding.cause == hint.key} == {"T3-ID[natural]", "T3-ID[total]"}


def test_a_total_typed_over_among_formulas_is_the_one_that_is_wrong() -> None:
    figures = {**RIGHT, "reviews.review.total": 17}
    found = findings(FORM, figures, workbook=True)
    (hint,) = hints(found)
    assert (hint.addresses, hint.expected) == (("reviews.review.total",), 15)
    causes = {finding.key: finding.cause for finding in found if finding.severity == "error"}
    assert causes == {"TOTAL-TYPED[reviews.review.total]": hint.key, "T4-SUM[review]": hint.key}


def test_a_damaged_total_is_the_cause_of_its_broken_sum_also_without_a_hint() -> None:
    # 25 of the two parts, and another slip in the same table: no single correction
    figures = {**RIGHT, "requests.total.natural": 40, "requests.new.natural": 30, "requests.new.business": 9}
    found = findings(FORM, {**figures, "requests.new.total": 39}, workbook=True)
    causes = {finding.key: finding.cause for finding in found if finding.severity == "error"}
    assert not hints(found)
    assert causes["T3-SUM7[natural]"] == "TOTAL-TYPED[requests.total.natural]"
    assert not causes["T3-ID[natural]"]
    keys = [finding.key for finding in found]
    assert keys.index("T3-SUM7[natural]") == keys.index("TOTAL-TYPED[requests.total.natural]") + 1


def test_a_text_that_a_total_leaves_out_is_the_cause_of_what_then_breaks() -> None:
    made = submission(FORM, totalled(FORM, {**RIGHT, "requests.new.natural": 0}), workbook=True)
    typed = replace(made.entries["requests.new.natural"], value=understand("43件"))
    found = checked(replace(made, entries={**made.entries, "requests.new.natural": typed}))
    causes = {finding.key: finding.cause for finding in found}
    assert causes == {"T3-ID[total]": "TYPE-INT[requests.new.natural]", "TYPE-INT[requests.new.natural]": ""}


def test_each_table_has_its_own_hint() -> None:
    changes: dict[str, Raw] = {"requests.granted.natural": 17, "reviews.review.total": None}
    found = checked(given_as(changes))
    assert {hint.addresses for hint in hints(found)} == {("requests.granted.natural",), ("reviews.review.total",)}
    causes = {finding.key: finding.cause for finding in found if finding.severity == "error"}
    assert causes["T4-SUM[review]"] == "HINT-CELL[reviews.review.total]"
    assert causes["T3-ROW[granted]"] == causes["T3-SUM7[natural]"] == "HINT-CELL[requests.granted.natural]"


def test_last_year_counts_as_evidence_and_does_not_stand_in_the_way() -> None:
    last = given_as({"requests.carried_out.legal": 8})
    found = checked(given_as({"requests.granted.natural": 17}), previous=last)
    (hint,) = hints(found)
    causes = {finding.key: finding.cause for finding in found if not is_hint(finding.rule)}
    assert causes.pop("XY-CARRY[legal]") == ""
    assert set(causes.values()) == {hint.key}
    # in the workbook 30 could stand for 3 in any cell of the column; last year says which it is
    figures = totalled(FORM, {**RIGHT, "requests.carried_in.natural": 8})
    book = submission(FORM, figures, workbook=True)
    assert not hints(checked(book))
    found = checked(book, previous=given_as({}))
    (hint,) = hints(found)
    assert hint.addresses == ("requests.carried_in.natural",)
    assert {finding.key for finding in found if finding.cause} == {
        "T3-ID[natural]", "T3-ID[total]", "XY-CARRY[natural]", "XY-CARRY[total]",
    }  # fmt: skip


def test_a_hint_stands_behind_the_errors_and_changes_no_verdict() -> None:
    changes: dict[str, Raw] = {"requests.granted.natural": 17, "requests.new.legal": None, "requests.new.other": -1}
    found = checked(given_as(changes))
    order = [finding.severity if not is_hint(finding.rule) else "hint" for finding in found]
    assert order == sorted(order, key=["error", "hint", "query", "notice"].index)
    assert verdict_of(found) == verdict_of(finding for finding in found if not is_hint(finding.rule)) == "failed"


def test_findings_of_one_root_stand_together() -> None:
    changes: dict[str, Raw] = {
        "requests.granted.natural": 17,
        "reviews.review.total": None,
        "proactive.fees.amount": -1,
    }
    causes = [finding.cause for finding in checked(given_as(changes)) if finding.severity == "error"]
    runs = [cause for at, cause in enumerate(causes) if at == 0 or causes[at - 1] != cause]
    assert len(runs) == len(set(runs)) == 3


def test_the_json_has_a_cause_only_where_one_is_known() -> None:
    made = given_as({"requests.granted.natural": 17, "requests.new.legal": None})
    entry = submission_data(checked_submission("x", None, made, FORM), FORM, "zh")
    causes = {finding["key"]: finding.get("cause", "none") for finding in entry["findings"]}
    hint = "HINT-CELL[requests.granted.natural]"
    assert causes == {
        "T3-SUM7[natural]": hint, "T3-ROW[granted]": hint, hint: "none", "TYPE-BLANK[requests]": "none",
    }  # fmt: skip


def test_nothing_is_worked_out_where_no_rule_over_figures_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("worked out")

    monkeypatch.setattr("tianbao.checks.diagnosis.system.system_of", fail)
    made = given_as({"requests.new.legal": None})
    assert checked(made)
    assert "N1-REAL" in {finding.key for finding in checked(replace(made, texts={**made.texts, "overview": "无"}))}
    with pytest.raises(AssertionError, match="worked out"):
        checked(given_as({"requests.granted.natural": 17}))


def test_where_too_much_is_broken_it_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = random.Random(1)
    everything = checked(given_as({address: seed.randint(0, 99) for address in FORM.cells}))
    assert len([finding for finding in everything if finding.rule in ("T3-ROW", "T3-SUM7")]) < MOST_BROKEN
    assert not hints(everything)
    one = given_as({"requests.granted.natural": 17})
    assert hints(checked(one))
    monkeypatch.setattr("tianbao.checks.diagnosis.settle.MOST_BROKEN", 1)
    assert not hints(checked(one))
    monkeypatch.undo()
    monkeypatch.setattr("tianbao.checks.diagnosis.settle.Budget", lambda: Budget(1))
    assert not hints(checked(one))


# ---- bounds, inequalities and factors, on a form of the test's own ----

BOUNDED = edited(
    ("      - {id: people, label: 自然人}", "      - {id: people, label: 自然人, max: 20}"),
    (
        "rules:\n",
        "rules:\n  - {id: W-PAIR, holds: 2 * work.came.people = work.done.firms, severity: error, source: 无}\n",
    ),
    text=GOOD,
)


def small(**cells: Raw) -> tuple[Finding, ...]:
    form = compiled(BOUNDED)
    right: dict[str, Number] = dict.fromkeys([address for address, cell in form.cells.items() if cell.kind.numeric], 0)
    return checked(
        given_as({f"work.{key.replace('_', '.')}": value for key, value in cells.items()}, form, right), form
    )


BOUNDS = {
    "both would do": (30, 60, None),
    "half a person": (9, 60, "work.done.firms"),
    "more people than may be": (60, 60, "work.done.firms"),
    "more done than came": (30, 31, "work.came.people"),
}


@pytest.mark.parametrize(("firms", "came", "named"), BOUNDS.values(), ids=BOUNDS)
def test_what_may_not_stand_in_a_cell_is_not_proposed(firms: int, came: int, named: str | None) -> None:
    """2 × came.people = done.firms, with 16 people of at most 20."""
    found = small(came_people=16, came_firms=came, came_total=16 + came, done_firms=firms, done_total=firms)
    assert [finding.key for finding in found if finding.rule.startswith("W-")] == ["W-PAIR"]
    assert [hint.addresses[0] for hint in hints(found)] == ([named] if named else [])


# ---- whatever is wrong ----

GOOD_ONES = [
    (form, consistent(form, random.Random(number)))
    for form in (library.load(listed.id, listed.edition) for listed in library.listed())
    for number in range(2)
]
slips = st.lists(st.tuples(st.integers(0, 400), st.sampled_from([-3, -1, 0, 1, 2, 7, 12, 40, None])), max_size=4)


@examples(150)
@given(st.sampled_from(GOOD_ONES), slips, st.booleans())
def test_a_correction_settles_what_it_says_and_breaks_nothing(
    good: tuple[Form, dict[str, Number]], changed: list[tuple[int, int | None]], as_workbook: bool
) -> None:
    form, right = good
    numeric = [address for address, cell in form.cells.items() if cell.kind.numeric]
    figures = {**right, **{numeric[at % len(numeric)]: number or 0 for at, number in changed}}
    if as_workbook:
        figures = totalled(form, figures)
    made = submission(form, figures, workbook=as_workbook)
    context = Context(edition_due=form.edition)
    before = check_submission(form, made, context)[0]
    rules = {rule.id for rule in form.rules}
    broken = [finding for finding in before if finding.rule in rules]
    for diagnosis, explained in settled(system_of(form, made, context), broken):
        mended = {**figures, **dict(diagnosis.correction.changes), **dict(diagnosis.correction.also)}
        left = {finding.key for finding in findings(form, mended, workbook=as_workbook) if finding.rule in rules}
        assert left <= {finding.key for finding in broken} - {finding.key for finding in explained}
        for address, number in diagnosis.correction.changes:
            assert allowed(form.cells[address], number)
            assert number != figures[address]
            assert not (as_workbook and form.cells[address].total is not None)


# ---- how good it is ----

RANDOM_ONES = 100
MOST_WRONG = 0.01
NAMED_AT_LEAST = {"json": 0.55, "workbook": 0.25}
"""Of the slips that break anything. In a workbook totals follow every entry, and most slips fit many entries."""


def test_planted_slips_are_named_and_hardly_ever_mistaken(scale: int, capsys: pytest.CaptureFixture[str]) -> None:
    """100 slips of random kinds (1,000 with --all) in random consistent submissions of every form, twice."""
    forms = [library.load(listed.id, listed.edition) for listed in library.listed()]
    seed = random.Random(20240115)
    counts: dict[tuple[str, str], Counter[str]] = {}
    for number in range(RANDOM_ONES * scale):
        form = forms[number % len(forms)]
        right = consistent(form, seed)
        for file in ("json", "workbook"):
            name = seed.choice(list(SLIPS))
            while (planted := SLIPS[name](form, right, seed, file == "workbook")) is None:
                name = seed.choice(list(SLIPS))
            found = outcome(form, planted, workbook=file == "workbook")
            for row in ((file, name), (file, "all")):
                counts.setdefault(row, Counter())[found] += 1
    with capsys.disabled():
        print(f"\n{table(dict(sorted(counts.items())))}")
    for file, least in NAMED_AT_LEAST.items():
        found_all = counts[file, "all"]
        seen = found_all.total() - found_all["unseen"]
        assert found_all["wrong"] <= max(1, MOST_WRONG * seen)
        assert found_all["named"] >= least * seen
