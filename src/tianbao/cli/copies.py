"""Return copies and letters: each under a name of its own, never over a file that is there."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import click

from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.cli.output import file_name, replacing_quietly


class Copies:
    """Writes what was made for agencies into folders, by kind. Names depend on the order of the pile only.

    A file of the same name with the same bytes is left as it is; beside any other the copy takes a free name.
    """

    def __init__(self, folders: Mapping[str, Path], language: Language) -> None:
        self._folders, self._language = folders, language
        self._taken: set[tuple[str, str]] = set()
        self._written: Counter[str] = Counter()
        self._renamed: Counter[str] = Counter()

    def write(self, kind: str, name: str, data: bytes) -> None:
        """One copy. Raises Refused where it cannot be written."""
        folder = self._folders[kind]
        stem, dot, suffix = name.rpartition(".")
        stem, suffix = (file_name(stem), f".{suffix}") if dot else (file_name(name), "")
        number = 1
        while True:
            path = folder / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
            mine = (str(folder), path.name.lower()) not in self._taken
            if mine and not path.exists() and not path.is_symlink():
                replacing_quietly(path, data, self._language)
                break
            if mine and _holds(path, data):
                break
            self._renamed[kind] += mine
            number += 1
        self._taken.add((str(folder), path.name.lower()))
        self._written[kind] += 1

    def say(self) -> None:
        """On stderr: how many went where."""
        for kind, folder in self._folders.items():
            click.echo(words.message("wrote-copies", self._language, count=self._written[kind], path=folder), err=True)
            if self._renamed[kind]:
                said = words.message("renamed-copies", self._language, count=self._renamed[kind])
                click.echo(said, err=True)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False
