"""Every command as a user runs it: what it prints, what it writes, its exit code."""

import json
from pathlib import Path

import jsonschema
import openpyxl
import pytest

from tests.cli.run import tianbao
from tests.verbs import good
from tianbao.forms import library

SCHEMA = json.loads((library.resource_root() / "schema" / "check.schema.json").read_text("utf-8"))
SLIP = {"requests.total.natural": 0, "requests.total.total": 0}


def test_help_names_every_command() -> None:
    ran = tianbao("--help")
    assert ran.code == 0
    for command in ("forms", "template", "fill", "check", "report", "rules"):
        assert f"\n  {command} " in ran.out
        assert tianbao(command, "--help").code == 0


def test_check_json_is_the_contract_and_alone_on_stdout(tmp_path: Path) -> None:
    good.write(tmp_path, "good.json", good.data())
    good.write(tmp_path, "slip.json", good.data(SLIP, agency={"name": "示例区外事办公室", "code": None}))
    good.write(tmp_path, "asked.json", good.data({"requests.new.legal": None}, agency={"name": "示例区财政局"}))
    (tmp_path / "broken.xlsx").write_bytes(b"no workbook")
    (tmp_path / "~$good.xlsx").write_bytes(b"lock")
    (tmp_path / "readme.txt").write_text("hello", "utf-8")
    ran = tianbao("check", tmp_path, "--json", "-")
    assert ran.code == 1
    jsonschema.validate(ran.json, SCHEMA)
    assert ran.json["summary"] == {"files": 4, "passed": 1, "queried": 1, "failed": 1, "unreadable": 1}
    by_name = {Path(entry["source"]).name: entry for entry in ran.json["submissions"]}
    assert [finding["key"] for finding in by_name["slip.json"]["findings"]] == [
        "T3-ID[natural]",
        "T3-ID[total]",
        "T3-SUM7[natural]",
        "T3-SUM7[total]",
        "HINT-CELL[requests.total.natural]",
    ]
    causes = {finding.get("cause") for finding in by_name["slip.json"]["findings"][:4]}
    assert causes == {"HINT-CELL[requests.total.natural]"}
    first = by_name["slip.json"]["findings"][0]
    assert (first["found"], first["expected"], first["places"], first["explanation"]) == (1, 0, [], None)
    assert by_name["broken.xlsx"]["form"] is None
    assert {Path(found["source"]).name for found in ran.json["passed_over"]} == {"~$good.xlsx", "readme.txt"}


def test_check_exit_codes(tmp_path: Path) -> None:
    passed = good.write(tmp_path, "a.json", good.data())
    notice = good.write(
        tmp_path, "b.json", good.data(texts=dict.fromkeys(("overview", "problems", "other"), "字" * 12))
    )
    queried = good.write(tmp_path, "c.json", good.data({"requests.new.legal": "/"}))
    assert tianbao("check", passed).code == 0
    assert tianbao("check", passed, notice).code == 0
    assert tianbao("check", queried).code == 1
    missing = tianbao("check", tmp_path / "nothing.json")
    assert (missing.code, len(missing.err.splitlines())) == (2, 1)
    (tmp_path / "empty").mkdir()
    empty = tianbao("check", tmp_path / "empty")
    assert (empty.code, len(empty.err.splitlines())) == (2, 1)
    assert tianbao("check").code == 2


def test_check_says_place_found_expected_basis_and_what_to_do(tmp_path: Path) -> None:
    path = good.write(tmp_path, "slip.json", good.data(SLIP))
    assert tianbao("fill", path, "-o", tmp_path / "slip.xlsx", "--totals", "typed").code == 0
    ran = tianbao("check", tmp_path / "slip.xlsx", "--lang", "zh")
    assert ran.code == 1
    for words in ("退回", "T3-ID[natural]", "三、申请!D5", "现值 1", "应为 0", "依据 国办公开办函", "怎么改 核对"):
        assert words in ran.out
    english = tianbao("check", tmp_path / "slip.xlsx", "--lang", "en")
    assert "failed" in english.out
    assert "what to do" in english.out


def test_nothing_of_a_file_controls_the_terminal(tmp_path: Path) -> None:
    path = good.write(
        tmp_path, "x.json", good.data({"requests.new.legal": "\x1b[31mred\x07"}, agency={"name": "a\x1b]0;b"})
    )
    ran = tianbao("check", path)
    assert "\x1b" not in ran.out
    assert "\x07" not in ran.out


def test_results_of_ours_are_passed_over(tmp_path: Path) -> None:
    good.write(tmp_path, "a.json", good.data())
    assert tianbao("check", tmp_path, "--json", tmp_path / "check.json").code == 0
    again = tianbao("check", tmp_path, "--json", "-")
    assert again.json["summary"]["files"] == 1
    assert [Path(found["source"]).name for found in again.json["passed_over"]] == ["check.json"]


