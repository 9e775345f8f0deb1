"""Writing what a command made: bytes to files, text to stdout, one clear line when that fails."""

import errno
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

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
    with replacing(path, language) as file:
        file.write(data)


@contextmanager
def replacing(path: Path, language: Language) -> Iterator[IO[bytes]]:
    """A file beside `path` that takes its place when it is complete; where it fails nothing half written is left.

    Raises Refused where it cannot be written, and says on stderr what was written.
    """
    with _replacing(path, language) as file:
        yield file
    click.echo(words.message("wrote", language, path=path), err=True)


def replacing_quietly(path: Path, data: bytes, language: Language) -> None:
    """The same for bytes, one file of many. Raises Refused."""
    with _replacing(path, language) as file:
        file.write(data)


@contextmanager
def _replacing(path: Path, language: Language) -> Iterator[IO[bytes]]:
    try:
        real = Path(os.path.realpath(path))
        real.parent.mkdir(parents=True, exist_ok=True)
        if real.exists() and not real.is_file():  # a device or a pipe: there is nothing to put in its place
            with real.open("wb") as file:
                yield file
        else:
            if real.exists() and not os.access(real, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            import secrets

            half = real.with_name(f".tianbao-{secrets.token_hex(8)}.part")
            try:
                with half.open("xb") as file:
                    yield file
                half.replace(real)
            finally:
                half.unlink(missing_ok=True)
    except OSError as error:
        raise Refused(words.message("open-elsewhere", language, path=path, problem=error.strerror or "?")) from None


def write_text(target: str, text: str, language: Language) -> None:
    """Text to a file, or to stdout where the target is -."""
    write_pieces(target, (text,), language)


def write_pieces(target: str, pieces: Iterable[str], language: Language) -> None:
    """The same for a text that is too long to be held at once."""
    if target != "-":
        with replacing(Path(target), language) as file:
            file.writelines(piece.encode("utf-8", "backslashreplace") for piece in pieces)
        return
    with to_stdout(language):
        sys.stdout.buffer.writelines(piece.encode("utf-8", "backslashreplace") for piece in pieces)
        sys.stdout.flush()


@contextmanager
def to_stdout(language: Language) -> Iterator[None]:
    """What is said to standard output: where that fails it is one clear line, and nothing more is tried."""
    try:
        yield
    except OSError as error:
        # what is still buffered would fail again while Python ends, with a message of its own
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Refused(words.message("no-output", language, problem=error.strerror or "?")) from None
