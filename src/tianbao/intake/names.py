"""Names as people read them: whatever encoding they came in, and nothing in them that acts."""

import os
import re
import unicodedata
from pathlib import Path

LONGEST = 160
"""Characters of one member's name that are shown; the middle of a longer one is left out."""
_TAIL = 40
_ACTING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that control, reorder or break a line. Private-use characters stay: old GBK names have them."""
_SEPARATORS = re.compile(r"[/\\]+")
_SEPARATOR = os.sep
_DRIVE = ":"
"""Behind a letter it leads to another disk, behind a name to another stream of it."""


def decoded(raw: bytes) -> str:
    """A name that is not UTF-8 is read as GB18030, as old Windows programs wrote it."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def shown(path: Path) -> str:
    """The path as met, each folder and file in the encoding that it was named in."""
    return _SEPARATOR.join(decoded(name) for name in os.fsencode(path).split(_SEPARATOR.encode()))


def harmless(name: str) -> str:
    """The name of an attachment: one name whatever separators it holds, no control or bidi characters, not too long."""
    return _short(_SEPARATORS.sub("_", _quiet(name)).strip() or "_")


def harmless_path(name: str) -> str:
    """The name of a member with its folders: never absolute, never upwards. It is shown and never used as a path."""
    parts = [part.strip() for part in _SEPARATORS.split(_quiet(name))]
    return _short("/".join("__" if part == ".." else part for part in parts if part not in ("", ".")) or "_")


def _quiet(name: str) -> str:
    name = name.replace(_DRIVE, "_")
    if name.isprintable():
        return name
    return "".join("\ufffd" if unicodedata.category(character) in _ACTING else character for character in name)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - _TAIL - 1]}…{name[-_TAIL:]}"
