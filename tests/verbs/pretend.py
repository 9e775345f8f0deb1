"""Work that hangs, crashes, eats memory or fails on demand, for children: an item says what it does."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tianbao.findings import PassedOver
from tianbao.intake.limits import MIB, Limits
from tianbao.intake.received import Received
from tianbao.verbs.work import Blame, Work


@dataclass(frozen=True)
class Asked:
    """An item: `does` for the item itself (while it is opened) or its members, joined by a blank."""

    source: str
    does: str = "fine"
    odd: bool = False


def ask(number: int, does: str = "fine", *, odd: bool = False) -> Asked:
    """An item with a number for a name."""
    return Asked(f"{number}", does, odd)


def work(seconds: float = 1.0, memory: int = 200) -> Work:
    """The work; the limits are small."""
    limits = replace(Limits(), seconds=seconds, memory_bytes=memory * MIB)
    return Work(quick, members, answer, blamed, name, limits)


def quick(item: Asked) -> list[str] | None:
    """Odd ones are not for here."""
    return None if item.odd else [said for member in members(item) for said in answer(member)]


def members(item: Asked) -> Iterator[Received | PassedOver]:
    """One for each word."""
    for number, does in enumerate(item.does.split()):
        if does.startswith("opening-"):
            act(does.removeprefix("opening-"))
        yield Received(f"{item.source}/{number}", does.encode(), "0" * 64)


def answer(received: Received | PassedOver) -> list[str]:
    """What was done."""
    assert isinstance(received, Received)
    assert received.data is not None
    act(received.data.decode())
    return [received.source]


def blamed(blame: Blame) -> list[str]:
    """Who, and for what."""
    return [f"{blame.source} {blame.rule}" + (" with trace" if blame.trace else "")]


def name(item: Asked) -> tuple[str, str | None]:
    """Its name."""
    return item.source, None


def act(does: str) -> None:
    """Does it."""
    what, _, rest = does.partition(":")
    if what == "hang":
        while True:
            pass
    elif what == "crash":
        os.kill(os.getpid(), signal.SIGKILL if rest != "segfault" else signal.SIGSEGV)
    elif what == "exit":
        os._exit(3)
    elif what == "eat":
        eaten = [b"x" * MIB for _ in range(10_000)]
        del eaten
    elif what == "fail":
        raise LookupError(rest)
    elif what == "print":
        os.write(1, b"not a message")
        print("nor this")
    elif what == "sleep":
        time.sleep(float(rest))
    elif what == "once":  # dies the first time only, as a process does that somebody else killed
        path = Path(rest)
        if not path.exists():
            path.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    elif what == "note":
        with Path(rest).open("a", encoding="utf-8") as file:
            file.write(f"{os.getpid()}\n")
