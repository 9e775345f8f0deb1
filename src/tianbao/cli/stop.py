"""Ctrl-C: the first asks to stop and keep what there is, the second ends at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass(slots=True)
class Stop:
    """Whether the user wants to stop."""

    asked: bool = False


@contextmanager
def stop_on_interrupt() -> Iterator[Stop]:
    """While it lasts the first Ctrl-C only sets `asked`, so that it never tears a step in two."""
    stop = Stop()

    def heard(number: int, frame: FrameType | None) -> None:
        if stop.asked:
            signal.default_int_handler(number, frame)
        stop.asked = True

    try:
        before = signal.signal(signal.SIGINT, heard)
    except ValueError:  # not in the main thread: there is no Ctrl-C to hear
        yield stop
        return
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
