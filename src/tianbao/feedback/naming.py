"""Names for the files that go back to agencies: safe on every system, unique in a run, the same for the same pile."""

import re
from collections.abc import Iterator
from itertools import count

from tianbao.feedback.clean import clean
from tianbao.findings import Checked

_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")
_LONGEST = 60
_BYTES = 180
"""Of UTF-8: with a suffix and a number it stays below the 255 that file systems take."""


def answer_name(checked: Checked, taken: set[str]) -> str:
    """A base name without suffix, put into `taken`: the agency's; with the file's where that is taken; a number."""
    agency = _safe(checked.submission.agency.name) if checked.submission else ""
    source = _safe(_stem(checked.source))
    first = agency or source or "未命名"
    tried = [first, *([f"{first}-{source}"] if source and source != first else [])]
    name = next(name for name in _candidates([_short(name) for name in tried]) if name.casefold() not in taken)
    taken.add(name.casefold())
    return name


def _candidates(names: list[str]) -> Iterator[str]:
    yield from names
    yield from (f"{names[-1]}-{number}" for number in count(2))


def _stem(source: str) -> str:
    last = source.replace("\\", "/").rpartition("/")[2]
    stem, dot, suffix = last.rpartition(".")
    return stem if dot and stem and suffix.isalnum() else last


def _safe(text: str) -> str:
    name = _FORBIDDEN.sub("_", clean(text)).strip(" .")
    name = " ".join(name.split())[:_LONGEST].strip(" .")
    # neither a device of Windows nor a hidden or lock file, nor an option of a command line or a formula in a list
    acts = _DEVICES.fullmatch(name.partition(".")[0]) or name.startswith(("-", "=", "+", "@", "~"))
    return f"_{name}" if acts else name


def _short(name: str) -> str:
    while len(name.encode()) > _BYTES:
        name = name[:-1]
    return name.strip(" .")
