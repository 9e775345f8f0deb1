"""cases.yaml beside a definition: values and the findings they must give, readable by the people who know the form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tianbao.forms.mistakes import Mark, Mistake
from tianbao.forms.model import Form
from tianbao.forms.shape import check_shape, suggestion
from tianbao.forms.source import Node, read
from tianbao.forms.sums import with_totals
from tianbao.values import Raw, Value, tidy, to_json, understand

_TEXT = {"type": "string"}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_FIGURES = {"year": {"type": "string", "pattern": "^[0-9]{4}$"}, "cells": _TEXTS, "texts": _TEXTS}


def _object(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


_CASE = _object(
    ["case", "findings"],
    {
        "case": {"type": "string", "minLength": 1},
        **_FIGURES,
        "explanations": _TEXTS,
        "previous": _object([], _FIGURES),
        "findings": {"type": "array", "items": _TEXT},
    },
)
_BASE = _object([], {**_FIGURES, "agency": {"type": "string", "minLength": 1}})
SCHEMA: Mapping[str, Any] = _object(["base"], {"base": _BASE, "cases": {"type": "array", "items": _CASE}})
"""What cases.yaml may say."""

_DEFAULT_AGENCY = "示例单位"
_NUMBER = re.compile(r"[+-]?[0-9]+([.][0-9]+)?")


@dataclass(frozen=True, slots=True)
class Case:
    """A submission as JSON data, last year's if the case has one, and the keys of the findings it must give.

    Notices count like errors and queries: `expected` is all of them.
    """

    name: str
    data: dict[str, Any] = field(hash=False)
    previous: dict[str, Any] | None = field(hash=False)
    expected: tuple[str, ...]
    mark: Mark


def read_cases(text: str, form: Form) -> tuple[tuple[Case, ...], tuple[Mistake, ...]]:
    """The cases of a form; the first is the base, which must give no finding at all.

    Cells of the base are 0 unless said otherwise; a case says what differs from the base. Totals follow from the parts
    unless the case gives them. Last year's data differ from the base too, and are of the year before.
    """
    root, mistakes = read(text)
    if mistakes and not root.entries:
        return (), tuple(mistakes)
    root, found = check_shape(root, SCHEMA)
    mistakes += found
    base = root.get("base")
    if base is None:
        return (), tuple(mistakes)
    year = int(base.word("year") or form.years[0])
    cases = [Case("base", _data(form, base, base, year, mistakes), None, (), base.mark)]
    for node in root.nodes("cases"):
        previous = node.get("previous")
        own = int(node.word("year") or year)
        cases.append(
            Case(
                node.word("case"),
                _data(form, base, node, own, mistakes),
                _data(form, base, previous, int(previous.word("year") or own - 1), mistakes) if previous else None,
                node.words("findings"),
                node.mark,
            )
        )
    return tuple(cases), tuple(dict.fromkeys(mistakes))


def _data(form: Form, base: Node, case: Node, year: int, mistakes: list[Mistake]) -> dict[str, Any]:
    given = _cells(form, case, mistakes)
    stand = {address: value for address, value in given.items() if form.cells[address].total is not None}
    inputs: dict[str, Value] = {
        address: understand(0) for address, cell in form.cells.items() if cell.kind.numeric and cell.total is None
    }
    inputs |= _cells(form, base, mistakes)
    values = with_totals(form, inputs | given, stand)
    texts = {**_texts(form, base, mistakes), **_texts(form, case, mistakes)}
    explanations = case.get("explanations")
    return {
        "form": form.id,
        "edition": form.edition,
        "year": year,
        "agency": {"name": base.word("agency", _DEFAULT_AGENCY), "code": None},
        "cells": {address: to_json(value) for address, value in values.items() if value.raw is not None},
        "texts": {key: text for key, text in texts.items() if text},
        "explanations": {key: node.text for key, node in explanations.entries.items()} if explanations else {},
    }


def _texts(form: Form, node: Node, mistakes: list[Mistake]) -> dict[str, str]:
    known = _known(node, "texts", form.narratives, mistakes)
    return {key: str(_scalar(found, numeric=False) or "") for key, found in known}


def _cells(form: Form, node: Node, mistakes: list[Mistake]) -> dict[str, Value]:
    """Cells of a case: a plain number is a number in a number cell, ~ a blank, everything else a text."""
    known = _known(node, "cells", form.cells, mistakes)
    return {address: understand(_scalar(found, form.cells[address].kind.numeric)) for address, found in known}


def _known(node: Node, key: str, known: Mapping[str, object], mistakes: list[Mistake]) -> list[tuple[str, Node]]:
    entries = node.get(key)
    found = []
    for address, value in entries.entries.items() if entries else ():
        if address in known:
            found.append((address, value))
        elif entries:
            facts = {"address": address, "near": suggestion(address, list(known))}
            mistakes.append(Mistake("CASES-ADDRESS", entries.keys[address], facts))
    return found


def _scalar(node: Node, numeric: bool) -> Raw:
    if not node.quoted and node.text in ("~", "null", ""):
        return None
    number = numeric and not node.quoted and _NUMBER.fullmatch(node.text)
    return tidy(Decimal(node.text)) if number else node.text
