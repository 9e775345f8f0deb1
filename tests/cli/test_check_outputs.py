"""The outputs of tianbao check: where they go, what they never touch, and what is said when they cannot be written."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from tests.cli import bulk
from tests.cli.run import Ran, tianbao
from tests.intake import made
from tests.verbs import good
from tianbao.workbook.own import is_own_result

SLIP = {"requests.total.natural": 0, "requests.total.total": 0}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four that are read, one that is not, one that is passed over."""
    inside = tmp_path / "pile"
    inside.mkdir()
    good.write(inside, "a.json", good.data(agency={"name": "甲局"}))
    good.write(inside, "b.json", good.data(SLIP, agency={"name": "乙局"}))
    good.write(inside, "c.json", good.data({"requests.new.legal": None}, agency={"name": "丙局"}))
    good.write(inside, "d.json", good.data({"requests.new.legal": "x"}, agency={"name": "乙局"}))
    (inside / "e.xlsx").write_bytes(b"no workbook")
    (inside / "f.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return inside


def lines(ran: Ran) -> list[str]:
    """What stderr says."""
    return ran.err.splitlines()


def test_the_terminal_says_verdicts_then_counts_then_details(folder: Path) -> None:
    ran = tianbao("check", folder, "--lang", "zh")
    said = ran.out.splitlines()
    assert [line.split()[0] for line in said[:5]] == ["通过", "退回", "需说明", "退回", "读不了"]
    assert said[5].startswith("没有看")
    assert said[6] == "共 5 份：通过 1，需说明 1，退回 2，读不了 1"
    heads = [line for line in said[7:] if not line.startswith(" ")]
    assert [line.split()[0] for line in heads] == ["退回", "需说明", "退回", "读不了", "整批比对："]
    assert "PILE-VERSIONS" in ran.out
    assert tianbao("check", folder, "-q", "--lang", "zh").out == said[6] + "\n"


def test_verbose_also_tells_of_notices_and_of_what_passed(tmp_path: Path) -> None:
    made = good.data(texts=dict.fromkeys(("overview", "problems", "other"), "字" * 12))
    path = good.write(tmp_path, "a.json", made)
    brief, whole = tianbao("check", path, "--lang", "zh"), tianbao("check", path, "-v", "--lang", "zh")
    assert brief.code == whole.code == 0
    assert "提示 1" in brief.out
    assert len(brief.out.splitlines()) == 2
    assert len(whole.out.splitlines()) > 3


def test_bidi_and_control_characters_never_reach_the_terminal(tmp_path: Path) -> None:
    name = "a\u202eb\u2066c\u200fd\x1b[2Je\x07f\u2028g"
    path = good.write(tmp_path, "x.json", good.data({"requests.new.legal": name}, agency={"name": name}))
    ran = tianbao("check", path, "-v")
    assert not {character for character in ran.out + ran.err if not character.isprintable()} - {"\n"}


def test_json_lines_are_the_entries_and_alone_on_stdout(folder: Path, tmp_path: Path) -> None:
    ran = tianbao("check", folder, "--jsonl", "-", "--json", tmp_path / "out.json")
    entries = [json.loads(line) for line in ran.out.splitlines()]
    whole = json.loads((tmp_path / "out.json").read_text("utf-8"))["submissions"]
    for entry in whole:  # what the pile says is known at the end only
        entry["findings"] = [found for found in entry["findings"] if not found["rule"].startswith("PILE-")]
    assert entries == whole
    both = tianbao("check", folder, "--jsonl", "-", "--json", "-")
    assert (both.code, both.out, len(lines(both))) == (2, "", 1)


def test_all_outputs_at_once_and_the_next_run_passes_them_over(folder: Path) -> None:
    outputs = {name: folder / f"out.{name}" for name in ("json", "jsonl", "xlsx", "html")}
    asked = [word for name, path in outputs.items() for word in (f"--{name}", path)]
    asked += ["--marked", folder / "marked", "--reply", folder / "reply"]
    for _ in range(2):
        ran = tianbao("check", folder, *asked, "-q")
        assert ran.code == 1
        assert all(path.is_file() for path in outputs.values())
        data = json.loads(outputs["json"].read_text("utf-8"))
        assert data["summary"]["files"] == 5
        assert "乙局" in outputs["html"].read_text("utf-8")
        assert is_own_result(outputs["xlsx"].read_bytes())
    assert sorted(path.name for path in (folder / "marked").iterdir()) == ["丙局.xlsx", "乙局-d.xlsx", "乙局.xlsx"]
    assert sorted(path.name for path in (folder / "reply").iterdir()) == [
        "e.txt", "丙局.txt", "乙局-d.txt", "乙局.txt", "甲局.txt",
    ]  # fmt: skip
    again = tianbao("check", folder, "--json", "-").json
    reasons = {Path(found["source"]).name: found["reason"] for found in again["passed_over"]}
    assert reasons["out.json"] == reasons["out.xlsx"]
    assert {"out.html", "out.jsonl"} <= set(reasons)
    # return copies can be sent again: without their folder among the outputs they are reports like any other
    assert again["summary"]["files"] == 5 + 3
    openpyxl.load_workbook(outputs["xlsx"])


def test_an_issued_workbook_is_never_taken_for_a_result(tmp_path: Path) -> None:
    assert not is_own_result(made.workbook())
    assert not is_own_result(b"PK")


def test_return_copies_never_replace_what_is_there(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "乙局.xlsx").write_bytes(b"mine")
    ran = tianbao("check", folder, "-q", "--marked", out, "--lang", "zh")
    assert "另取了名" in ran.err
    assert (out / "乙局.xlsx").read_bytes() == b"mine"
    assert len(list(out.iterdir())) == 4
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    tianbao("check", folder, "-q", "--marked", out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_inputs_are_never_outputs(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder.parent / "same.json").hardlink_to(folder / "a.json")
    for asked in (
        (folder, "--json", folder / "a.json"),
        (folder / "a.json", "--json", folder / "a.json"),
        (folder / "a.json", "--jsonl", folder.parent / "same.json"),
        (folder, "--xlsx", folder / "e.xlsx"),
        (folder, "--marked", folder),
        (folder, "--reply", folder.parent / "pile" / ".." / "pile"),
        (folder, "--json", folder / "n.json", "--html", folder / "n.json"),
    ):
        ran = tianbao("check", *asked)
        assert (ran.code, ran.out, len(lines(ran))) == (2, "", 1), asked
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_outputs_that_cannot_be_written_are_one_line_and_leave_nothing(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "file").write_text("", "utf-8")
    for asked in (("--json", out), ("--xlsx", out / "file" / "x.xlsx"), ("--marked", out / "file"), ("--html", out)):
        ran = tianbao("check", folder, *asked)
        assert ran.code == 2, asked
        assert len(lines(ran)) == 1 or lines(ran)[0].startswith("Usage"), ran.err
    assert [path.name for path in out.iterdir()] == ["file"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_no_space_is_one_line(folder: Path) -> None:
    for option in ("--json", "--jsonl"):
        ran = tianbao("check", folder, "-q", option, "/dev/full")
        assert ran.code == 2
        assert len(lines(ran)) == 1
    with Path("/dev/full").open("wb") as full:
        for asked in ([], ["-q"], ["--json", "-"], ["--jsonl", "-"]):
            command = [sys.executable, "-m", "tianbao", "check", str(folder), *asked]
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
            assert done.returncode == 2, asked
            assert len(done.stderr.splitlines()) == 1, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_disk_that_fills_up_leaves_no_half_file(tmp_path: Path) -> None:
    where, folder = bulk.place(tmp_path), bulk.pile(tmp_path / "pile", 100)

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    for option, name in (("--json", "o.json"), ("--jsonl", "o.jsonl"), ("--html", "o.html"), ("--xlsx", "o.xlsx")):
        out = tmp_path / "out"
        out.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "tianbao", "check", str(folder), "-q", option, str(out / name)]
        done = subprocess.run(command, capture_output=True, preexec_fn=little, env=where.env, check=False)
        assert done.returncode == 2, (option, done.stderr)
        assert len(done.stderr.splitlines()) == 1, done.stderr.decode()
        left = list(out.iterdir())
        if option == "--jsonl":  # lines that were written are whole
            assert [path.name for path in left] == [name]
            assert all(json.loads(line) for line in left[0].read_text("utf-8").splitlines())
            left[0].unlink()
        else:
            assert left == []
    where.check_clean()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_no_room_for_temporary_files_is_one_line(tmp_path: Path) -> None:
    folder = bulk.pile(tmp_path / "pile", 2500)

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    command = [sys.executable, "-m", "tianbao", "check", str(folder), "-j", "1"]
    done = subprocess.run(command, capture_output=True, preexec_fn=little, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr.decode()


def test_a_fault_of_ours_costs_one_file_and_exit_code_3(tmp_path: Path) -> None:
    """The fault is put into the program from outside: nothing in it can be asked to fail."""
    where, folder = bulk.place(tmp_path), tmp_path / "pile"
    folder.mkdir()
    for name in "abc":
        good.write(folder, f"{name}.json", good.data(agency={"name": f"{name}局"}))
    code = (
        "import sys, tianbao.verbs.check as check\n"
        "right = check._checked\n"
        "def wrong(received):\n"
        "    if received.source.endswith('b.json'): raise LookupError('ours')\n"
        "    return right(received)\n"
        "check._checked = wrong\n"
        f"sys.argv = ['tianbao', 'check', {str(folder)!r}, '--json', '-']\n"
        "from tianbao.cli.main import run; run()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=where.env, check=False)
    assert done.returncode == 3
    entries = json.loads(done.stdout)["submissions"]
    assert [entry["verdict"] for entry in entries] == ["passed", "unreadable", "passed"]
    assert [found["rule"] for found in entries[1]["findings"]] == ["FILE-OUR-BUG"]
    assert len(done.stderr.splitlines()) == 1
    (log,) = (where.home / ".config" / "tianbao").iterdir()
    assert "LookupError: ours" in log.read_text("utf-8")
    where.check_clean()


def test_stats_and_usage(folder: Path) -> None:
    ran = tianbao("check", folder, "-q", "--stats", "--lang", "zh")
    assert "5 份" in ran.err
    for wrong in (("--engine", "ray"), ("--jobs", "0"), ("--max-seconds", "0"), ("--json",)):
        assert tianbao("check", folder, *wrong).code == 2
    assert os.listdir(folder)  # noqa: PTH208
