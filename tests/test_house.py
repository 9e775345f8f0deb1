"""The house rules that a machine can hold: sizes, lazy start, and a wheel that carries everything."""

import ast
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
HEAVY = ("rich", "yaml", "jsonschema", "openpyxl", "xlsxwriter", "jinja2", "typst", "lxml", "fontTools", "decimal")
MODULE_LINES, FUNCTION_LINES = 400, 60


def modules() -> list[Path]:
    return sorted((TOP / "src").rglob("*.py"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(TOP)))
def test_modules_and_functions_stay_small_and_public_names_are_documented(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= MODULE_LINES
    assert ast.get_docstring(ast.parse(text))
    for found in functions(path):
        assert (found.end_lineno or 0) - found.lineno < FUNCTION_LINES, found.name
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), node.name


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, json\n"
        "from tianbao.cli.main import main\n"
        "try: main(['--help'], standalone_mode=False)\n"
        "finally: print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stderr.splitlines()[-1])
    assert "tianbao.cli.main" in loaded
    assert [name for name in HEAVY if name in loaded] == []


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked by pip into a folder of its own."""
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(TOP)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = out.glob("*.whl")
    target = out / "site"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(target),
        str(wheel),
    ]
    subprocess.run(pip, check=True, capture_output=True)
    return target


def test_the_wheel_carries_forms_schemas_looks_and_licences(installed: Path) -> None:
    (wheel,) = installed.parent.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for folder in ("template", "schema"):
        inside = {str(path.relative_to(TOP)) for path in (TOP / folder).rglob("*") if path.is_file()}
        assert {f"tianbao/{name}" for name in inside} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests", "docs", "tools"))]


def test_the_installed_program_does_the_main_job(installed: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        code = f"import sys; sys.path.insert(0, {str(installed)!r})\n"
        code += f"import tianbao; assert {str(installed)!r} in tianbao.__file__\n"
        code += f"sys.argv = ['tianbao', *{list(arguments)!r}]\nfrom tianbao.cli.main import run; run()"
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "gov-disclosure/2021" in run("forms")
    run("fill", str(TOP / "examples" / "waishi-2023.json"), "-o", "a.xlsx")
    run("check", "a.xlsx")
    run("report", "a.xlsx", "-o", "out")
    assert (tmp_path / "out" / "report.pdf").read_bytes().startswith(b"%PDF")
