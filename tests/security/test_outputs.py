"""Names and texts that would act in what tianbao writes: on the terminal, in workbooks, pages, letters, file names."""

import io
import json
import re
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree, html

from tests.cli import bulk
from tests.cli.run import Ran, tianbao
from tests.intake import made
from tests.security import books
from tests.verbs import good
from tests.workbook.samples import repacked, swap

ACTING = (
    "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-1+cmd|x", "\t=1+1", "\r=1+1",
    '=HYPERLINK("http://x")',
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</script><script>alert(1)</script>",
    "javascript:alert(1)", "a\u202egpj.exe", "\x1b]0;own\x07\x1b[2J", "../../../etc/passwd", "CON", "a\u2028b",
    "_tianbao",
    "{{ 7*7 }}", "[link](x)", "[bold red]", "长" * 4096,
)  # fmt: skip
QUIET = {"Cc", "Cf", "Zl", "Zp"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """All outputs over files whose names, agencies, cells, texts and explanations would act."""
    folder = tmp_path_factory.mktemp("acting")
    inside = folder / "pile"
    inside.mkdir()
    for number, text in enumerate(ACTING):
        data = good.data(
            {"requests.new.legal": text, "requests.total.natural": 7, text: 1},
            agency={"name": text, "code": text},
            texts={"overview": text, "problems": text, "other": text, text: text},
            explanations={"T3-ID[natural]": text, "N1-LEN": text, text: text},
            signoff={"head": text, text: text},
        )
        name = re.sub("[/\0]", "_", text)[:60]
        good.write(inside, f"n{name}-{number}.json", data)
    members = [(f"n{text}.json", json.dumps(good.data(agency={"name": text})).encode()) for text in ACTING]
    (inside / "all.zip").write_bytes(made.zipped(*members))
    (inside / "all.eml").write_bytes(made.raw_mail(*((_header(name), data) for name, data in members)))
    (inside / "sheet.xlsx").write_bytes(_workbook())
    where = bulk.place(folder)
    asked = [word for name in ("json", "xlsx", "html", "jsonl") for word in (f"--{name}", folder / f"out.{name}")]
    asked += ["--marked", folder / "marked", "--reply", folder / "reply"]
    ran = tianbao("check", inside, "-v", *asked, env=where.env)
    assert ran.code == 1, ran.err
    where.check_clean()
    return folder, ran


def _header(name: str) -> bytes:
    return b"Content-Type: application/json; name*=UTF-8''" + "".join(f"%{byte:02X}" for byte in name.encode()).encode()


def _workbook() -> bytes:
    """Formulas in the agency's name, in texts and in the name of a sheet; a second sheet named like the hidden one."""
    data = repacked(books.sound(), {books.STRINGS: swap("示例区档案局", "=cmd|' /C calc'!A0")})
    return repacked(data, {books.BOOK: swap('name="四、复议诉讼"', 'name="=cmd|x"')})


def test_nothing_reaches_the_terminal_that_acts(written: tuple[Path, Ran]) -> None:
    said = written[1].out + written[1].err
    assert not {character for character in said if not character.isprintable()} - {"\n"}
    assert max(map(len, said.splitlines())) < 20_000


def test_the_json_is_strict_and_holds_the_texts(written: tuple[Path, Ran]) -> None:
    def refuse(constant: str) -> Any:
        raise AssertionError(constant)

    text = (written[0] / "out.json").read_text("utf-8")
    data = json.loads(text, parse_constant=refuse)
    agencies = {entry["agency"]["name"] for entry in data["submissions"] if entry["agency"]}
    assert set(ACTING) <= agencies
    assert len(data["submissions"]) == 3 * len(ACTING) + 1
    lines = (written[0] / "out.jsonl").read_text("utf-8").split("\n")
    assert len(lines) == len(data["submissions"]) + 1


def test_workbooks_hold_texts_and_no_formula_of_a_stranger(written: tuple[Path, Ran]) -> None:
    assert _formulas((written[0] / "out.xlsx").read_bytes()) == set()
    assert len(_copies(written[0])) >= len(ACTING)
    for path in (written[0] / "out.xlsx", *_copies(written[0])):
        data = path.read_bytes()
        assert not [formula for formula in _formulas(data) if re.search("cmd|calc|1\\+1|http", formula)]
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for name in package.namelist():
                root = etree.fromstring(package.read(name))
                tags = {etree.QName(node).localname for node in root.iter() if isinstance(node.tag, str)}
                assert not tags & {"externalReference", "ddeLink", "oleLink"}, (path, name)
                outside = [node for node in root.iter() if node.get("TargetMode") == "External"]
                assert not outside, (path, name)
    openpyxl.load_workbook(written[0] / "out.xlsx")


def _copies(folder: Path) -> list[Path]:
    return sorted((folder / "marked").iterdir())


def _formulas(data: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheets = [package.read(name) for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
    return {str(node.text) for sheet in sheets for node in etree.fromstring(sheet).iter("{*}f")}


def test_the_page_has_no_element_or_script_of_a_stranger(written: tuple[Path, Ran]) -> None:
    text = (written[0] / "out.html").read_text("utf-8")
    root: Any = html.document_fromstring(text)
    assert root.xpath("//img | //iframe | //object | //base | //embed | //@*[starts-with(name(), 'on')]") == []
    assert {href for href in root.xpath("//@href") if not href.startswith("#")} == {"data:,"}
    assert [script for script in root.xpath("//script/text()") if "alert(1)" in script] == []
    assert "default-src 'none'" in text
    assert not re.search("[\x00\x1b\x07\u202a-\u202e\u2066-\u2069\u2028\u2029]", text)


def test_names_of_files_are_safe_on_every_system(written: tuple[Path, Ran]) -> None:
    for folder in ("marked", "reply"):
        for path in (written[0] / folder).iterdir():
            assert path.is_file()
            assert not set('\\/:*?"<>|') & set(path.name)
            assert not {unicodedata.category(character) for character in path.name} & QUIET
            assert path.stem.upper() not in ("CON", "NUL", "")
            assert not path.name.startswith((".", "-", "=", "+", "@"))
            assert len(path.name.encode()) < 256
    # the pile, the outputs, home and temporary folder: no name led anywhere else
    expected = {
        "pile",
        "marked",
        "reply",
        "home",
        "temporary",
        *(f"out.{name}" for name in ("json", "jsonl", "xlsx", "html")),
    }
    assert {path.name for path in written[0].iterdir()} == expected


def test_letters_hold_no_character_that_acts(written: tuple[Path, Ran]) -> None:
    for path in (written[0] / "reply").iterdir():
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        assert not {unicodedata.category(character) for character in text.replace("\n", "")} & QUIET, path


def test_a_sheet_named_like_the_hidden_one_is_not_believed(tmp_path: Path) -> None:
    """The cells of the hidden sheet decide, not its name; a second sheet with such cells is pointed out."""
    data = books.sound()
    hidden = zipfile.ZipFile(io.BytesIO(data)).read(_hidden(data)).decode()
    listed = '<sheet name="_tianbao2" sheetId="98" state="hidden" r:id="rIdX"/></sheets>'
    related = '<Relationship Id="rIdX" Type="http://x/worksheet" Target="worksheets/x.xml"/>'
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        repacked(
            data,
            {
                "xl/worksheets/x.xml": hidden.encode(),
                books.BOOK: swap("</sheets>", listed),
                books.RELS: swap("</Relationships>", f"{related}</Relationships>"),
            },
        )
    )
    (entry,) = tianbao("check", path, "--json", "-").json["submissions"]
    assert "IDENTITY-TWICE" in {finding["rule"] for finding in entry["findings"]}
    assert entry["agency"]["name"] == "示例区档案局"


def _hidden(data: bytes) -> str:
    from tests.workbook.samples import part_of

    return part_of(data, "_tianbao")
