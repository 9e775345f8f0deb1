"""tianbao check on many files: the same answer whatever the number of processes and whatever becomes of them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli import bulk
from tests.cli.run import tianbao
from tests.intake import made
from tests.verbs import good
from tianbao.forms import library

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

SCHEMA = json.loads((library.resource_root() / "schema" / "check.schema.json").read_text("utf-8"))


def result(path: Path) -> Any:
    """A JSON that was written, held against the contract."""
    data = json.loads(path.read_text("utf-8"))
    jsonschema.validate(data, SCHEMA)
    return data


def test_the_answer_is_the_same_whatever_the_number_of_processes(tmp_path: Path) -> None:
    where, folder = bulk.place(tmp_path), bulk.pile(tmp_path / "pile", 560)
    mails = made.mbox(*(made.mail((f"{number}.json", b"[]")) for number in range(5)))
    (folder / "00100.mbox").write_bytes(mails)
    (folder / "00200.zip").write_bytes(made.zipped(("a.json", b"[1]"), ("b/c.json", b"[2]"), ("d.png", b"no picture")))
    outputs = []
    for jobs in ("1", "2", "3"):
        out = tmp_path / f"{jobs}.json"
        ran = tianbao("check", folder, "--jobs", jobs, "--json", out, "--jsonl", "-", env=where.env)
        assert ran.code == 1
        assert len(ran.out.splitlines()) == result(out)["summary"]["files"]
        outputs.append((out.read_bytes(), ran.out))
    assert outputs[0] == outputs[1] == outputs[2]
    entries = json.loads(outputs[0][0])["submissions"]
    sources = [entry["source"] for entry in entries]
    assert len(sources) == 560 + 5 + 2
    assert len(set(sources)) == len(sources)
    where.check_clean()


def test_a_child_killed_half_way_loses_and_repeats_nothing(tmp_path: Path) -> None:
    where, folder = bulk.place(tmp_path), bulk.pile(tmp_path / "pile", 1200)
    out = tmp_path / "out.json"
    with bulk.running("check", folder, "-j", "2", "--json", out, "--jsonl", "-", env=where.env) as process:
        said = bulk.lines(process, 1)
        for count in (60, 300, 300):
            helpers = bulk.children(process.pid)
            assert len(helpers) == 2
            for pid in helpers:
                os.kill(pid, signal.SIGKILL)
            said += bulk.lines(process, count)
        rest, err = process.communicate()
    assert process.returncode == 1, err
    said += rest.splitlines()
    names = [f"{number:05}.json" for number in range(1200)]
    assert [Path(json.loads(line)["source"]).name for line in said] == names
    assert [Path(entry["source"]).name for entry in result(out)["submissions"]] == names
    assert result(out)["summary"]["passed"] == 120
    where.check_clean()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_keeps_what_there_is_and_says_that_it_is_partial(tmp_path: Path, jobs: str) -> None:
    where, folder = bulk.place(tmp_path), bulk.pile(tmp_path / "pile", 900)
    out = tmp_path / "out.json"
    arguments = ("check", folder, "-j", jobs, "--json", out, "--jsonl", "-", "--xlsx", tmp_path / "out.xlsx")
    with bulk.running(*arguments, env=where.env) as process:
        said = bulk.lines(process, 60)
        helpers = bulk.children(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        rest, err = process.communicate(timeout=60)
    said += rest.splitlines()
    assert process.returncode == 2
    assert "Traceback" not in err.decode()
    assert "已中断" in err.decode() or "interrupted" in err.decode()
    assert bulk.gone(helpers, 0)
    data = result(out)
    assert data["partial"] is True
    done = [Path(entry["source"]).name for entry in data["submissions"]]
    assert 60 <= len(done) == len(said) < 900
    assert done == [f"{number:05}.json" for number in range(len(done))]
    assert (tmp_path / "out.xlsx").read_bytes().startswith(b"PK")
    where.check_clean()


def test_no_helper_is_left_when_the_program_is_killed(tmp_path: Path) -> None:
    where, folder = bulk.place(tmp_path), bulk.pile(tmp_path / "pile", 900)
    with bulk.running("check", folder, "-j", "2", "--jsonl", "-", env=where.env) as process:
        bulk.lines(process, 20)
        helpers = bulk.children(process.pid)
        process.kill()
        process.wait()
        assert len(helpers) == 2
        assert bulk.gone(helpers)
    where.check_clean()


def test_small_piles_start_no_child(tmp_path: Path) -> None:
    where, folder = bulk.place(tmp_path), bulk.pile(tmp_path / "pile", 450)
    with bulk.running("check", folder, "-j", "2", "--jsonl", "-", env=where.env) as process:
        bulk.lines(process, 200)
        assert bulk.children(process.pid) == []
        process.communicate()


def test_what_takes_too_long_costs_itself_only(tmp_path: Path) -> None:
    """Thirty wrong passwords take seconds: the file between two good ones is given up, they are not."""
    import io

    import msoffcrypto.format.ooxml

    where, folder = bulk.place(tmp_path), tmp_path / "pile"
    folder.mkdir()
    good.write(folder, "a.json", good.data())
    good.write(folder, "c.json", good.data())
    (folder / "d.zip").write_bytes(made.zipped(("x.json", b"[]")))
    locked = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(made.workbook())).encrypt("right", locked)
    (folder / "b.xlsx").write_bytes(locked.getvalue())
    wrong = [word for number in range(30) for word in ("--password", f"wrong{number}")]
    ran = tianbao("check", folder, "--json", "-", "--max-seconds", "0.5", *wrong, env=where.env)
    entries = ran.json["submissions"]
    assert [entry["verdict"] for entry in entries] == ["passed", "unreadable", "passed", "unreadable"]
    assert [found["rule"] for found in entries[1]["findings"]] == ["FILE-TIMEOUT"]
    assert len(entries[1]["sha256"]) == 64
    assert "0.5" in entries[1]["findings"][0]["message"]
    where.check_clean()


def test_what_takes_too_much_memory_costs_itself_only(tmp_path: Path) -> None:
    where, folder = bulk.place(tmp_path), tmp_path / "pile"
    folder.mkdir()
    good.write(folder, "a.json", good.data())
    (folder / "b.zip").write_bytes(made.zipped(("x.xlsx", bytes(200 * 2**20))))
    good.write(folder, "c.json", good.data())
    ran = tianbao("check", folder, "--json", "-", "--max-memory", "64", "--max-seconds", "60", env=where.env)
    entries = ran.json["submissions"]
    assert [found["rule"] for found in entries[1]["findings"]] == ["FILE-MEMORY"]
    assert [entry["verdict"] for entry in (entries[0], entries[2])] == ["passed", "passed"]
    where.check_clean()


def test_memory_does_not_grow_with_the_pile(tmp_path: Path) -> None:
    """A small version, of every process; bench/ has the figure for 20,000."""
    where, peaks = bulk.place(tmp_path), []
    for count in (800, 2400):
        folder = bulk.pile(tmp_path / f"pile{count}", count)
        arguments = ["tianbao", "check", str(folder), "-j", "2", "-q", "--json", str(tmp_path / "o.json")]
        code = (
            f"import resource, sys\nfrom tianbao.cli.main import run\nsys.argv = {arguments!r}\n"
            "try: run()\n"
            "finally:\n"
            # what getrusage says of this process includes that of the test which started it
            "    own = open('/proc/self/status').read().partition('VmHWM:')[2].split()[0]\n"
            "    print(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=where.env, check=False)
        peaks.append([int(peak) for peak in done.stdout.splitlines()[-1].split()])
    for few, many in zip(*peaks, strict=True):
        assert many - few < 4 * 1024, peaks
        assert many < 100 * 1024, peaks
