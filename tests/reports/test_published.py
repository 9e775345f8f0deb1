"""Every published report: the broken sum rules are those that an independent check finds, from JSON and workbooks."""

import json
from pathlib import Path

import pytest

from tests.reports import published
from tianbao.findings import Checked
from tianbao.forms import library
from tianbao.submission import of_json
from tianbao.verbs.check import check
from tianbao.verbs.make import fill

pytestmark = pytest.mark.reports

SUMS = ("T3-", "T4-")


def _sum_keys(checked: Checked) -> set[str]:
    return {finding.key for finding in checked.findings if finding.rule.startswith(SUMS)}


def _checked(paths: list[Path]) -> dict[str, Checked]:
    results = [result for result in check(paths) if isinstance(result, Checked)]
    return {Path(result.source).stem: result for result in results}


@pytest.fixture(scope="module")
def data_folder(reports_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for name in published.names(reports_dir):
        text = json.dumps(published.submission_data(reports_dir, name), ensure_ascii=False)
        (folder / f"{name}.json").write_text(text, "utf-8")
    return folder


def test_broken_rules_from_json_equal_an_independent_check(reports_dir: Path, data_folder: Path) -> None:
    checked = _checked([data_folder])
    assert len(checked) == len(published.names(reports_dir)) > 0
    by_checker = published.broken_by_checker(reports_dir)
    for name, result in checked.items():
        by_hand = published.broken_by_hand(published.submission_data(reports_dir, name))
        assert _sum_keys(result) == by_hand, name
        if by_checker is not None:
            assert by_hand == by_checker.get(name, set()), name
        assert all(finding.severity == "error" for finding in result.findings if finding.rule.startswith(SUMS))


def test_broken_rules_through_typed_workbooks_are_the_same(data_folder: Path, tmp_path: Path) -> None:
    for made in fill([data_folder], "typed"):
        assert made.data is not None, made.finding
        (tmp_path / f"{Path(made.source).stem}.xlsx").write_bytes(made.data)
    from_json, from_books = _checked([data_folder]), _checked([tmp_path])
    assert from_json.keys() == from_books.keys()
    for name, result in from_books.items():
        assert _sum_keys(result) == _sum_keys(from_json[name]), name
        assert result.checksum == from_json[name].checksum, name
        submission = of_json((data_folder / f"{name}.json").read_text("utf-8"))
        assert result.submission is not None
        form = library.load(submission.form, submission.edition)
        for address in form.cells:
            if address not in submission.entries and form.cells[address].total is not None:
                continue  # a total that the data leaves out keeps its formula
            read, given = result.submission.value(address), submission.value(address)
            assert (read.kind, read.number, read.text) == (given.kind, given.number, given.text), (name, address)


def test_formula_workbooks_mend_the_sums_and_nothing_else(data_folder: Path, tmp_path: Path) -> None:
    for made in fill([data_folder], "formula"):
        assert made.data is not None, made.finding
        assert made.form is not None
        (tmp_path / f"{Path(made.source).stem}.xlsx").write_bytes(made.data)
    for name, result in _checked([tmp_path]).items():
        left = {key for key in _sum_keys(result) if not key.startswith("T3-ID")}
        assert not left, name
        assert not [finding for finding in result.findings if finding.rule.startswith("TOTAL-")], name
