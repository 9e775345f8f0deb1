"""What a process does with a thing that waits to be checked: the same in this one, in a child, on another machine."""

import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tianbao.findings import PassedOver
from tianbao.intake.limits import DEFAULT, Limits
from tianbao.intake.received import Received

Item = Any
Result = Any


class NoChild(RuntimeError):
    """No process can be started here."""


@dataclass(frozen=True, slots=True)
class Blame:
    """Why there is no result for a file or member: it hung, took too much memory, ended its process, or we failed."""

    source: str
    sha256: str | None
    rule: str
    facts: tuple[tuple[str, str], ...] = ()
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """What all processes of a run have counted: the last of its results."""

    counts: Mapping[str, int] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Work:
    """Functions that travel by name (they are pickled).

    `quick`: all results of an item that is safe to handle here, None for one that needs a process of its own.
    `members`: what comes out of an item, always in the same order. `answer`: the results for one of them.
    `blamed`: the results where there are none. `name`: an item as people call it, and the digest of its bytes.
    `counts`: what the process has counted so far. `kept`: where compiled forms are kept between runs.
    """

    quick: Callable[[Item], list[Result] | None]
    members: Callable[[Item], Iterator[Received | PassedOver]]
    answer: Callable[[Received | PassedOver], list[Result]]
    blamed: Callable[[Blame], list[Result]]
    name: Callable[[Item], tuple[str, str | None]]
    limits: Limits = DEFAULT
    counts: Callable[[], Mapping[str, int]] = dict
    kept: Path | None = None


def quickly(work: Work, item: Item) -> list[Result] | None:
    """`work.quick`, where our own fault at the item is a result, too."""
    try:
        return work.quick(item)
    except Exception as error:  # our own fault at one file; the pile goes on
        if fatal(error):
            raise
        return work.blamed(Blame(*work.name(item), "FILE-OUR-BUG", trace=traceback.format_exc()))


def fatal(error: Exception) -> bool:
    """Whether nothing can be checked at all: a shipped definition that does not compile."""
    from tianbao.forms.mistakes import FormMistakes

    return isinstance(error, FormMistakes | MemoryError)
