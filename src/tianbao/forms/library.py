"""Which forms exist and which edition a year has. The one place that opens definition files."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from tianbao.forms.compile import compile_form
from tianbao.forms.model import Form
from tianbao.forms.source import read

DEFAULT_FORM = "gov-disclosure"
"""What `tianbao template` makes when no form is named."""

_FORM_FILE, _CASES_FILE = "form.yaml", "cases.yaml"


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
    installed = Path(str(files("tianbao")))
    return installed if (installed / "template").is_dir() else installed.parent.parent


def form_schema() -> Mapping[str, Any]:
    """form.schema.json: what a definition may say."""
    text = (resource_root() / "schema" / "form.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


@cache
def listed() -> tuple[Listed, ...]:
    """All forms and editions that ship, by id and edition."""
    found = []
    for path in sorted((resource_root() / "template").glob(f"*/*/{_FORM_FILE}")):
        root, _ = read(path.read_text("utf-8"))
        years = root.get("years") or root
        last = years.word("to")
        spans = (int(years.word("from", "0") or 0), int(last) if last else None)
        found.append(Listed(root.word("form"), root.word("edition"), root.word("name"), spans, path))
    return tuple(found)


@cache
def load(form: str, edition: str) -> Form:
    """The form in that edition. Raises UnknownForm, FormMistakes, OSError."""
    for entry in listed():
        if (entry.id, entry.edition) == (form, edition):
            return compile_form(entry.path.read_text("utf-8"), str(entry.path), form_schema())
    raise UnknownForm(f"{form} {edition}", tuple(f"{entry.id} {entry.edition}" for entry in listed()))


def every() -> Iterator[Form]:
    """All forms in all editions, compiled. Raises FormMistakes, OSError."""
    for entry in listed():
        yield load(entry.id, entry.edition)


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
