"""Where the results of a check go: asked before anything is read whether they can, and never over an input."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.cli.output import Refused

_OURS = re.compile(
    rb'\s*\{\s*"tool"\s*:\s*"tianbao"|\{"source":\s*"|<!DOCTYPE html>(?=.*name="generator" content="tianbao")',
    re.DOTALL,
)
"""How results of an earlier run begin."""
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Targets:
    """What the user asked for; - is standard output."""

    json: str | None = None
    jsonl: str | None = None
    xlsx: Path | None = None
    html: Path | None = None
    marked: Path | None = None
    reply: Path | None = None

    @property
    def stdout_taken(self) -> bool:
        """Whether standard output holds a result and nothing else."""
        return "-" in (self.json, self.jsonl)

    @property
    def files(self) -> tuple[Path, ...]:
        """Files that will be written."""
        named = [Path(name) for name in (self.json, self.jsonl) if name and name != "-"]
        return (*named, *(path for path in (self.xlsx, self.html) if path))

    @property
    def folders(self) -> tuple[Path, ...]:
        """Folders that will be filled."""
        return tuple(path for path in (self.marked, self.reply) if path)


def examine(targets: Targets, inputs: Sequence[Path], language: Language) -> None:
    """Raises Refused for an output that cannot be written, would be written twice, or is an input."""
    if targets.json == "-" == targets.jsonl:
        raise Refused(words.message("two-on-stdout", language))
    places = [Path(os.path.realpath(path)) for path in inputs]
    seen: set[str] = set()
    for path in targets.files:
        real = Path(os.path.realpath(path))
        if str(real) in seen:
            raise Refused(words.message("same-output", language, path=path))
        seen.add(str(real))
        _writable(path, real, language)
        if not real.is_file():
            continue
        if any(_same(real, place) for place in places):
            raise Refused(words.message("output-is-input", language, path=path))
        if any(place in real.parents for place in places) and not _ours(real):
            raise Refused(words.message("output-in-input", language, path=path))
    for path in targets.folders:
        real = Path(os.path.realpath(path))
        if real in places:
            raise Refused(words.message("folder-is-input", language, path=path))
        if real.exists() and not real.is_dir():
            raise Refused(words.message("open-elsewhere", language, path=path, problem=os.strerror(20)))


def within(targets: Targets, inputs: Sequence[Path]) -> tuple[Path, ...]:
    """The outputs that lie inside an input, spelled as the walk through that input will meet them."""
    return tuple(_met(targets, inputs))


def _met(targets: Targets, inputs: Sequence[Path]) -> Iterator[Path]:
    for path in (*targets.files, *targets.folders):
        real = Path(os.path.realpath(path))
        for given in inputs:
            place = Path(os.path.realpath(given))
            if place in real.parents:
                yield given / real.relative_to(place)


def _writable(path: Path, real: Path, language: Language) -> None:
    problem = 0
    if real.is_dir():
        problem = 21
    elif real.exists() and not os.access(real, os.W_OK):
        problem = 13
    elif any(parent.exists() and not parent.is_dir() for parent in real.parents):
        problem = 20
    if problem:
        raise Refused(words.message("open-elsewhere", language, path=path, problem=os.strerror(problem)))


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _ours(path: Path) -> bool:
    """Whether it is a result of an earlier run."""
    try:
        data = path.read_bytes()
    except OSError:
        return False
    if data.startswith(b"PK"):
        from tianbao.workbook.own import is_own_result

        return is_own_result(data)
    return bool(_OURS.match(data[:_HEAD]))
