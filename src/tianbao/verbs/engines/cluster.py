"""The same work on a cluster of dask: bytes travel, so that no folder need be shared; results come in order, once each.

A task holds the bytes of its files and nothing else, so that the scheduler can give it to another worker when one is
gone. What no worker survives is done here, in a child.
"""

import time
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import Any

from tianbao.intake.limits import MIB
from tianbao.verbs.engines import NoCluster
from tianbao.verbs.here import run_here
from tianbao.verbs.options import Options
from tianbao.verbs.parcel import Parcel, packed
from tianbao.verbs.pool import AHEAD, CHUNK
from tianbao.verbs.work import Item, Result, Tally, Work

TASK_BYTES = 4 * MIB
"""A task ends after so many bytes, however few files they are."""

WINDOW_BYTES = 128 * MIB
"""Bytes that are under way at once."""

_RETRIES = 3
_POLL_SECONDS = 0.02
_CONNECT_SECONDS = 5


def run_cluster(items: Iterator[Item], options: Options, work: Work) -> Generator[Result | None]:
    """The results of `work` for all items, in their order. None now and then. Raises NoCluster."""
    with ExitStack() as stack:
        client = _client(options, stack)
        submit = _submitter(client, work)
        under_way: deque[tuple[Any, list[Parcel], int]] = deque()
        tasks = _tasks(items, options)
        room, more = AHEAD * max(1, len(client.scheduler_info(n_workers=-1)["workers"])), True
        while more or under_way:
            while more and len(under_way) < room and sum(size for _, _, size in under_way) < WINDOW_BYTES:
                task = next(tasks, None)
                more = task is not None
                if task is not None:
                    under_way.append((submit(task[0]), *task))
            if not under_way:
                continue
            future, parcels, _ = under_way[0]
            while not future.done():
                time.sleep(_POLL_SECONDS)
                yield None
            under_way.popleft()
            if future.status == "finished":
                yield from future.result()
            else:  # no worker survived it, or it could not travel: here it costs itself only
                yield from _alone(parcels, work)


def on_worker(work: Work, parcels: list[Parcel]) -> list[Result]:
    """What a worker does with a task."""
    return list(_alone(parcels, work))


def _alone(parcels: list[Parcel], work: Work) -> Iterator[Result]:
    return (result for result in run_here(parcels, work) if not isinstance(result, Tally | None))


def _submitter(client: Any, work: Work) -> Callable[[list[Parcel]], Any]:
    def submit(parcels: list[Parcel]) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a task is large: it has to be
            return client.submit(on_worker, work, parcels, pure=False, retries=_RETRIES)

    return submit


def _client(options: Options, stack: ExitStack) -> Any:
    """The connection, to a cluster of this machine where no address is given."""
    _, _, address = options.engine.partition("=")
    try:
        import dask
        import distributed
    except ImportError:
        raise NoCluster("", "") from None
    library: Any = distributed  # its functions have no types
    folder = stack.enter_context(TemporaryDirectory(prefix="tianbao-", ignore_cleanup_errors=True))
    stack.enter_context(dask.config.set({"temporary-directory": folder, "distributed.admin.tick.limit": "1h"}))
    if address:
        try:
            library.comm.registry.get_backend(address.partition("://")[0] if "://" in address else "tcp")
            return stack.enter_context(library.Client(address, timeout=_CONNECT_SECONDS, set_as_default=False))
        except (OSError, ValueError, TimeoutError) as error:
            raise NoCluster(address, str(error).splitlines()[0] if str(error) else "?") from None
    cluster = library.LocalCluster(
        n_workers=options.processes,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=50,
        local_directory=folder,
    )
    stack.enter_context(cluster)
    return stack.enter_context(library.Client(cluster, set_as_default=False))


def _tasks(items: Iterator[Item], options: Options) -> Iterator[tuple[list[Parcel], int]]:
    """Parcels by the chunk, and their size."""
    parcels: list[Parcel] = []
    size = 0
    for item in items:
        parcel = packed(options, item)
        parcels.append(parcel)
        size += parcel.size
        if len(parcels) >= CHUNK or size >= TASK_BYTES:
            yield parcels, size
            parcels, size = [], 0
    if parcels:
        yield parcels, size
