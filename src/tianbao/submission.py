"""What an agency reported: figures, texts, explanations, and what was observed while reading. JSON both ways."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from tianbao.values import BLANK, FormatClass, Raw, Value, plain, to_json, understand

YEARS = (1949, 2999)
"""Report years that can be meant."""

_FIELDS = ("form", "edition", "year", "agency", "cells", "texts", "explanations", "signoff")
_DIGITS = re.compile('"\ud800([^"]*)"')

MOST_KEYS = 5_000
"""Keys of one object of a submission; the largest form that ships has two hundred cells."""

_NEAR = 20
"""Unknown fields for which a known one like it is looked for: that takes time, and files may hold many."""

_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character: no file format can hold it."""

OWN_MARK = "tianbao"
"""Value of "tool" in every JSON that tianbao writes as a result: never taken for a submission."""


@dataclass(frozen=True, slots=True)
class Agency:
    """Who reports. `code` is the roster's, None outside a round."""

    name: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What was found at one address.

    `place` is sheet!A1 ("" for JSON). `formula` stood there (None: none); `cached` is its stored result. For a total
    whose formula is intact `value` is our own sum of the entries, else what stood there. `format`: what the cell's
    number format shows a number as; a date or a percentage was typed as one.
    """

    value: Value
    place: str = ""
    formula: str | None = None
    cached: Value | None = None
    intact: bool = False
    format: FormatClass = "number"


ObservationKind = Literal[
    "no-identity", "identity-twice", "older-template", "agency-differs", "year-differs",
    "sheet-missing", "sheets-renamed", "sheets-reordered", "sheets-added", "repeated-sheet", "sheet-unprotected",
    "row-lost", "column-lost", "not-found", "name-and-heading-differ", "names-lost", "names-local", "headings-lost",
    "moved", "lines-hidden", "label-changed", "labels-changed", "text-added", "stray-figure", "formulas-changed",
    "locks-changed", "merges-changed", "validations-changed", "comments", "macros", "joined-text", "unknown-field",
    "other-format", "unlocked",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Observation:
    """Something about the file that reading states and checking judges; `facts` by name, for the wording.

    `addresses` are the cells that it is about, or the narrative.
    """

    kind: ObservationKind
    place: str = ""
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """One agency's report of one year. A missing entry is a blank. `text_places`: sheet!A1 of the narratives."""

    form: str
    edition: str
    year: int
    agency: Agency
    entries: Mapping[str, Entry] = field(hash=False)
    texts: Mapping[str, str] = field(default_factory=dict, hash=False)
    explanations: Mapping[str, str] = field(default_factory=dict, hash=False)
    signoff: Mapping[str, str] = field(default_factory=dict, hash=False)
    observations: tuple[Observation, ...] = ()
    fingerprint: str = ""
    deadline: str = ""
    text_places: Mapping[str, str] = field(default_factory=dict, hash=False)

    def value(self, address: str) -> Value:
        """The value of a cell; a blank where there is no entry."""
        found = self.entries.get(address)
        return BLANK if found is None else found.value

    def place(self, address: str) -> str:
        """sheet!A1 of a cell or narrative, "" where it has none."""
        found = self.entries.get(address)
        return self.text_places.get(address, "") if found is None else found.place


class NotASubmission(ValueError):
    """JSON that is no submission. `problem` is an id of the catalogue's findings; `facts` its blanks."""

    def __init__(self, problem: str, /, **facts: str) -> None:
        super().__init__(problem)
        self.problem, self.facts = problem, facts


