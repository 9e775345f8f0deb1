"""Each kind of damage alone, through the command line: the verdict and what is said about it."""

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.run import tianbao
from tests.pile.base import agency_names
from tests.pile.kind import thing
from tests.pile.kinds import KINDS
from tests.pile.parts import PASSWORD
from tests.pile.truth import Expected, differences, sha256


def made(folder: Path, seeds: int) -> dict[str, Expected]:
    """Every kind with that many seeds, in files; file name → what must come out."""
    names = iter(agency_names(random.Random(1)))
    truth = {}
    for seed in range(seeds):
        for number, (name, kind) in enumerate(KINDS.items()):
            found = thing(name, kind, random.Random(f"{name} {seed}"), next(names))
            path = folder / f"{number:03d}-{seed}-{name.replace(' ', '-')}{found.suffix}"
            path.write_bytes(found.data)
            truth[str(path)] = Expected(name, str(path), found.expectation, sha256(found.data))
    return truth


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory, scale: int) -> tuple[dict[str, Expected], Mapping[str, Any]]:
    folder = tmp_path_factory.mktemp("damage")
    truth = made(folder, scale)
    result = folder.with_suffix(".json")
    ran = tianbao("check", folder, "--json", result, "--password", PASSWORD, "--lang", "en", seconds=600)
    assert ran.code == 1, ran.err
    data = json.loads(result.read_text("utf-8"))
    return truth, {entry["source"]: entry for entry in data["submissions"]}


@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_out(kind: str, checked: tuple[dict[str, Expected], Mapping[str, Any]]) -> None:
    truth, entries = checked
    for source, expected in truth.items():
        if expected.kind == kind:
            found = entries[source]
            assert list(differences(expected, found["sha256"], found)) == [], Path(source).name
