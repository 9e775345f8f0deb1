"""The forms that ship: addresses, rules, grids with their official merges, cases, and the files generated from them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tools import update_generated

from tests import build
from tianbao.forms import library
from tianbao.forms.cases import Case, read_cases
from tianbao.forms.grid import Grid, grid_of
from tianbao.forms.model import Form
from tianbao.forms.schema import submission_schema
from tianbao.verbs import forms

SHIPPED = [(entry.id, entry.edition) for entry in library.listed()]
RESULTS = [
    "granted",
    "partial",
    *(f"denied_{number}" for number in range(1, 9)),
    *(f"unable_{number}" for number in range(1, 4)),
    *(f"rejected_{number}" for number in range(1, 6)),
]
COLUMNS = ["natural", "business", "research", "charity", "legal", "other", "total"]


def requests(edition: str) -> list[str]:
    others = ["other_1", "other_2", "other_3"] if edition == "2021" else ["other"]
    rows = ["new", "carried_in", *RESULTS, *others, "total", "carried_out"]
    return [f"requests.{row}.{column}" for row in rows for column in COLUMNS]


REVIEWS = [
    f"reviews.{group}.{result}"
    for group in ("review", "direct", "after_review")
    for result in ("upheld", "corrected", "other", "pending", "total")
]
PROACTIVE = {
    "2021": [
        *(
            f"proactive.{row}.{column}"
            for row in ("regulations", "normative")
            for column in ("issued", "repealed", "in_force")
        ),
        "proactive.licences.decisions",
        "proactive.penalties.decisions",
        "proactive.coercions.decisions",
        "proactive.fees.amount",
    ],
    "2019": [
        *(
            f"proactive.{row}.{column}"
            for row in ("regulations", "normative")
            for column in ("made", "published", "total")
        ),
        *(
            f"proactive.{row}.{column}"
            for row in ("licences", "services", "penalties", "coercions")
            for column in ("previous", "change", "decisions")
        ),
        "proactive.fees.previous",
        "proactive.fees.change",
        "proactive.procurement.items",
        "proactive.procurement.amount",
    ],
}


@pytest.mark.parametrize(("edition", "count"), [("2021", 200), ("2019", 198)])
def test_addresses(edition: str, count: int) -> None:
    form = build.form(edition)
    assert list(form.cells) == [*PROACTIVE[edition], *requests(edition), *REVIEWS]
    assert len(form.cells) == count
    assert list(form.narratives) == ["lead", "overview", "problems", "other"]


OFFICIAL = {"T3-ID": 7, "T3-SUM7": 7, "T4-SUM": 3, "XY-CARRY": 7, "N1-REAL": 1, "N5-REAL": 1}
SINCE_2021 = {"T3-ROW": 25, "T2-STOCK": 2, "XY-T2": 2, "N1-LEN": 1, "N6-FEE": 1, "N6-FEE-X": 1}


@pytest.mark.parametrize(("edition", "counts"), [("2021", OFFICIAL | SINCE_2021), ("2019", OFFICIAL | {"T3-ROW": 23})])
def test_rules(edition: str, counts: dict[str, int]) -> None:
    form = build.form(edition)
    assert {rule.id: len(rule.instances) for rule in form.rules} == counts
    keys = [instance.key for rule in form.rules for instance in rule.instances]
    assert len(keys) == len(set(keys))


def test_official_errors_only() -> None:
    """A severity is earned: errors are the official identity and the printed totals."""
    for edition in ("2021", "2019"):
        errors = {rule.id for rule in build.form(edition).rules if rule.severity == "error"}
        assert errors == {"T3-ID", "T3-SUM7", "T3-ROW", "T4-SUM"}


LEAVES = (*RESULTS, "other_1", "other_2", "other_3")


@pytest.mark.parametrize(
    ("rule", "key", "addresses"),
    [
        (
            "T3-ID",
            "T3-ID[natural]",
            [f"requests.{row}.natural" for row in ("new", "carried_in", "total", "carried_out")],
        ),
        ("T3-ROW", "T3-ROW[new]", [f"requests.new.{column}" for column in ("total", *COLUMNS[:-1])]),
        ("T3-SUM7", "T3-SUM7[legal]", [f"requests.{row}.legal" for row in ("total", *LEAVES)]),
        (
            "T4-SUM",
            "T4-SUM[after_review]",
            [f"reviews.after_review.{result}" for result in ("total", "upheld", "corrected", "other", "pending")],
        ),
        ("XY-CARRY", "XY-CARRY[total]", ["requests.carried_in.total"]),
        ("N6-FEE-X", "N6-FEE-X", ["requests.other_2.total", "other"]),
    ],
)
def test_instances(rule: str, key: str, addresses: list[str]) -> None:
    found = {instance.key: list(instance.addresses) for instance in build.form().rule(rule).instances}
    assert found[key] == addresses


def test_sentences_of_the_official_rules() -> None:
    form = build.form()
    assert form.rule("T3-ID").instances[0].sentence == "“自然人”列：“本年新收”＋“上年结转”＝“（七）总计”＋“结转下年度”"
    assert (
        form.rule("T3-SUM7").instances[0].sentence == "“自然人”列：“（七）总计”＝“（一）予以公开”至“3.其他”共21项之和"
    )
    assert form.rule("XY-CARRY").instances[0].sentence == "“自然人”列：“上年结转”＝上年年报的“结转下年度”"
    assert form.rule("T3-ROW").sentence.startswith("每一行（“本年新收”至“结转下年度”，共25行）：“总计”＝")


def merges(grid: Grid) -> set[tuple[int, int, int, int]]:
    return {(box.row, box.column, box.row_span, box.column_span) for box in grid.boxes if box.merged}


def test_the_official_merges_of_2021() -> None:
    form = build.form()
    two, three, four = (grid_of(form.section(name)) for name in ("proactive", "requests", "reviews"))
    assert [(grid.rows, grid.columns, len(merges(grid))) for grid in (two, three, four)] == [
        (14, 4, 11),
        (28, 10, 16),
        (4, 15, 9),
    ]
    assert merges(two) == {
        *((row, 0, 1, 4) for row in (0, 4, 7, 11)),
        *((row, 1, 1, 3) for row in (5, 6, 8, 9, 10, 12, 13)),
    }
    assert merges(three) == {
        *((0, 0, 3, 3), (0, 3, 1, 7), (1, 3, 2, 1), (1, 4, 1, 5), (1, 9, 2, 1)),
        *((row, 0, 1, 3) for row in (3, 4, 27)),
        (5, 0, 22, 1),
        *((row, 1, 1, 2) for row in (5, 6, 26)),
        *((7, 1, 8, 1), (15, 1, 3, 1), (18, 1, 5, 1), (23, 1, 3, 1)),
    }
    assert merges(four) == {
        *((0, 0, 1, 5), (0, 5, 1, 10), (1, 5, 1, 5), (1, 10, 1, 5)),
        *((1, column, 2, 1) for column in range(5)),
    }


def test_the_requests_of_2019_have_one_row_of_others() -> None:
    grid = grid_of(build.form("2019").section("requests"))
    assert (grid.rows, grid.columns) == (26, 10)
    assert (5, 0, 20, 1) in merges(grid)


@pytest.mark.parametrize(("year", "edition"), [(2019, "2019"), (2020, "2019"), (2021, "2021"), (2030, "2021")])
def test_the_edition_of_a_year(year: int, edition: str) -> None:
    assert library.for_year("gov-disclosure", year).edition == edition
    assert library.edition_for("gov-disclosure", year) == edition
    assert build.form(edition).covers(year)


def shipped_cases() -> list[tuple[Form, Case]]:
    found = []
    for entry in library.listed():
        form = library.load(entry.id, entry.edition)
        cases, mistakes = read_cases(library.cases_beside(entry.path).read_text("utf-8"), form)
        assert not mistakes
        found += [(form, case) for case in cases]
    return found


CASES = shipped_cases()


@pytest.mark.parametrize(("form", "case"), CASES, ids=[f"{form.edition}-{case.name}" for form, case in CASES])
def test_cases(form: Form, case: Case) -> None:
    """Exactly the findings that the case names."""
    assert sorted(forms.case_findings(form, case)) == sorted(case.expected)


@pytest.mark.parametrize(("form_id", "edition"), SHIPPED)
def test_every_rule_is_broken_by_a_case_and_kept_by_another(form_id: str, edition: str) -> None:
    form = library.load(form_id, edition)
    mine = [case for found, case in CASES if (found.id, found.edition) == (form_id, edition)]
    for rule in form.rules:
        with_last_year = any(forms.rule_needs(instance.expr) for instance in rule.instances)
        decided = [case for case in mine if case.previous or not with_last_year]
        broken = [case for case in decided if any(key.partition("[")[0] == rule.id for key in case.expected)]
        assert broken, f"no case breaks {rule.id}"
        assert len(broken) < len(decided), f"no case keeps {rule.id}"


@pytest.mark.parametrize(("form_id", "edition"), SHIPPED)
def test_the_folder_bears_the_name_of_the_form(form_id: str, edition: str) -> None:
    entry = next(entry for entry in library.listed() if (entry.id, entry.edition) == (form_id, edition))
    assert entry.path.parts[-3:-1] == (form_id, edition)


def keys_of(data: Any) -> set[str]:
    if isinstance(data, dict):
        return set(data) | {key for value in data.values() for key in keys_of(value)}
    return {key for value in data for key in keys_of(value)} if isinstance(data, list) else set()


@pytest.mark.parametrize(("form_id", "edition"), SHIPPED)
def test_the_schema_of_a_submission(form_id: str, edition: str) -> None:
    form = library.load(form_id, edition)
    schema = submission_schema(form)
    Draft202012Validator.check_schema(schema)
    assert not {"anyOf", "oneOf", "allOf", "not", "if", "$ref"} & keys_of(schema)
    cells = schema["properties"]["cells"]
    assert list(cells["properties"]) == list(form.cells)
    assert all("." in address or address in form.narratives for address in cells["properties"])
    assert cells["additionalProperties"] is False


def test_the_schema_of_definitions_is_valid() -> None:
    Draft202012Validator.check_schema(library.form_schema())


def test_the_schema_takes_good_data_and_names_the_cell_of_bad_data() -> None:
    validator = Draft202012Validator(submission_schema(build.form()))
    good = build.data()
    assert list(validator.iter_errors(good)) == []
    bad = {
        "requests.new.natural": -1,
        "requests.new.business": "12件",
        "requests.new.legal": 1.5,
        "proactive.fees.amount": "多",
        "requests.strange": 1,
    }
    errors = list(validator.iter_errors(json.loads(json.dumps(good | {"cells": good["cells"] | bad}, default=float))))
    assert {tuple(error.absolute_path)[1:] for error in errors} == {(address,) for address in list(bad)[:4]} | {()}


GENERATED = list(update_generated.files())


@pytest.mark.parametrize(("path", "text"), GENERATED, ids=[path.name for path, _ in GENERATED])
def test_generated_files_are_up_to_date(path: Path, text: str) -> None:
    """Their sources are the definitions: run `make schema` to write them anew."""
    assert path.exists(), f"{path} is missing: make schema"
    assert path.read_text("utf-8") == text, f"{path} is out of date: make schema"


def test_the_generated_files_are_all_there_are() -> None:
    schemas = {path.name for path in (update_generated.TOP / "schema").glob("*.schema.json")}
    written = {path.name for path, _ in GENERATED if path.suffix == ".json"}
    assert {f"{form_id}-{edition}.schema.json" for form_id, edition in SHIPPED} == written
    assert written <= schemas


def test_update_generated_writes_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert update_generated.main(tmp_path) == 0
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert written == sorted(path.relative_to(update_generated.TOP) for path, _ in GENERATED)
    assert len(capsys.readouterr().out.splitlines()) == len(GENERATED)
    assert update_generated.main(tmp_path) == 0
    assert capsys.readouterr().out == ""


def test_the_rule_book_tells_every_rule_with_examples() -> None:
    book = "\n".join(forms.rule_book("zh"))
    for form_id, edition in SHIPPED:
        for rule in library.load(form_id, edition).rules:
            assert f"### {rule.id}\n" in book
            assert rule.source in book
    assert (
        book.count("- 不符的例子：")
        == book.count("- 通过的例子：")
        == sum(len(library.load(*names).rules) for names in SHIPPED)
    )
    assert not re.search(r"[{}]|None", book)


def test_explain_tells_every_address_with_its_place_and_rules() -> None:
    lines = list(forms.explain(build.form()))
    line = next(line for line in lines if line.startswith("  requests.total.natural "))
    assert "（七）总计" in line
    assert line.endswith("T3-ID[natural] T3-SUM7[natural] T3-ROW[total]")
    assert sum(line.startswith("  ") for line in lines) == 204
