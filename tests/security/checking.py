"""Runs of tianbao check over hostile files, in a home and a folder for temporary files that nobody else uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli import bulk
from tests.cli.run import Ran, tianbao


@dataclass(frozen=True)
class Verdict:
    """What was said of one file."""

    verdict: str
    rules: tuple[str, ...]
    entry: Mapping[str, Any]


def checked(folder: Path, files: Mapping[str, bytes], *outputs: str, seconds: float = 240) -> dict[str, Verdict]:
    """Writes the files and checks all of them at once: what is said, by name. Nothing is left anywhere.

    `outputs`: options that take a file or folder, which is then named like them.
    """
    inside = folder / "pile"
    inside.mkdir(parents=True)
    for name, data in files.items():
        (inside / name).write_bytes(data)
    where = bulk.place(folder)
    more: list[str | Path] = [word for output in outputs for word in (output, folder / output.strip("-"))]
    more += ["--max-seconds", "60"]  # a loaded machine is no fault of a file
    ran = tianbao("check", inside, "--json", folder / "out.json", *more, env=where.env, seconds=seconds)
    where.check_clean()
    assert {path.name: path.read_bytes() for path in inside.iterdir()} == files
    return verdicts(ran, folder / "out.json", inside)


def verdicts(ran: Ran, out: Path, inside: Path) -> dict[str, Verdict]:
    """What the JSON says, by the names of the files; nothing of ours failed."""
    import json

    assert ran.code in (0, 1), ran.err
    data = json.loads(out.read_text("utf-8"))
    found = {}
    for entry in data["submissions"]:
        rules = tuple(finding["rule"] for finding in entry["findings"])
        assert "FILE-OUR-BUG" not in rules, entry
        if entry["verdict"] == "unreadable":
            (finding,) = [finding for finding in entry["findings"] if finding["severity"] == "error"]
            assert "\n" not in finding["message"]
            assert len(finding["message"]) < 2_000
        found[str(Path(entry["source"]).relative_to(inside))] = Verdict(entry["verdict"], rules, entry)
    return found
