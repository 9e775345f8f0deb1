"""Which forms exist and which edition a year has. The one place that opens definition files.

Compiling takes most of the time of a short run: what it gave is kept between runs where `keep_in` says.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tianbao import __version__
from tianbao.forms.kept import keep, key_of, read_kept
from tianbao.forms.model import Form
from tianbao.forms.stored import LAYOUT, form_of, form_text

DEFAULT_FORM = "gov-disclosure"
"""What `tianbao template` makes when no form is named."""

_FORM_FILE, _CASES_FILE = "form.yaml", "cases.yaml"
_LIST = "listed"
_PROGRAM = ("*.py", "forms/*.py", "rules/*.py", "catalogue/*.py", "catalogue/*.toml", "workbook/*.py")
"""What compiled forms and the workbooks planned for them depend on."""
_kept: dict[str, Path] = {}


class UnknownForm(LookupError):
    """There is no such form, edition or year. `known` lists what there is."""

    def __init__(self, asked: str, known: tuple[str, ...]) -> None:
        super().__init__(asked)
        self.asked, self.known = asked, known


@dataclass(frozen=True, slots=True)
class Listed:
    """A form that ships: enough to choose it, without compiling it."""

    id: str
    edition: str
    name: str
    years: tuple[int, int | None]
    path: Path


def resource_root() -> Path:
    """The folder with template/ and schema/: inside the installed package, or the top of a checkout."""
    installed = Path(__file__).resolve().parent.parent
    return installed if (installed / "template").is_dir() else installed.parent.parent


def form_schema() -> Mapping[str, Any]:
    """form.schema.json: what a definition may say."""
    text = (resource_root() / "schema" / "form.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def kept_in() -> Path | None:
    """The folder where compiled forms are kept between runs, for other processes of this run."""
    return _kept.get("folder")


def keep_in(folder: Path) -> None:
    """From now on compiled forms are kept in that folder between runs, and read from it."""
    _kept["folder"] = folder


@cache
def listed() -> tuple[Listed, ...]:
    """All forms and editions that ship, by id and edition."""
    root = resource_root() / "template"
    text = _read(_LIST)
    if text is not None:
        rows: list[list[Any]] = json.loads(text)
        return tuple(
            Listed(form, edition, name, (first, last), root / path) for form, edition, name, first, last, path in rows
        )
    found = tuple(_described(path) for path in _definitions())
    rows = [
        [entry.id, entry.edition, entry.name, *entry.years, entry.path.relative_to(root).as_posix()] for entry in found
    ]
    _keep(_LIST, json.dumps(rows, ensure_ascii=False))
    return found


def _described(path: Path) -> Listed:
    from tianbao.forms.source import read  # noqa: PLC0415  YAML is heavy, and needed only until the list is kept

    root, _ = read(path.read_text("utf-8"))
    years = root.get("years") or root
    last = years.word("to")
    spans = (int(years.word("from", "0") or 0), int(last) if last else None)
    return Listed(root.word("form"), root.word("edition"), root.word("name"), spans, path)


@cache
def load(form: str, edition: str) -> Form:
    """The form in that edition. Raises UnknownForm, FormMistakes, OSError."""
    for entry in listed():
        if (entry.id, entry.edition) == (form, edition):
            return _loaded(entry)
    raise UnknownForm(f"{form} {edition}", tuple(f"{entry.id} {entry.edition}" for entry in listed()))


def every() -> Iterator[Form]:
    """All forms in all editions, compiled. Raises FormMistakes, OSError."""
    for entry in listed():
        yield load(entry.id, entry.edition)


def _loaded(entry: Listed) -> Form:
    name = f"{entry.id}-{entry.edition}"
    text = _read(name)
    if text is not None:
        return form_of(text)
    from tianbao.forms.compile import compile_form  # noqa: PLC0415  as above

    form = compile_form(entry.path.read_text("utf-8"), str(entry.path), form_schema())
    _keep(name, form_text(form))
    return form


def _read(name: str) -> str | None:
    return read_kept(_kept["folder"], name, _key(resource_root())) if _kept else None


def _keep(name: str, text: str) -> None:
    if _kept:
        keep(_kept["folder"], name, _key(resource_root()), text)


def kept_with(form: Form, name: str) -> str | None:
    """The text that was kept under the name for a form that ships; None where there is none, or for any other form."""
    return _read(name) if _kept and _ships(form) else None


def keep_with(form: Form, name: str, text: str) -> None:
    """Keeps what was made of a form, between runs, until the form or the program is another one."""
    if _kept and _ships(form):
        _keep(name, text)


def _ships(form: Form) -> bool:
    return any(
        (entry.id, entry.edition) == (form.id, form.edition) and load(entry.id, entry.edition) is form
        for entry in listed()
    )


def _definitions() -> list[Path]:
    return sorted((resource_root() / "template").glob(f"*/*/{_FORM_FILE}"))


@cache
def _key(root: Path) -> str:
    """Another one with every change of a definition, of their schema, and of the program that makes things of them."""
    package = Path(__file__).resolve().parent.parent
    program = [path for kind in _PROGRAM for path in sorted(package.glob(kind))]
    paths = [*_definitions(), root / "schema" / "form.schema.json", *program]
    described = [(str(path).encode("utf-8", "surrogateescape"), path.read_bytes()) for path in paths]
    return key_of(f"{__version__} {LAYOUT}".encode(), *(part for pair in described for part in pair))


def for_year(form: str, year: int) -> Form:
    """The edition that the form has for a report year. Raises UnknownForm."""
    editions = [entry for entry in listed() if entry.id == form]
    if not editions:
        raise UnknownForm(form, tuple(dict.fromkeys(entry.id for entry in listed())))
    edition = edition_for(form, year)
    if edition:
        return load(form, edition)
    spans = tuple(f"{entry.edition}（{entry.years[0]}—{entry.years[1] or ''}）" for entry in editions)
    raise UnknownForm(f"{form} {year}", spans)


def edition_for(form: str, year: int) -> str:
    """The edition that the form has for a report year, "" where it has none."""
    for entry in listed():
        first, last = entry.years
        if entry.id == form and first <= year and (last is None or year <= last):
            return entry.edition
    return ""


def cases_beside(path: Path) -> Path:
    """cases.yaml of a definition."""
    return path.with_name(_CASES_FILE)
