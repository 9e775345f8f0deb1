"""A pile of containers at the command line: every file, member and attachment has its verdict or is named."""

import json
import os
from pathlib import Path

import jsonschema
import pytest

from tests.cli.run import tianbao
from tests.intake import made
from tests.verbs import good
from tianbao.forms import library

SCHEMA = json.loads((library.resource_root() / "schema" / "check.schema.json").read_text("utf-8"))


def data(name: str) -> bytes:
    """A good submission."""
    return json.dumps(good.data(agency={"name": name, "code": None}), ensure_ascii=False).encode()


def test_archives_and_mails_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "甲.zip").write_bytes(
        made.raw_zip(("甲局.json".encode("gbk"), data("甲局")), ("说明.txt".encode("gbk"), b"x"))
    )
    (tmp_path / "乙.eml").write_bytes(made.forwarded(made.mail(("乙局.json", data("乙局")), subject="报送")))
    (tmp_path / "丙.tar.gz").write_bytes(made.tarred(("丙局.json", data("丙局")), mode="w:gz"))
    (tmp_path / "丁.zip").write_bytes(made.zipped(("a.json", data("丁局")))[:-10])
    (tmp_path / "戊.eml").write_bytes(made.mail())
    (tmp_path / "己.xlsx").write_bytes(made.sealed(made.workbook(), "p"))
    (tmp_path / "庚.docx").write_bytes(b"PK\3\4")
    ran = tianbao("check", tmp_path, "--json", "-")
    assert ran.code == 1
    jsonschema.validate(ran.json, SCHEMA)
    told = {
        entry["source"].removeprefix(f"{tmp_path}{os.sep}"): (
            entry["verdict"],
            entry["agency"] and entry["agency"]["name"],
            [found["rule"] for found in entry["findings"]],
        )
        for entry in ran.json["submissions"]
    }
    assert told == {
        "丁.zip": ("unreadable", None, ["FILE-CONTAINER"]),
        "丙.tar.gz/丙局.json": ("passed", "丙局", []),
        "乙.eml/报送.eml/乙局.json": ("passed", "乙局", []),
        "己.xlsx": ("unreadable", None, ["FILE-ENCRYPTED"]),
        "庚.docx": ("unreadable", None, ["FILE-WORD"]),
        "甲.zip/甲局.json": ("passed", "甲局", []),
    }
    assert [(Path(found["source"]).name, found["reason"]) for found in ran.json["passed_over"]] == [
        ("戊.eml", ran.json["passed_over"][0]["reason"]),
        ("说明.txt", ran.json["passed_over"][1]["reason"]),
    ]
    shown = tianbao("check", tmp_path, "--lang", "zh").out
    for words in (
        "没有附件的邮件",
        "不是工作簿，也不是填报数据",
        "设了打开密码",
        "--password",
        "是 Word 文件",
        "压缩包或邮件打不开",
    ):
        assert words in shown


@pytest.mark.parametrize("verb", ["fill", "report"])
def test_data_in_an_archive_is_filled_and_reported(verb: str, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(made.zipped(("甲局.json", data("甲局"))))
    ran = tianbao(verb, tmp_path / "a.zip", "-o", tmp_path / "out")
    assert ran.code == 0, ran.err
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == (
        ["甲局.xlsx"] if verb == "fill" else [f"report.{end}" for end in ("docx", "html", "json", "pdf")]
    )


def test_fill_says_of_a_word_file_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"x")
    ran = tianbao("fill", tmp_path / "a.docx", "-o", tmp_path / "out", "--lang", "zh")
    assert ran.code == 2
    assert "是 Word 文件" in ran.err