def test_template_defaults_and_refusals(tmp_path: Path) -> None:
    ran = tianbao("template", "--year", "2020", "-o", tmp_path / "t.xlsx")
    assert ran.code == 0
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames[0] == "填报说明"
    identity = {row[0].value: row[1].value for row in book["_tianbao"].iter_rows(max_col=2)}
    assert (identity["form"], identity["edition"], identity["year"]) == ("gov-disclosure", "2019", 2020)
    for wrong in (("--form", "nothing"), ("--year", "1950"), ("--edition", "1999")):
        refused = tianbao("template", *wrong, "-o", tmp_path / "u.xlsx")
        assert (refused.code, len(refused.err.splitlines())) == (2, 1)
        assert not (tmp_path / "u.xlsx").exists()


def test_template_carries_agency_deadline_and_password(tmp_path: Path) -> None:
    out = tmp_path / "t.xlsx"
    assert tianbao("template", "--agency", "=1+1局", "--deadline", "2024-01-20", "--password", "p", "-o", out).code == 0
    book = openpyxl.load_workbook(out)
    cover = [cell.value for row in book["填报说明"].iter_rows() for cell in row if cell.value]
    assert "=1+1局" in cover
    assert "2024-01-20" in cover
    assert (
        book["填报说明"].protection.password
        != openpyxl.load_workbook(_default(tmp_path))["填报说明"].protection.password
    )


def _default(folder: Path) -> Path:
    assert tianbao("template", "-o", folder / "d.xlsx").code == 0
    return folder / "d.xlsx"


