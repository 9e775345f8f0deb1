"""A compiled form goes to JSON and back without loss, and what is kept between runs is whole or ignored."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.run import tianbao
from tests.conftest import examples
from tests.forms.small import GOOD, compiled, edited
from tests.rules.test_compiled import FORMS, form_of
from tests.rules.trees import rules, terms, totals
from tianbao.forms import library
from tianbao.forms.kept import keep, key_of, read_kept
from tianbao.forms.model import Form, Instance, Rule
from tianbao.forms.stored import form_of as restored
from tianbao.forms.stored import form_text
from tianbao.rules.expr import Expr, Ref

EXAMPLE = str(library.resource_root() / "examples" / "waishi-2023.json")


@pytest.mark.parametrize("name", FORMS)
def test_every_form_comes_back_equal(name: str) -> None:
    form = form_of(name)
    again = restored(form_text(form))
    assert again == form
    assert list(again.cells) == list(form.cells)
    assert form_text(again) == form_text(form)


def test_bounds_with_decimals_come_back_exact() -> None:
    form = compiled(edited(("unit: 天, places: 1}", 'unit: 天, places: 1, min: 0.1, max: 366.5, help: "天数"}')))
    again = restored(form_text(form))
    kind = again.cells["work.days.people"].kind
    assert again == form
    assert (kind.least, kind.most) == (Decimal("0.1"), Decimal("366.5"))
    assert isinstance(kind.least, Decimal)


_FORM = compiled(GOOD)
_REFERENCES = st.builds(Ref, st.sampled_from([*_FORM.cells, *_FORM.narratives]), st.sampled_from(["", "previous"]))


@given(rules(totals(terms(_REFERENCES, _REFERENCES)), _REFERENCES))
@examples(200)
def test_every_tree_comes_back_equal(expr: Expr) -> None:
    fields = {name: getattr(_FORM, name) for name in Form.__slots__}
    rule = Rule("X", "error", "s", "e", "t", (Instance("X", "X", expr, (), "t", "t"),))
    assert restored(form_text(Form(**(fields | {"rules": (rule,)})))).rules == (rule,)


def test_what_is_kept_is_read_under_its_key_only_and_replaces_what_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "cache"
    first, second = key_of(b"a", b"b"), key_of(b"ab")
    assert first != second
    assert read_kept(folder, "f", first) is None
    keep(folder, "f", first, "表")
    assert read_kept(folder, "f", first) == "表"
    assert read_kept(folder, "f", second) is None
    keep(folder, "other", first, "x")
    keep(folder, "f", second, "新")
    assert read_kept(folder, "f", first) is None
    assert sorted(path.name for path in folder.iterdir()) == [f"f-{second}.json", f"other-{first}.json"]


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data.replace(b"1", b"2"), lambda data: b""])
def test_a_damaged_file_is_ignored(tmp_path: Path, damage: object) -> None:
    key = key_of(b"")
    keep(tmp_path, "f", key, "[1, 1]")
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert read_kept(tmp_path, "f", key) is None


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    keep(tmp_path / "file", "f", key_of(b""), "x")
    assert read_kept(tmp_path / "file", "f", key_of(b"")) is None


def test_a_run_keeps_forms_and_the_next_one_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = tianbao("check", EXAMPLE, "--json", "-")
    kept = {path.name: path.read_bytes() for path in (tmp_path / "tianbao").iterdir()}
    assert {name.rpartition("-")[0] for name in kept} == {"listed", "gov-disclosure-2021"}
    assert tianbao("check", EXAMPLE, "--json", "-") == first
    for path in (tmp_path / "tianbao").iterdir():
        path.write_bytes(path.read_bytes()[:100])
    assert tianbao("check", EXAMPLE, "--json", "-") == first
    assert {path.name: path.read_bytes() for path in (tmp_path / "tianbao").iterdir()} == kept


def test_a_kept_form_needs_neither_yaml_nor_the_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """jsonschema and YAML take most of a start: a clean file is checked without them."""
    import subprocess
    import sys

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    clean = tmp_path / "clean.xlsx"
    assert tianbao("fill", EXAMPLE, "-o", clean).code == 0
    code = (
        "import sys, json\n"
        "from tianbao.cli.main import main\n"
        f"main(['check', {str(clean)!r}, '--json', {str(tmp_path / 'x.json')!r}], standalone_mode=False)\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    assert tianbao("check", clean).code == 0
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout.splitlines()[-1])
    assert "tianbao.checks.types" in loaded
    heavy = ["yaml", "jsonschema", "jsonschema_rs", "openpyxl", "difflib", "tianbao.forms.compile"]
    assert [name for name in heavy if name in loaded] == []
