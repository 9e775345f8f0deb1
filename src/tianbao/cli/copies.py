"""Return copies and letters: each under a name of its own, never over a file that is there."""

from collections import Counter
from collections.abc import Mapping
from itertools import chain, count
from pathlib import Path

import click

from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.cli.output import replacing_quietly
from tianbao.verbs.telling import Copies


class Answers:
    """Writes what was made for agencies into folders, by suffix. Names depend on the order of the pile only.

    A file of the same name with the same bytes is left as it is; beside any other the copy takes a free name.
    """

    def __init__(self, folders: Mapping[str, Path], language: Language) -> None:
        self._folders, self._language = folders, language
        self._taken: set[str] = set()
        self._written: Counter[str] = Counter()
        self._renamed: Counter[str] = Counter()

    def write(self, copies: Copies) -> None:
        """All that was made for one agency, under one name. Raises Refused where it cannot be written."""
        best, other = copies.names
        numbered = (f"{other}-{number}" for number in count(2))
        for name in chain((best, other), numbered):
            if name.casefold() in self._taken:
                continue
            if all(self._free(name, suffix, data) for suffix, data in copies.made.items()):
                break
            self._renamed.update(copies.made.keys())
        self._taken.add(name.casefold())
        for suffix, data in copies.made.items():
            path = self._path(name, suffix)
            if not path.exists():
                replacing_quietly(path, data, self._language)
            self._written[suffix] += 1

    def _path(self, name: str, suffix: str) -> Path:
        return self._folders[suffix] / f"{name}.{suffix}"

    def _free(self, name: str, suffix: str, data: bytes) -> bool:
        path = self._path(name, suffix)
        return not (path.exists() or path.is_symlink()) or _holds(path, data)

    def say(self) -> None:
        """On stderr: how many went where."""
        for suffix, folder in self._folders.items():
            click.echo(
                words.message("wrote-copies", self._language, count=self._written[suffix], path=folder), err=True
            )
            if self._renamed[suffix]:
                said = words.message("renamed-copies", self._language, count=self._renamed[suffix])
                click.echo(said, err=True)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False