def of_json(text: str) -> Submission:
    """The submission that a JSON text holds. Figures stay exact. Raises NotASubmission."""
    data = _parsed(text)
    if isinstance(data, dict) and data.get("tool") == OWN_MARK:
        raise NotASubmission("OWN-RESULT")
    if not isinstance(data, dict) or "cells" not in data or "form" not in data:
        raise NotASubmission("FILE-NOT-SUBMISSION")
    if any(len(part) > MOST_KEYS for part in (data, *data.values()) if isinstance(part, dict)):
        raise NotASubmission("FILE-TOO-LARGE", limit=str(MOST_KEYS))
    agency = data.get("agency")
    agency = agency if isinstance(agency, dict) else {"name": agency}
    year = data.get("year")
    if isinstance(year, bool) or not isinstance(year, int) or not YEARS[0] <= year <= YEARS[1]:
        raise NotASubmission("FILE-JSON-FIELD", field="year", wanted="2023")
    for name, value, wanted in (
        ("form", data["form"], '"gov-disclosure"'),
        ("edition", data.get("edition"), '"2021"'),
        ("agency.name", agency.get("name"), '"示例区外事办公室"'),
    ):
        if not isinstance(value, str):
            raise NotASubmission("FILE-JSON-FIELD", field=name, wanted=wanted)
    cells = data["cells"]
    if not isinstance(cells, dict) or any(isinstance(value, dict | list) for value in cells.values()):
        raise NotASubmission("FILE-JSON-FIELD", field="cells", wanted='{"requests.new.natural": 1}')
    code = agency.get("code")
    if code is not None and not isinstance(code, str):
        raise NotASubmission("FILE-JSON-FIELD", field="agency.code", wanted='"320100"')
    return Submission(
        form=data["form"],
        edition=str(data["edition"]),
        year=year,
        agency=Agency(agency["name"], code),
        entries={address: Entry(understand(value)) for address, value in cells.items()},
        texts=_strings(data, "texts"),
        explanations=_strings(data, "explanations"),
        signoff=_strings(data, "signoff"),
        observations=tuple(
            Observation("unknown-field", "", {"address": key[:80], "near": _near(key) if number < _NEAR else ""})
            for number, key in enumerate(key for key in data if key not in _FIELDS)
        ),
    )


def _near(key: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  loaded for a slip only

    near = get_close_matches(key[:200], _FIELDS, 1)
    return f"（{near[0]}？）" if near else ""


def to_data(submission: Submission) -> dict[str, Any]:
    """The submission as JSON data; blanks are left out, other values are as they stood."""
    cells = {address: entry.value for address, entry in submission.entries.items()}
    data: dict[str, Any] = {
        "form": submission.form,
        "edition": submission.edition,
        "year": submission.year,
        "agency": {"name": submission.agency.name, "code": submission.agency.code},
        "cells": {address: to_json(value) for address, value in cells.items() if value.kind != "blank"},
        "texts": {key: text for key, text in submission.texts.items() if text},
        "explanations": dict(submission.explanations),
    }
    if submission.signoff:
        data["signoff"] = dict(submission.signoff)
    return data


def json_text(data: object) -> str:
    """Strict JSON, readable; decimals are written with all their digits, as numbers."""
    return _strict(data, 1) + "\n"


def json_line(data: object) -> str:
    """The same JSON in one line, without its end."""
    return _strict(data, None)


def _strict(data: object, indent: int | None) -> str:
    text = json.dumps(data, ensure_ascii=False, indent=indent, allow_nan=False, default=_scalar)
    return _DIGITS.sub(r"\1", text)


def _scalar(value: object) -> str:
    """A decimal behind half a character, which no text can hold: json_text then takes the quotes off."""
    if isinstance(value, Decimal):
        return "\ud800" + plain(value)
    raise TypeError(type(value).__name__)


def _strings(data: dict[str, Any], key: str) -> dict[str, str]:
    found = data.get(key) or {}
    if not isinstance(found, dict) or not all(isinstance(text, str | None) for text in found.values()):
        raise NotASubmission("FILE-JSON-FIELD", field=key, wanted='{"overview": "…"}')
    return {name: text for name, text in found.items() if text}


def _parsed(text: str) -> object:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key, value in pairs:
            if any(isinstance(text, str) and _SURROGATE.search(text) for text in (key, value)):
                raise NotASubmission("FILE-JSON", line="1", problem="lone surrogate")
            if key in seen:
                raise NotASubmission("FILE-JSON-TWICE", key=key[:80])
            seen[key] = value
        return seen

    def refuse(constant: str) -> Raw:
        raise NotASubmission("FILE-JSON", line="1", problem=constant)

    try:
        return json.loads(text, parse_float=Decimal, parse_constant=refuse, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise NotASubmission("FILE-JSON", line=str(error.lineno), problem=error.msg) from None
    except (RecursionError, ValueError, ArithmeticError) as error:
        if isinstance(error, NotASubmission):
            raise
        raise NotASubmission("FILE-JSON", line="1", problem="too large or too deep") from None
