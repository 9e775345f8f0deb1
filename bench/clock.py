"""Time of the processor, here and in processes that were started."""

import resource
import subprocess
import time
from collections.abc import Callable, Sequence


def seconds_of(run: Callable[[], object]) -> float:
    """Of one call."""
    start = time.process_time()
    run()
    return time.process_time() - start


def children(command: Sequence[str]) -> tuple[float, float]:
    """Of a process and its children, and by the wall clock. What it writes is dropped; it may end with 0 or 1."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ended = subprocess.run(command, capture_output=True, check=False)
    if ended.returncode not in (0, 1):
        raise RuntimeError(ended.stderr.decode(errors="replace"))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, time.perf_counter() - start
