"""What checking says: every catalogued finding is provoked, and each binds to the cells it is about."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.checks.test_structure import PROVOKED_BY_DAMAGE
from tests.verbs import good
from tests.workbook.old_bytes import ole
from tianbao.catalogue import words
from tianbao.feedback.wording import worded
from tianbao.findings import Checked, Finding, PassedOver
from tianbao.forms import library
from tianbao.submission import Entry, Observation, json_text, of_json, to_data
from tianbao.values import BLANK, Value, understand
from tianbao.verbs.check import Bug, check, check_received, checked_submission
from tianbao.verbs.make import fill


def checked(made: dict[str, Any]) -> Checked:
    submission = of_json(json.dumps(made))
    form = library.load(submission.form, submission.edition)
    return checked_submission("x.json", None, submission, form)


def keys(result: Checked, severity: str = "") -> list[str]:
    return [finding.key for finding in result.findings if severity in ("", finding.severity)]


def only(result: Checked) -> Finding:
    assert len(result.findings) == 1, result.findings
    return result.findings[0]


def test_the_good_submission_has_no_finding() -> None:
    result = checked(good.data())
    assert result.findings == ()
    assert result.verdict == "passed"
    assert {undecided.rule for undecided in result.undecided} == {"XY-CARRY", "XY-T2"}


def test_the_published_slip_gives_four_errors() -> None:
    """自然人 and 总计: one application refused, but （七）总计 left at 0."""
    zero = {"requests.total.natural": 0, "requests.total.total": 0}
    result = checked(good.data(zero))
    assert keys(result, "error") == ["T3-ID[natural]", "T3-ID[total]", "T3-SUM7[natural]", "T3-SUM7[total]"]
    assert keys(result, "notice") == ["HINT-CELL[requests.total.natural]"]
    first = result.findings[0]
    assert (first.found, first.expected, first.severity) == (1, 0, "error")
    assert first.addresses == tuple(f"requests.{row}.natural" for row in ("new", "carried_in", "total", "carried_out"))
    assert (result.findings[2].found, result.findings[2].expected) == (0, 1)
    assert result.verdict == "failed"


TYPE_CASES: list[tuple[str, Any, str, str, str]] = [
    ("requests.new.natural", "12件", "TYPE-INT", "reading", "query"),
    ("requests.new.natural", "１２", "TYPE-INT", "reading", "query"),
    ("requests.new.natural", "约12", "TYPE-INT", "text", "error"),
    ("requests.new.natural", True, "TYPE-INT", "text", "error"),
    ("requests.new.natural", -1, "TYPE-INT", "negative", "error"),
    ("requests.new.natural", 1.5, "TYPE-INT", "fraction", "error"),
    ("requests.new.natural", "O", "TYPE-INT", "reading", "query"),
    ("requests.new.natural", "-3件", "TYPE-INT", "text", "error"),
    ("requests.new.natural", "1.5件", "TYPE-INT", "text", "error"),
    ("proactive.fees.amount", "1.5万元", "TYPE-FEE", "reading", "query"),
    ("proactive.fees.amount", "不详", "TYPE-FEE", "text", "error"),
    ("proactive.fees.amount", -0.5, "TYPE-FEE", "negative", "error"),
    ("proactive.fees.amount", 0.1234567, "TYPE-FEE", "places", "query"),
]


@pytest.mark.parametrize(("address", "raw", "rule", "case", "severity"), TYPE_CASES)
def test_types_are_named_at_their_cell(address: str, raw: Any, rule: str, case: str, severity: str) -> None:
    result = checked(good.data({address: raw}))
    (found,) = [finding for finding in result.findings if finding.rule == rule]
    assert (found.case, found.severity, found.addresses) == (case, severity, (address,))
    assert found.key == f"{rule}[{address}]"


def test_other_spellings_of_a_number_are_silent() -> None:
    text = json.dumps(good.data()).replace('"requests.new.natural": 1,', '"requests.new.natural": 1.0,')
    text = text.replace('"requests.granted.natural": 1,', '"requests.granted.natural": 1.0E0,')
    assert text.count("1.0") == 2
    submission = of_json(text)
    form = library.load("gov-disclosure", "2021")
    assert checked_submission("x", None, submission, form).findings == ()


def test_a_text_leaves_the_rules_over_it_undecided() -> None:
    result = checked(good.data({"requests.new.natural": "1件"}))
    assert keys(result) == ["TYPE-INT[requests.new.natural]"]
    undecided = {found.key for found in result.undecided}
    assert {"T3-ID[natural]", "T3-ROW[new]"} <= undecided
    assert "T3-ID[business]" not in undecided


@pytest.mark.parametrize("mark", [None, "", "/", "—", "无", "　"])
def test_blanks_and_marks_are_asked_for_once_per_table(mark: str | None) -> None:
    cells = {f"requests.{row}.research": mark for row in ("new", "granted", "denied_1")} | {
        "reviews.direct.other": mark
    }
    result = checked(good.data(cells))
    assert keys(result) == ["TYPE-BLANK[requests]", "TYPE-BLANK[reviews]"]
    assert result.findings[0].addresses == tuple(sorted(list(cells)[:3], key=list(cells).index))
    assert result.verdict == "queried"


def test_a_blank_total_beside_a_sum_breaks_the_rule() -> None:
    result = checked(good.data({"requests.granted.total": None}))
    assert keys(result, "error") == ["T3-SUM7[total]", "T3-ROW[granted]"]
    assert keys(result, "query") == ["TYPE-BLANK[requests]"]


def test_an_explanation_answers_its_query_and_no_error() -> None:
    cells = {"requests.new.research": None, "requests.new.legal": -1}
    explained = {"TYPE-BLANK[requests]": "本机关没有这一类申请人", "TYPE-INT[requests.new.legal]": "更正上年"}
    result = checked(good.data(cells, explanations=explained))
    by_key = {finding.key: finding for finding in result.findings}
    assert by_key["TYPE-BLANK[requests]"].explanation == "本机关没有这一类申请人"
    assert by_key["TYPE-INT[requests.new.legal]"].explanation is None
    assert result.verdict == "failed"
    blank = {"requests.new.research": None}
    assert checked(good.data(blank, explanations=explained)).verdict == "passed"


def test_the_digest_binds_to_the_values() -> None:
    first = checked(good.data({"requests.new.natural": 2})).findings[0]
    again = checked(good.data({"requests.new.natural": 2})).findings[0]
    other = checked(good.data({"requests.new.natural": 3})).findings[0]
    assert first.key == again.key == other.key
    assert first.values == again.values != other.values
    assert len(first.values) == 16


NARRATIVES: list[tuple[dict[str, str], list[str], str]] = [
    ({"overview": good.TEXT, "problems": good.TEXT}, ["TYPE-BLANK[other]"], "failed"),
    ({"overview": good.TEXT, "problems": "无", "other": good.TEXT}, ["N5-REAL"], "queried"),
    ({"overview": "无", "problems": good.TEXT, "other": good.TEXT}, ["N1-REAL"], "queried"),
    ({"overview": good.TEXT * 40, "problems": good.TEXT, "other": good.TEXT}, ["N1-LEN"], "passed"),
    ({"overview": good.TEXT, "problems": good.TEXT, "other": "无。"}, ["N6-FEE"], "passed"),
    ({"overview": "\n \u3000\n", "problems": good.TEXT, "other": good.TEXT}, ["TYPE-BLANK[overview]"], "failed"),
]


@pytest.mark.parametrize(("texts", "expected", "verdict"), NARRATIVES)
def test_narratives(texts: dict[str, str], expected: list[str], verdict: str) -> None:
    result = checked(good.data(texts=texts))
    assert keys(result) == expected
    assert result.verdict == verdict


def test_another_edition_for_the_year_is_a_query_and_checked_by_its_own() -> None:
    old = library.load("gov-disclosure", "2019")
    cells = dict.fromkeys(old.cells, 0) | {"proactive.fees.change": -8}
    result = checked(good.data(cells={}, edition="2019") | {"cells": cells})
    assert keys(result) == ["YEAR-EDITION"]
    assert only(result).severity == "query"


def test_unknown_cells_and_texts_are_named_with_a_suggestion() -> None:
    made = good.data({"requests.new.natura": 1})
    made["texts"]["lede"] = "多出来的一段"
    result = checked(made)
    assert keys(result) == ["CELL-UNKNOWN[requests.new.natura]", "TEXT-UNKNOWN[lede]"]
    assert "requests.new.natural" in worded(result.findings[0], library.load("gov-disclosure", "2021"), "zh").fix


def test_a_lost_row_is_one_root_cause_and_its_rules_are_undecided() -> None:
    submission = of_json(json.dumps(good.data()))
    form = library.load("gov-disclosure", "2021")
    row = [address for address in form.cells if address.startswith("requests.granted.")]
    entries = {address: entry for address, entry in submission.entries.items() if address not in row}
    seen = (Observation("row-lost", "三、申请", {"line": "（一）予以公开"}, tuple(row)),)
    from dataclasses import replace

    result = checked_submission("x.xlsx", None, replace(submission, entries=entries, observations=seen), form)
    assert {finding.rule for finding in result.findings} == {"STRUCT-ROW"}
    assert {"T3-SUM7[natural]", "T3-ROW[granted]"} <= {found.key for found in result.undecided}


def _with_entry(address: str, entry: Entry) -> Checked:
    from dataclasses import replace

    submission = of_json(json.dumps(good.data()))
    form = library.load("gov-disclosure", "2021")
    placed = {
        key: Entry(found.value, f"三、申请!{key}", "=SUM" if form.cells[key].total else None, found.value, True)
        for key, found in submission.entries.items()
    }
    return checked_submission("x.xlsx", None, replace(submission, entries=placed | {address: entry}), form)


one, two = understand(1), understand(2)
TOTALS: list[tuple[str, Entry, list[str], str]] = [
    ("requests.total.natural", Entry(one, "三!D28"), ["TOTAL-TYPED[requests.total.natural]"], "right"),
    ("requests.total.natural", Entry(one, "三!D28", "D7+D8", one), ["TOTAL-EDITED[requests.total.natural]"], "right"),
    ("requests.total.natural", Entry(one, "三!D28", "S", two, True), ["TOTAL-STALE[requests.total.natural]"], "any"),
    ("requests.total.natural", Entry(one, "三!D28", "S", BLANK, True), [], ""),
    ("requests.new.natural", Entry(one, "三!D5", "1+0", one), ["ENTRY-FORMULA[requests.new.natural]"], "any"),
]


@pytest.mark.parametrize(("address", "entry", "expected", "case"), TOTALS)
def test_each_kind_of_damage_to_a_total_is_told_apart(
    address: str, entry: Entry, expected: list[str], case: str
) -> None:
    result = _with_entry(address, entry)
    assert keys(result) == expected
    assert [finding.case for finding in result.findings] == ([case] if case else [])
    assert result.verdict == "passed"


@pytest.mark.parametrize("formula", [None, "D7+D8"])
def test_a_wrong_total_is_an_error_beside_its_rule(formula: str | None) -> None:
    entry = Entry(two, "三、申请!D28", formula, two if formula else None)
    rule = "TOTAL-EDITED" if formula else "TOTAL-TYPED"
    result = _with_entry("requests.total.natural", entry)
    assert keys(result)[0] == f"{rule}[requests.total.natural]"
    assert result.findings[0].case == "wrong"
    assert "T3-SUM7[natural]" in keys(result, "error")


def test_a_formula_without_result_is_asked_and_never_zero() -> None:
    entry = Entry(Value("=A1", "text"), "三、申请!D5", "A1", BLANK)
    result = _with_entry("requests.new.natural", entry)
    asked = [(finding.rule, finding.case) for finding in result.findings if finding.severity != "notice"]
    assert asked == [("ENTRY-FORMULA", "unknown")]
    assert result.verdict == "queried"
    assert "T3-ID[natural]" in {found.key for found in result.undecided}


def test_a_missing_agency_is_an_error() -> None:
    assert keys(checked(good.data(agency={"name": " ", "code": None}))) == ["AGENCY-BLANK"]


# ---- every catalogued finding is provoked somewhere: here those that no test above names ----

_BAD_BYTES: dict[str, Callable[[Path], Path]] = {}


def bad(rule: str) -> Callable[[Callable[[Path], Path]], Callable[[Path], Path]]:
    def register(make: Callable[[Path], Path]) -> Callable[[Path], Path]:
        _BAD_BYTES[rule] = make
        return make

    return register


def _bytes(name: str, data: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return make


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BAD_BYTES |= {
    "FILE-EMPTY": _bytes("a.xlsx", b""),
    "FILE-NOT-WORKBOOK": _bytes("b.xlsx", b"hello"),
    "FILE-OLD-EXCEL": _bytes("c.xls", ole({"Book": b"x"})),
    "FILE-WORD": _bytes("c.doc", ole({"WordDocument": b"x"})),
    "FILE-OTHER-FORMAT": _bytes("c.html.xls", b"<html><table></table></html>"),
    "FILE-ENCRYPTED": _bytes("d.xlsx", _OLE + "EncryptedPackage".encode("utf-16-le")),
    "FILE-DAMAGED": _bytes("e.xlsx", b"PK\x03\x04 cut off"),
    "FILE-JSON": _bytes("f.json", b'{"form": "x",'),
    "FILE-JSON-TWICE": _bytes("g.json", b'{"form": "x", "form": "y", "cells": {}}'),
    "FILE-JSON-FIELD": _bytes("h.json", b'{"form": "x", "edition": "1", "year": "2023", "cells": {}}'),
    "FILE-NOT-SUBMISSION": _bytes("i.json", b"[1, 2]"),
    "FILE-ENCODING": _bytes("j.json", '{"form": "表"}'.encode("gb18030")),
    "FILE-WRONG-FORM": _bytes(
        "k.json", b'{"form": "no", "edition": "1", "year": 2023, "agency": {"name": "x"}, "cells": {}}'
    ),
}


def _zip(folder: Path, name: str, workbook: bytes) -> Path:
    import zipfile

    types = b'<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    with zipfile.ZipFile(folder / name, "w") as archive:
        archive.writestr("_rels/.rels", types)
        archive.writestr("xl/workbook.xml", workbook)
    return folder / name


@bad("FILE-DOCTYPE")
def _doctype(folder: Path) -> Path:
    return _zip(folder, "l.xlsx", b'<!DOCTYPE workbook [<!ENTITY a "b">]><workbook>&a;</workbook>')


@bad("FILE-NOT-OURS")
def _not_ours(folder: Path) -> Path:
    import openpyxl

    openpyxl.Workbook().save(folder / "m.xlsx")
    return folder / "m.xlsx"


@bad("FILE-TOO-LARGE")
def _too_large(folder: Path) -> Path:
    with (folder / "n.xlsx").open("wb") as out:
        out.truncate(65 * 2**20)
    return folder / "n.xlsx"


@pytest.mark.parametrize("rule", sorted(_BAD_BYTES))
def test_what_cannot_be_read_has_one_clear_finding(rule: str, tmp_path: Path) -> None:
    (result,) = list(check([_BAD_BYTES[rule](tmp_path)]))
    assert isinstance(result, Checked)
    assert (result.verdict, only(result).rule, result.submission) == ("unreadable", rule, None)
    said = worded(only(result), None, "zh")
    assert said.message
    assert said.fix
    assert "{" not in said.message + said.fix


def test_a_broken_link_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").symlink_to(tmp_path / "gone.xlsx")
    (result,) = list(check([tmp_path / "x.xlsx"]))
    assert isinstance(result, PassedOver)
    assert result.reason == "link"


def test_our_own_fault_at_one_file_does_not_stop_the_pile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tianbao.intake.opening import receive
    from tianbao.verbs import check as module

    paths = [good.write(tmp_path, f"{name}.json", good.data()) for name in "ab"]

    def boom(*_: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(module, "checked_submission", boom)
    results = [result for path in paths for found in receive(path) for result in check_received(found)]  # type: ignore[arg-type]
    assert [type(result) for result in results] == [Bug, Checked, Bug, Checked]
    assert all(only(result).rule == "FILE-OUR-BUG" for result in results if isinstance(result, Checked))


def test_an_unknown_field_is_named(tmp_path: Path) -> None:
    result = checked(good.data() | {"text": {"overview": "…"}})
    assert keys(result) == ["FIELD-UNKNOWN[text]"]
    signed = checked(good.data(signoff={"boss": "某人"}))
    assert keys(signed) == ["TEXT-UNKNOWN[signoff.boss]"]


def test_fill_takes_no_workbook_and_so_overwrites_no_original(tmp_path: Path) -> None:
    data = good.write(tmp_path, "a.json", good.data())
    (made,) = list(fill([data], "formula"))
    assert made.data is not None
    (tmp_path / "b.xlsx").write_bytes(made.data)
    (refused,) = list(fill([tmp_path / "b.xlsx"], "formula"))
    assert refused.data is None
    assert refused.finding is not None
    assert refused.finding.rule == "FILE-NOT-DATA"


def test_one_line_of_the_sheet_explains_the_whole_table() -> None:
    explained = {"TYPE-FEE[proactive]": "按实际收费折算"}
    result = checked(good.data({"proactive.fees.amount": 0.1234567}, explanations=explained))
    assert (only(result).explanation, result.verdict) == ("按实际收费折算", "passed")


@pytest.mark.parametrize("year", [1000, 20235, -5, 10**30, True, "2023"])
def test_a_year_that_cannot_be_meant_is_refused(year: Any, tmp_path: Path) -> None:
    (result,) = list(check([good.write(tmp_path, "x.json", good.data(year=year))]))
    assert isinstance(result, Checked)
    assert only(result).rule == "FILE-JSON-FIELD"


def test_decimals_keep_all_their_digits_in_json() -> None:
    text = json.dumps(good.data()).replace(
        '"proactive.fees.amount": 0', '"proactive.fees.amount": 12345678901234.123456'
    )
    again = json_text(to_data(of_json(text)))
    assert '"proactive.fees.amount": 12345678901234.123456' in again
    assert of_json(again).value("proactive.fees.amount") == of_json(text).value("proactive.fees.amount")


def test_a_text_too_long_for_a_cell_is_refused_by_fill(tmp_path: Path) -> None:
    path = good.write(tmp_path, "x.json", good.data(texts={"overview": "长" * 32_768}))
    good.write(tmp_path, "y.json", good.data(explanations={"N1-REAL": "长" * 40_000}))
    good.write(tmp_path, "z.json", good.data())
    assert [made.data is None for made in fill([tmp_path], "formula")] == [True, True, False]
    (made,) = list(fill([path], "formula"))
    assert made.data is None
    assert made.finding is not None
    assert made.finding.rule == "TEXT-LONG"


PROVOKED_ABOVE = {
    ("AGENCY-BLANK", "any"), ("YEAR-EDITION", "any"), ("CELL-UNKNOWN", "any"), ("TEXT-UNKNOWN", "any"),
    ("FILE-NOT-DATA", "any"), ("FIELD-UNKNOWN", "any"),
    ("FILE-ACCESS", "any"), ("FILE-OUR-BUG", "any"), ("TEXT-LONG", "any"), ("STRUCT-ROW", "any"),
    ("TOTAL-TYPED", "wrong"), ("TOTAL-EDITED", "wrong"), ("ENTRY-FORMULA", "unknown"), ("ENTRY-FORMULA", "outside"),
    ("TYPE-BLANK", "table"), ("TYPE-BLANK", "text"), ("RULE", "compare"), ("RULE", "total"), ("RULE", "other"),
    ("RULE", "length"),
}  # fmt: skip
PROVOKED_ELSEWHERE = {
    # tests/intake opens containers
    *((rule, "any") for rule in (
        "FILE-EXTRA", "FILE-CONTAINER", "FILE-CONTAINER-CUT", "FILE-ARCHIVE-KIND", "FILE-RAR", "FILE-MSG",
        "FILE-SEALED-MAIL", "FILE-MEMBER", "FILE-MEMBER-UNSURE", "FILE-METHOD", "FILE-MEMBERS", "FILE-DEPTH",
        "FILE-EXPANDED",
    )),
    # tests/checks/test_other_forms.py has a form with other kinds of cells
    ("TYPE-WORD", "choice"), ("TYPE-WORD", "like"), ("TYPE-BLANK", "must"),
    ("TYPE-BLANK", "asked"), ("TYPE-INT", "large"), ("TYPE-FEE", "large"),
    # tests/workbook/test_old_formats.py has workbooks that were saved as .xls and .ods
    ("STRUCT-FORMAT", "any"),
    # tests/verbs: children that hang or end, and what a pile says about its files
    ("FILE-TIMEOUT", "any"), ("FILE-MEMORY", "any"), ("FILE-CRASHED", "any"), ("FILE-GIVEN-UP", "any"),
    ("PILE-SAME-FILE", "any"), ("PILE-VERSIONS", "newest"), ("PILE-VERSIONS", "unknown"),
    ("PILE-SAME-FIGURES", "any"), ("PILE-YEAR", "any"),
    # tests/docs/test_typed_values.py: dates and percentages
    ("TYPE-INT", "date"), ("TYPE-INT", "date-wrong"), ("TYPE-INT", "percent"), ("TYPE-INT", "percent-wrong"),
    ("TYPE-FEE", "date"), ("TYPE-FEE", "date-wrong"), ("TYPE-FEE", "percent"), ("TYPE-FEE", "percent-wrong"),
}  # fmt: skip


def test_the_catalogue_lists_what_tests_provoke_and_nothing_else() -> None:
    # hints: test_diagnose.py
    listed = {(rule, case) for rule, cases in words.findings().items() for case in cases if rule[:5] != "HINT-"}
    tried = {(rule, case) for _, _, rule, case, _ in TYPE_CASES} | {(rule, "any") for rule in _BAD_BYTES}
    tried |= {(keys[0].split("[")[0], case) for _, _, keys, case in TOTALS if keys}
    assert listed == tried | PROVOKED_ABOVE | PROVOKED_ELSEWHERE | PROVOKED_BY_DAMAGE


def test_every_wording_is_complete_in_both_languages() -> None:
    for rule, cases in words.findings().items():
        for case, entry in cases.items():
            for language in ("zh", "en"):
                assert entry.said[language], (rule, case)
                assert entry.fix[language], (rule, case)
