"""Everything under some paths, in order, by the engine that fits: this process, children, other machines."""

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from tianbao.findings import PassedOver
from tianbao.intake.walk import Waiting, walk
from tianbao.verbs.here import run_here
from tianbao.verbs.options import Options
from tianbao.verbs.work import Item, Result, Tally, Work

POOL_FROM = 500
"""Below so many ordinary files starting a pool costs more than it saves (0.3 to 0.5 s, measured)."""

_ODD = 20
"""An archive, a mail or an old workbook counts as so many: it is opened in a child anyway, and takes its time."""

_ORDINARY = (".xlsx", ".xlsm", ".json")


class MissingPath(FileNotFoundError):
    """A path that the caller named does not exist."""


def run(paths: Sequence[Path], options: Options, work: Work) -> Generator[Result | None]:
    """The results of `work` for everything under the paths. None now and then while there is nothing to tell.

    Raises MissingPath before anything is read.
    """
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise MissingPath(str(path))
    items = items_under(paths, options)
    if options.engine:
        from tianbao.verbs.engines.cluster import run_cluster

        yield from run_cluster(items, options, work)
        return
    first, small = _first(items)
    if small or options.processes == 1:
        yield from run_here(chain(first, items), work)
        return
    from tianbao.verbs.pool import Pool

    with Pool(work, options.processes) as pool:
        yield from pool.run(chain(first, items))
        yield Tally(pool.counts)


def items_under(paths: Iterable[Path], options: Options) -> Iterator[Item]:
    """What waits under the paths, in order; what this run writes there itself is passed over."""
    files, folders = {str(path) for path in options.outputs}, tuple(f"{path}{os.sep}" for path in options.outputs)
    for found in walk(paths, options.limits):
        place = str(found.path) if isinstance(found, Waiting) else found.source
        if files and (place in files or place.startswith(folders)):
            yield PassedOver(found.source, "own")
        else:
            yield found


def count(paths: Iterable[Path], options: Options) -> int:
    """How many items wait under the paths."""
    return sum(1 for _ in walk(paths, options.limits))


def _first(items: Iterator[Item]) -> tuple[list[Item], bool]:
    """The first items, and whether they are all there are and too few for a pool."""
    found: list[Item] = []
    weight = 0
    for item in items:
        found.append(item)
        waits = not isinstance(item, PassedOver)
        weight += _ODD if waits and not item.source.lower().endswith(_ORDINARY) else 1
        if weight >= POOL_FROM:
            return found, False
    return found, True
