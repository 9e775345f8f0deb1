"""cases.yaml beside a definition: values and the findings they must give, readable by the people who know the form."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from tianbao.forms.model import Form
from tianbao.forms.source import Mark, Mistake, Node, read
from tianbao.forms.sums import with_totals
from tianbao.values import Raw, Value, tidy, to_json, understand

_KEYS = {"base": ("year", "agency", "cells", "texts"), "case": (
    "case", "year", "cells", "texts", "explanations", "previous", "findings")}  # fmt: skip
_DEFAULT_AGENCY = "示例单位"


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

    Cells of the base are 0 unless said otherwise; totals follow from the parts unless the case gives them.
    """
    root, mistakes = read(text)
    base = root.get("base")
    if base is None:
        mistakes.append(Mistake("CASES-SHAPE", root.mark, {"problem": "缺少 base"}))
        return (), tuple(mistakes)
    _check_keys(base, "base", mistakes)
    cases = [Case("base", _data(form, base, base, mistakes), None, (), base.mark)]
    for node in root.nodes("cases"):
        _check_keys(node, "case", mistakes)
        previous = node.get("previous")
        cases.append(
            Case(
                node.word("case"),
                _data(form, base, node, mistakes),
                _data(form, base, previous, mistakes) if previous else None,
                node.words("findings"),
                node.mark,
            )
        )
    return tuple(cases), tuple(mistakes)


def _check_keys(node: Node, kind: str, mistakes: list[Mistake]) -> None:
    for key, mark in node.keys.items():
        if key not in _KEYS[kind]:
            mistakes.append(Mistake("CASES-SHAPE", mark, {"problem": f"不认识的键 {key}"}))


def _data(form: Form, base: Node, case: Node, mistakes: list[Mistake]) -> dict[str, Any]:
    given = _cells(form, case, mistakes)
    stand = {address: value for address, value in given.items() if form.cells[address].total is not None}
    inputs: dict[str, Value] = {
        address: understand(0) for address, cell in form.cells.items() if cell.kind.numeric and cell.total is None
    }
    inputs |= _cells(form, base, mistakes)
    values = with_totals(form, inputs | given, stand)
    texts = {**_texts(base), **_texts(case)}
    explanations = case.get("explanations")
    return {
        "form": form.id,
        "edition": form.edition,
        "year": int(case.word("year") or base.word("year") or str(form.years[0])),
        "agency": {"name": base.word("agency", _DEFAULT_AGENCY), "code": None},
        "cells": {address: to_json(value) for address, value in values.items() if value.raw is not None},
        "texts": {key: text for key, text in texts.items() if text},
        "explanations": {key: node.text for key, node in explanations.entries.items()} if explanations else {},
    }


def _texts(node: Node) -> dict[str, str]:
    texts = node.get("texts")
    return {key: found.text for key, found in texts.entries.items()} if texts else {}


def _cells(form: Form, node: Node, mistakes: list[Mistake]) -> dict[str, Value]:
    """Cells of a case; ~ is a blank, quoted is text, everything else a number if it is one."""
    cells = node.get("cells")
    found: dict[str, Value] = {}
    for address, value in cells.entries.items() if cells else ():
        if address not in form.cells:
            facts = {"problem": f"没有 {address} 这个地址"}
            mistakes.append(Mistake("CASES-SHAPE", cells.keys[address] if cells else node.mark, facts))
            continue
        found[address] = understand(_scalar(value))
    return found


def _scalar(node: Node) -> Raw:
    if node.quoted:
        return node.text
    if node.text in ("~", "null", ""):
        return None
    try:
        return tidy(Decimal(node.text))
    except InvalidOperation:
        return node.text