def test_fill_writes_all_and_refuses_one(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    good.write(folder, "a.json", good.data(SLIP))
    good.write(folder, "b.json", good.data({"requests.nothing.natural": 1}))
    good.write(folder, "c.json", good.data(year=2031))
    good.write(folder, "d.json", good.data(edition="1990"))
    ran = tianbao("fill", folder, "-o", tmp_path / "out")
    assert ran.code == 2
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.xlsx", "c.xlsx"]
    assert "requests.nothing.natural" in ran.err
    assert "数据里是 0，按各项计算是 1" in ran.err
    one = tianbao("fill", folder / "a.json", "-o", tmp_path / "one.xlsx")
    assert one.code == 0
    assert tianbao("check", tmp_path / "one.xlsx").code == 0
    several = tianbao("fill", folder, "-o", tmp_path / "one.xlsx")
    assert several.code == 2


def test_fill_never_overwrites_what_it_has_just_written(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        good.write(tmp_path / name, "a.json", good.data(agency={"name": name, "code": None}))
    ran = tianbao("fill", tmp_path / "one", tmp_path / "two", "-o", tmp_path / "out")
    assert ran.code == 2
    assert str(Path("two") / "a.json") in ran.err
    data = tianbao("check", tmp_path / "out", "--json", "-").json
    assert [entry["agency"]["name"] for entry in data["submissions"]] == ["one"]


def test_a_number_that_a_sheet_would_round_is_written_as_text_and_named(tmp_path: Path) -> None:
    path = good.write(tmp_path, "a.json", good.data({"proactive.licences.decisions": 12345678901234567890}))
    ran = tianbao("fill", path, "-o", tmp_path / "a.xlsx")
    assert ran.code == 0
    assert "行政许可" in ran.err
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book["二、主动公开"]["B8"].value == "12345678901234567890"


def test_fill_names_what_has_no_place(tmp_path: Path) -> None:
    made = good.data(explanations={f"X-{number}": "说明" for number in range(5)})
    made["texts"]["extra"] = "多出来的一段"
    ran = tianbao("fill", good.write(tmp_path, "a.json", made), "-o", tmp_path / "a.xlsx")
    assert ran.code == 0
    for name in ("extra", "X-3", "X-4"):
        assert f"“{name}”" in ran.err
    data = tianbao("check", tmp_path / "a.xlsx", "--json", "-").json
    assert data["submissions"][0]["verdict"] == "passed"


def test_report_refuses_errors_unless_draft(tmp_path: Path) -> None:
    slip = good.write(tmp_path, "slip.json", good.data(SLIP))
    refused = tianbao("report", slip, "-o", tmp_path / "no")
    assert refused.code == 1
    assert not (tmp_path / "no").exists()
    assert tianbao("report", slip, "-o", tmp_path / "draft", "--draft").code == 0
    assert "草稿" in (tmp_path / "draft" / "report.html").read_text("utf-8")
    fine = good.write(tmp_path, "good.json", good.data())
    assert tianbao("report", fine, "-o", tmp_path / "yes").code == 0
    assert sorted(path.name for path in (tmp_path / "yes").iterdir()) == [
        f"report.{suffix}" for suffix in ("docx", "html", "json", "pdf")
    ]
    page = (tmp_path / "yes" / "report.html").read_text("utf-8")
    assert "草稿" not in page
    written = json.loads((tmp_path / "yes" / "report.json").read_text("utf-8"))
    assert written["submission"]["cells"]["requests.new.natural"] == 1
    assert written["checksum"] in page


def test_an_agency_name_with_a_line_break_makes_a_report(tmp_path: Path) -> None:
    path = good.write(tmp_path, "a.json", good.data(agency={"name": "示例区\n档案局", "code": None}))
    assert tianbao("report", path, "-o", tmp_path / "out").code == 0
    assert "示例区 档案局" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_sign_off_cells_keep_what_is_typed(tmp_path: Path) -> None:
    """A phone number keeps its leading 0, a date is not turned into a number: the cells are text."""
    path = good.write(tmp_path, "a.json", good.data(signoff={"phone": "02787654321", "date": "2024-1-15"}))
    assert tianbao("fill", path, "-o", tmp_path / "a.xlsx").code == 0
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["填报说明"]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row}
    assert {cells[text].number_format for text in ("02787654321", "2024-1-15")} == {"@"}


def test_report_takes_one_submission(tmp_path: Path) -> None:
    for name in "ab":
        good.write(tmp_path, f"{name}.json", good.data())
    assert tianbao("report", tmp_path, "-o", tmp_path / "out").code == 2
    assert tianbao("report", tmp_path / "none.json", "-o", tmp_path / "out").code == 2
    (tmp_path / "bad.xlsx").write_bytes(b"?")
    assert tianbao("report", tmp_path / "bad.xlsx", "-o", tmp_path / "out").code == 1


def test_forms_lists_explains_and_lints(tmp_path: Path) -> None:
    assert "gov-disclosure/2021" in tianbao("forms").out
    explained = tianbao("forms", "--explain", "gov-disclosure").out
    line = next(line for line in explained.splitlines() if line.startswith("  requests.new.natural "))
    for part in ("三、申请!D5", "一、本年新收政府信息公开申请数量", "自然人", "T3-ID[natural]", "T3-ROW[new]"):
        assert part in line
    assert sum("!" in line for line in explained.splitlines()) == 200 + 4
    assert tianbao("forms", "--explain", "nothing").code == 2
    assert json.loads(tianbao("forms", "--schema", "gov-disclosure/2019").out)["properties"]["edition"] == {
        "const": "2019"
    }
    source = library.resource_root() / "template" / "gov-disclosure" / "2021" / "form.yaml"
    assert tianbao("forms", "--lint", source).code == 0
    bad = tmp_path / "form.yaml"
    bad.write_text(source.read_text("utf-8").replace("requests.carried_in.$c =", "requests.caried_in.$c =", 1), "utf-8")
    ran = tianbao("forms", "--lint", bad)
    assert ran.code == 1
    assert "caried_in" in ran.out
    assert "^^^" in ran.out
    assert "requests.carried_in." in ran.out
    assert tianbao("forms", "--lint", tmp_path / "none.yaml").code == 2


def test_rules_prints_every_rule_with_examples() -> None:
    out = tianbao("rules").out
    for form in library.listed():
        for rule in library.load(form.id, form.edition).rules:
            assert f"### {rule.id}" in out
            assert rule.sentence in out
    assert out.count("不符的例子") >= 12


def test_a_name_that_is_not_utf8_is_shown_as_gb18030(tmp_path: Path) -> None:
    import os

    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb1\xed.json"))
    path.write_text(json.dumps(good.data()), "utf-8")
    ran = tianbao("check", tmp_path, "--json", "-")
    assert ran.code == 0
    assert [Path(entry["source"]).name for entry in ran.json["submissions"]] == ["表.json"]
    assert tianbao("fill", tmp_path, "-o", tmp_path / "out").code == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["表.xlsx"]


def test_an_output_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    path = good.write(tmp_path, "x.json", good.data())
    for arguments in (("check", path, "--json", tmp_path), ("fill", path, "-o", path)):
        ran = tianbao(*arguments)
        assert (ran.code, len(ran.err.splitlines())) == (2, 1)


@pytest.mark.parametrize("locale", ["C", "zh_CN.GBK", "en_US.UTF-8"])
def test_output_survives_any_locale(locale: str, tmp_path: Path) -> None:
    import os

    path = good.write(tmp_path, "x.json", good.data(SLIP))
    env = {**os.environ, "LC_ALL": locale, "LANG": locale, "PYTHONIOENCODING": "gbk"}
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "tianbao", "check", str(path)], capture_output=True, env=env, check=False
    )
    assert done.returncode == 1, done.stderr
    assert b"Traceback" not in done.stderr
