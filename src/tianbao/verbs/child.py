"""The child: handles items that its parent sends, and says before each step what it is about to do.

It trusts nothing that it opens: its memory is limited, its parent may end it at any time, and it ends by itself when
the parent is gone or has been silent for too long. Messages are pickles with their length before them, on pipes that no
library's print can reach.
"""

import faulthandler
import gc
import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

OUT_OF_MEMORY = 77
"""Exit code of a child that reached its limit: nothing more can be said then."""

_COLLECT_EVERY = 50_000
"""Objects between two looks for garbage, of which a file leaves hardly any."""

FLUSH_SECONDS = 0.2
"""Results of quick items wait so long for company."""


def main() -> None:
    """Runs until the parent closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, target, nowhere = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"), os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    quiet = os.fdopen(nowhere, "wb")
    try:
        work = receive(source)
        _remember_forms(work)
        _limit_memory(work.limits.memory_bytes)
        gc.set_threshold(_COLLECT_EVERY, 20, 20)
        gc.freeze()
        send(target, ("ready",))
        patience = 2 * work.limits.seconds + 30
        while True:
            faulthandler.cancel_dump_traceback_later()
            task = receive(source)
            for message in handled(work, *task):
                # ends this process from outside of Python where the parent is gone and a library never returns
                faulthandler.dump_traceback_later(patience, exit=True, file=quiet)
                send(target, message)
    except (EOFError, BrokenPipeError):
        pass
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException as error:  # noqa: BLE001  the parent tells it
        send(target, ("fatal", _portable(error), traceback.format_exc()))
    os._exit(0)


def handled(work: Any, items: list[Any], careful: bool, skip: int) -> Iterator[tuple[Any, ...]]:
    """The messages for some items. `careful`: every item is announced; `skip`: members of the first that are done."""
    from tianbao.verbs.work import quickly

    batch: list[list[Any]] = []
    since = time.monotonic()
    for item in items:
        results = None if careful else quickly(work, item)
        if results is not None:
            batch.append(results)
            if time.monotonic() - since > FLUSH_SECONDS:
                yield "done", batch
                batch, since = [], time.monotonic()
            continue
        if batch:
            yield "done", batch
            batch = []
        yield from _carefully(work, item, skip)
        skip, since = 0, time.monotonic()
    if batch:
        yield "done", batch
    yield "idle", dict(work.counts())


def _carefully(work: Any, item: Any, skip: int) -> Iterator[tuple[Any, ...]]:
    yield ("open",)
    try:
        for number, member in enumerate(work.members(item)):
            if number < skip:
                continue
            yield "begin", number, member.source, getattr(member, "sha256", None)
            yield "part", work.answer(member)
    except Exception as error:  # our own fault at one file; the pile goes on
        from tianbao.verbs.work import fatal

        if fatal(error):
            raise
        yield "bug", traceback.format_exc()
    yield ("end",)


def _remember_forms(work: Any) -> None:
    if work.kept:
        from tianbao.forms import library

        library.keep_in(work.kept)


def send(target: IO[bytes], message: object) -> None:
    """One message."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    target.write(len(data).to_bytes(8, "big") + data)
    target.flush()


def receive(source: IO[bytes]) -> Any:
    """The next message. Raises EOFError where there is none."""
    head = source.read(8)
    data = source.read(int.from_bytes(head, "big")) if len(head) == 8 else b""
    if not data:
        raise EOFError
    return pickle.loads(data)


def _portable(error: BaseException) -> BaseException:
    """The exception, or its text where it cannot travel."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001
        return RuntimeError(str(error))
    return error


def _limit_memory(size: int) -> None:
    """So much beside what the program itself takes. Where the system has no such limit only the time is limited."""
    try:
        import resource
    except ImportError:
        return
    kind, used = resource.RLIMIT_AS, 0
    if sys.platform == "linux":
        kind = resource.RLIMIT_DATA
        with Path("/proc/self/status").open(encoding="ascii", errors="replace") as status:
            used = next((int(line.split()[1]) * 1024 for line in status if line.startswith("VmData:")), 0)
    try:
        resource.setrlimit(kind, (used + size, used + size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return
