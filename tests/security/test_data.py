"""Hostile submissions as JSON: one clear line each, and never a number that was not written."""

import json
from pathlib import Path

import pytest

from tests.security.checking import Verdict, checked
from tests.verbs import good


def _json(**changes: object) -> bytes:
    return json.dumps(good.data(**changes), ensure_ascii=False).encode()  # type: ignore[arg-type]


def _figure(written: str) -> bytes:
    return _json().replace(b'"requests.new.natural": 1', f'"requests.new.natural": {written}'.encode())


MANY = {f"x{number}": "x" for number in range(60_000)}
CASES: dict[str, tuple[str, bytes]] = {
    "key twice": ("FILE-JSON-TWICE", _json().replace(b'"year"', b'"year": 2022, "year"')),
    "cell twice": ("FILE-JSON-TWICE", _json().replace(b'"cells": {', b'"cells": {"requests.new.natural": 2, ')),
    "key twice by an escape": ("FILE-JSON-TWICE", _json().replace(b'"year"', b'"\\u0079ear": 2022, "year"')),
    "NaN": ("FILE-JSON", _figure("NaN")),
    "infinite": ("FILE-JSON", _figure("-Infinity")),
    "5,000 digits": ("FILE-JSON", _figure("9" * 5_000)),
    "400 digits": ("TYPE-INT", _figure("9" * 400)),
    "exponent": ("TYPE-INT", _figure("1e999999999")),
    "small exponent": ("TYPE-INT", _figure("1e-999999999")),
    "900,000 decimals": ("TYPE-INT", _figure("0." + "3" * 900_000)),
    "400,000 deep": ("FILE-JSON", b'{"form":' + b"[" * 400_000),
    "objects 100,000 deep": ("FILE-JSON", b'{"a":' * 100_000),
    "half a character": ("FILE-JSON", _json().replace(b'"other": "', b'"other": "\\ud800')),
    "UTF-16": ("FILE-ENCODING", _json().decode().encode("utf-16")),
    "60,000 cells": ("FILE-TOO-LARGE", _json(cells=dict.fromkeys(MANY, 1))),
    "60,000 texts": ("FILE-TOO-LARGE", _json(texts=MANY)),
    "60,000 explanations": ("FILE-TOO-LARGE", _json(explanations=MANY)),
    "60,000 signatures": ("FILE-TOO-LARGE", _json(signoff=MANY)),
    "60,000 fields": ("FILE-TOO-LARGE", _json(**MANY)),
    "4,000 cells": ("CELL-UNKNOWN", _json(cells={f"x{number}": 1 for number in range(4_000)})),
    "text for a number": ("TYPE-INT", _json(cells={"requests.new.legal": "x" * 900_000})),
    "agency of 300,000 characters": ("T3-ID", _json(cells={"requests.new.legal": 3}, agency={"name": "甲" * 300_000})),
    "code of 300,000 characters": (
        "T3-ID", _json(cells={"requests.new.legal": 3}, agency={"name": "甲", "code": "1" * 300_000}),
    ),
    "form of 900,000 characters": ("FILE-WRONG-FORM", _json(form="x" * 900_000)),
    "9 MiB": ("TYPE-INT", _json(cells={"requests.new.legal": "x" * (9 * 2**20)})),
}  # fmt: skip


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    """All of them at once, with return copies and letters."""
    files = {f"{number:02}.json": data for number, (_, data) in enumerate(CASES.values())}
    files |= {"0.json": _json(), "z.json": _json()}
    return checked(tmp_path_factory.mktemp("data"), files, "--marked", "--reply", "--xlsx", "--html")


@pytest.mark.parametrize("name", CASES)
def test_hostile_data_is_one_line(name: str, said: dict[str, Verdict]) -> None:
    found = said[f"{list(CASES).index(name):02}.json"]
    assert CASES[name][0] in found.rules
    assert found.verdict != "passed"
    assert said["0.json"].verdict == said["z.json"].verdict == "passed"


def test_long_texts_are_not_repeated(said: dict[str, Verdict]) -> None:
    for found in said.values():
        for finding in found.entry["findings"]:
            assert len(finding["message"]) + len(finding["fix"]) < 10_000


def test_data_cut_off_anywhere_is_never_read(tmp_path: Path) -> None:
    whole = _json()
    files = {f"{at}.json": whole[: at * len(whole) // 40] for at in range(40)}
    found = checked(tmp_path, files)
    assert {one.verdict for one in found.values()} == {"unreadable"}
    assert len(found) == 40
