"""Writing what a command made: bytes to files, text to stdout, one clear line when that fails."""

import re
import sys
from pathlib import Path

import click

from tianbao.catalogue import words
from tianbao.catalogue.words import Language

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


class Refused(click.ClickException):
    """A usage or environment error in the user's words; exit code 2, without “Error:”."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002
        click.echo(self.message, err=True)


def file_name(name: str) -> str:
    """The name with what no file system takes replaced by _; at most 80 characters."""
    return _NOT_IN_NAMES.sub("_", name).strip(" .")[:80] or "_"


def write_bytes(path: Path, data: bytes, language: Language) -> None:
    """Writes the file and says so on stderr. Raises Refused where the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise Refused(words.message("open-elsewhere", language, path=path, problem=error.strerror or "?")) from None
    click.echo(words.message("wrote", language, path=path), err=True)


def write_text(target: str, text: str, language: Language) -> None:
    """Text to a file, or to stdout where the target is -."""
    if target == "-":
        try:
            sys.stdout.buffer.write(text.encode("utf-8"))
            sys.stdout.flush()
        except OSError as error:
            raise Refused(words.message("no-output", language, problem=error.strerror or "?")) from None
    else:
        write_bytes(Path(target), text.encode("utf-8"), language)
