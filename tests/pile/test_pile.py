"""Piles of everything through the command line: each verdict right, nothing lost, nothing twice."""

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from tests.cli.run import tianbao
from tests.pile.base import agency_names, consistent
from tests.pile.containers import CONTAINERS
from tests.pile.kinds import KINDS
from tests.pile.others import OTHERS
from tests.pile.pile import pile
from tests.pile.truth import disagreements, sha256
from tests.real.office import Office

COUNT = 100


def contents(folder: Path) -> dict[bytes, str]:
    """Name → digest of everything that is a file, name → nature of what is not."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[os.fsencode(path.relative_to(folder))] = "link"
        elif path.is_file():
            found[os.fsencode(path.relative_to(folder))] = sha256(path.read_bytes())
    return found


def test_the_same_seed_gives_the_same_pile(tmp_path: Path) -> None:
    first, second = pile(tmp_path / "a" / "堆", 25, 5), pile(tmp_path / "b" / "堆", 25, 5)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert [e.kind for e in first.expected] == [e.kind for e in second.expected]
    pile(tmp_path / "c" / "堆", 25, 6)
    assert contents(tmp_path / "a") != contents(tmp_path / "c")


@pytest.mark.libreoffice
def test_every_verdict_is_right(office: Office, tmp_path: Path, scale: int) -> None:
    """100 things of one seed; 1,000 with --all."""
    folder, result = tmp_path / "堆", tmp_path / "结果.json"
    truth = pile(folder, COUNT * scale, scale, office)
    before = contents(folder)
    passwords = [word for password in truth.passwords for word in ("--password", password)]
    ran = tianbao("check", folder, "--json", result, "--lang", "en", *passwords, seconds=1200)
    assert ran.code == 1, ran.err
    found = json.loads(result.read_text("utf-8"))
    wrong = disagreements(truth, found)
    assert not wrong, "\n".join([f"{len(wrong)} of {len(truth.expected)}", *wrong])
    assert found["summary"]["files"] == len(found["submissions"])
    assert contents(folder) == before


def test_a_large_pile_has_every_kind(tmp_path: Path) -> None:
    """What 1,000 things are made of, looked at without making them: every kind is in the endless lists."""
    truth = pile(tmp_path / "堆", 60, 1)
    assert len(truth.kinds) > 40
    assert truth.expected[0].kind == "name in GBK"
    assert len({(e.source, e.ends) for e in truth.expected}) == len(truth.expected)
    assert len(KINDS) > 80 and len(OTHERS) > 20 and len(CONTAINERS) > 15


def test_disagreements_are_seen(tmp_path: Path) -> None:
    """A result that lost one thing, turned one round, doubled one and passed one over does not pass."""
    truth = pile(tmp_path / "堆", 30, 2)
    right: dict[str, list[dict[str, Any]]] = {"submissions": [], "passed_over": []}
    for expected in truth.expected:
        source = expected.source + expected.ends
        if expected.expectation is None:
            right["passed_over"].append({"source": source})
        else:
            rules = [*expected.expectation.must, *(["FILE-X"] if expected.expectation.named else [])]
            entry = {
                "source": source,
                "sha256": expected.sha256,
                "verdict": expected.expectation.verdicts[0],
                "findings": [{"rule": rule, "key": rule} for rule in rules],
            }
            right["submissions"].append(entry)
    assert disagreements(truth, right) == []
    entries = right["submissions"]
    assert entries and "lost" in disagreements(truth, {**right, "submissions": entries[1:]})[0]
    assert "nobody expected" in disagreements(truth, {**right, "submissions": [*entries, entries[0]]})[0]
    turned = [{**entries[0], "verdict": "wrong"}, *entries[1:]]
    assert "wrong" in disagreements(truth, {**right, "submissions": turned})[0]
    over = {"submissions": entries[1:], "passed_over": [*right["passed_over"], {"source": entries[0]["source"]}]}
    assert "passed over" in disagreements(truth, over)[0]


def test_a_consistent_workbook_has_no_finding(tmp_path: Path) -> None:
    names = agency_names(random.Random(3))
    assert len(set(names)) == len(names) > 900
    for number, (edition, year) in enumerate((("2021", 2023), ("2021", 2022), ("2019", 2020))):
        made = consistent(random.Random(number), names[number], edition, year)
        (tmp_path / f"{number}.xlsx").write_bytes(made.bytes())
    ran = tianbao("check", tmp_path, "--json", "-")
    assert [entry["findings"] for entry in ran.json["submissions"]] == [[], [], []]
    assert [entry["agency"]["name"] for entry in ran.json["submissions"]] == names[:3]
