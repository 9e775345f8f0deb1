"""Good submissions to make bad ones from: the base case of a form's cases.yaml with changes."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from tianbao.forms import library
from tianbao.forms.cases import read_cases
from tianbao.forms.model import Form
from tianbao.forms.sums import with_totals
from tianbao.submission import Submission, json_text, of_json
from tianbao.values import understand


def form(edition: str = "2021") -> Form:
    """The shipped form."""
    return library.load(library.DEFAULT_FORM, edition)


@cache
def _base(edition: str) -> dict[str, Any]:
    path = next(entry.path for entry in library.listed() if entry.edition == edition)
    cases, mistakes = read_cases(library.cases_beside(path).read_text("utf-8"), form(edition))
    assert not mistakes
    return cases[0].data


def data(edition: str = "2021", **changes: object) -> dict[str, Any]:
    """The base case as JSON data. `cells` and `texts` are put over its own (None: a blank); totals follow from the
    parts unless they are given. Every other change replaces what the base says: year=2022, agency={"name": "…"}.
    """
    base = _base(edition)
    cells, texts = changes.pop("cells", None), changes.pop("texts", None)
    assert isinstance(cells, Mapping | None)
    assert isinstance(texts, Mapping | None)
    made = form(edition)
    known = {address: value for address, value in (cells or {}).items() if address in made.cells}
    strange = {address: value for address, value in (cells or {}).items() if address not in made.cells}
    inputs = {**base["cells"], **known}
    values = with_totals(
        made,
        {address: understand(value) for address, value in inputs.items()},
        {address: understand(value) for address, value in known.items() if made.cells[address].total},
    )
    figures = {address: value.raw if value.number is None else value.number for address, value in values.items()}
    return {**base, "cells": figures | strange, "texts": {**base["texts"], **(texts or {})}, **changes}


def submission(edition: str = "2021", **changes: object) -> Submission:
    """The submission of `data`."""
    return of_json(json_text(data(edition, **changes)))
