"""What the documents say is true: definitions compile, commands exist, links lead somewhere."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tianbao.cli.lazy import COMMANDS
from tianbao.cli.main import main
from tianbao.forms import library
from tianbao.forms.compile import compile_form
from tianbao.verbs.forms import lint
from tianbao.verbs.make import template

TOP = Path(__file__).resolve().parents[2]
REFERENCE = TOP / "docs" / "form-definition.md"
OFFICER = TOP / "docs" / "guide-officer.md"
PAGES = sorted([*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md")])
HEAD = 'form: x\nedition: "1"\nname: n\ntitle: t\nyears: {from: 2024}\n'
"""Enough before `sections:` to make a definition of a fragment."""

_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def blocks(page: Path, *languages: str) -> list[str]:
    """The fenced blocks of a page in these languages."""
    return [found[2] for found in _FENCE.finditer(page.read_text("utf-8")) if found[1].strip() in languages]


def command_lines(text: str) -> Iterator[list[str]]:
    """The words of every line that a reader may type; comments and redirections are left out."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line.removeprefix("$ "), comments=True)
        if words[:1] in (["tianbao"], ["make"]):
            yield words[: words.index(">")] if ">" in words else words


def shown() -> list[tuple[str, list[str]]]:
    """Every command line of the documents, with its page."""
    return [
        (str(page.relative_to(TOP)), words)
        for page in PAGES
        for block in blocks(page, "sh", "console")
        for words in command_lines(block)
    ]


def definitions() -> list[tuple[str, str]]:
    """Every whole definition of the reference with the cases that follow it."""
    found = blocks(REFERENCE, "yaml")
    return [
        (form, next(later for later in found[at + 1 :] if later.startswith("base:")))
        for at, form in enumerate(found)
        if form.startswith("form:")
    ]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the worked examples put where the reference says, as the house of all forms."""
    shutil.copytree(TOP / "schema", tmp_path / "schema")
    shutil.copytree(library.resource_root() / "template" / "looks", tmp_path / "template" / "looks")
    for form, cases in definitions():
        said = compile_form(form, "form-definition.md", library.form_schema())
        folder = tmp_path / "template" / said.id / said.edition
        folder.mkdir(parents=True)
        (folder / "form.yaml").write_text(form, "utf-8")
        (folder / "cases.yaml").write_text(cases, "utf-8")
    monkeypatch.setattr(library, "resource_root", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    library.listed.cache_clear()
    library.load.cache_clear()
    yield tmp_path
    library.listed.cache_clear()
    library.load.cache_clear()


def test_reference_has_a_worked_example() -> None:
    assert definitions()


def test_worked_examples_pass_their_cases_and_make_a_template(house: Path) -> None:
    for path in sorted((house / "template").glob("*/*/form.yaml")):
        linted = lint(path)
        assert linted.cases > len(linted.form.rules)
        assert template(linted.form, linted.form.years[0], None, "", None).startswith(b"PK")


def test_every_rule_of_a_worked_example_is_broken_by_a_case(house: Path) -> None:
    for path in sorted((house / "template").glob("*/*/form.yaml")):
        cases = path.with_name("cases.yaml").read_text("utf-8")
        assert [rule.id for rule in lint(path).form.rules if rule.id not in cases] == []


def test_the_steps_of_the_worked_example_work(house: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The JSON of the page is saved as its step says, and every line is run in the order of the page."""
    (data,) = blocks(REFERENCE, "json")
    (house / "venue.json").write_text(data, "utf-8")
    lines = [words for block in blocks(REFERENCE, "sh") for words in command_lines(block)]
    assert len(lines) > 5
    for words in lines:
        assert main.main(words[1:], standalone_mode=False) == 0, (words, capfd.readouterr())
    assert (house / "report" / "report.docx").exists()
    assert "V-FREE" in capfd.readouterr().out


@pytest.mark.parametrize("fragment", [block for block in blocks(REFERENCE, "yaml") if block.startswith("sections:")])
def test_fragments_compile(fragment: str) -> None:
    form = compile_form(HEAD + fragment, "form-definition.md", library.form_schema())
    assert template(form, 2024, None, "", None).startswith(b"PK")


def test_the_reference_names_every_key() -> None:
    """Every key that form.schema.json knows stands in the reference as code."""
    page = REFERENCE.read_text("utf-8")
    schema = library.form_schema()
    keys = {key for part in (schema, *schema["$defs"].values()) for key in part.get("properties", {})}
    assert sorted(key for key in keys if f"`{key}" not in page and f".{key}`" not in page) == []


def test_commands_are_shown() -> None:
    assert {words[1] for _, words in shown() if words[0] == "tianbao"} >= set(COMMANDS)


@pytest.mark.parametrize(("page", "words"), shown(), ids=[f"{page}: {' '.join(words)}" for page, words in shown()])
def test_shown_commands_exist(page: str, words: list[str]) -> None:
    """Commands and options are parsed as the command line does, and not run."""
    if words[0] == "make":
        targets = re.findall(r"^([a-z-]+):", (TOP / "Makefile").read_text("utf-8"), re.MULTILINE)
        assert [word for word in words[1:] if "=" not in word and word not in targets] == []
        return
    with click.Context(main, info_name="tianbao") as context:
        try:
            name, command, rest = main.resolve_command(context, words[1:])
            assert command is not None
            command.make_context(name, list(rest), context)
        except click.exceptions.Exit as end:
            assert end.exit_code == 0
        except click.UsageError as error:
            if words[1] not in ("--help", "-h", "--version"):
                pytest.fail(f"{page}: {' '.join(words)}: {error.message}")


def sections(page: Path) -> dict[str, str]:
    """Heading → text up to the next heading."""
    pieces = re.split(r"^#+ +(.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_guide_has_every_option(name: str) -> None:
    """Each command has a section of its own in the officer's guide, and each of its options stands there."""
    text = "".join(body for title, body in sections(OFFICER).items() if f"tianbao {name}" in title)
    assert text, f"no section for tianbao {name}"
    command = main.get_command(click.Context(main), name)
    assert command is not None
    spelled = [option for param in command.params if isinstance(param, click.Option) for option in param.opts]
    assert [option for option in spelled if not re.search(rf"{re.escape(option)}(?![\w-])", text)] == []


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(TOP)) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    """Files that a page links to or shows exist, and headings that it points at do, too."""
    for target in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        if anchor:
            assert anchor in {_anchor(title) for title in sections(file)}, target


def _anchor(title: str) -> str:
    """The anchor that a heading gets on a code host."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")
