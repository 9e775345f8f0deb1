"""Form → JSON Schema of a submission: flat cells, one key each, no anyOf, so that an error can name its cell."""

from typing import Any

from tianbao.forms.model import Cell, Form, Kind

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def submission_schema(form: Form) -> dict[str, Any]:
    """The schema that a submission of the form must satisfy; blanks are null or absent."""
    texts = {section.id: {"type": ["string", "null"], "title": section.title} for section in form.narratives.values()}
    signoff = {line.id: {"type": "string", "title": line.label} for line in form.signoff}
    return {
        "$schema": _DIALECT,
        "$id": f"{form.id}-{form.edition}.schema.json",
        "title": form.name,
        "description": "A submission. Generated from form.yaml; blanks are null or absent.",
        "type": "object",
        "required": ["form", "edition", "year", "agency", "cells"],
        "additionalProperties": False,
        "properties": {
            "form": {"const": form.id},
            "edition": {"const": form.edition},
            "year": {"type": "integer", "minimum": 1949, "maximum": 2999},
            "agency": {
                "type": "object",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {"name": {"type": "string"}, "code": {"type": ["string", "null"]}},
            },
            "cells": _object({cell.address: _cell(form, cell) for cell in form.cells.values()}),
            "texts": _object(texts),
            "explanations": {"type": "object", "additionalProperties": {"type": "string"}},
            "signoff": _object(signoff),
        },
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _cell(form: Form, cell: Cell) -> dict[str, Any]:
    schema = {"title": form.where(cell.address), **kind_schema(cell.kind)}
    return schema | ({"description": "".join(cell.helps)} if cell.helps else {})


def kind_schema(kind: Kind, *, exact: bool = False) -> dict[str, Any]:
    """What may stand in one cell. `exact`: bounds stay decimals, which JSON does not have, for a judge in memory."""
    if kind.value in ("yesno", "choice"):
        return {"type": ["string", "null"], "enum": [*(kind.choices or ("是", "否")), None]}
    if not kind.numeric:
        return {"type": ["string", "number", "null"]} | ({"pattern": kind.like} if kind.like else {})
    schema: dict[str, Any] = {"type": ["number" if kind.value == "amount" else "integer", "null"]}
    for name, bound in (("minimum", kind.lowest), ("maximum", kind.most)):
        if bound is not None:
            schema[name] = bound if exact or isinstance(bound, int) else float(bound)
    return schema | ({"x-unit": kind.unit} if kind.unit else {})
