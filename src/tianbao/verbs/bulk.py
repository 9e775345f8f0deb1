"""Everything under some paths, in order, by the engine that fits: this process, children, other machines."""

import os
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tianbao.findings import PassedOver
from tianbao.intake.opening import is_plain, open_read, read_waiting
from tianbao.intake.received import Received
from tianbao.intake.walk import Waiting, walk
from tianbao.verbs.options import Options
from tianbao.verbs.pool import Pool
from tianbao.verbs.work import Item, Result, Tally, Work, quickly

POOL_FROM = 500
"""Below so many ordinary files starting a pool costs more than it saves (0.3 to 0.5 s, measured)."""

_ODD = 20
"""An archive, a mail or an old workbook counts as so many: it is opened in a child anyway, and takes its time."""

_ORDINARY = (".xlsx", ".xlsm", ".json")


@dataclass(frozen=True, slots=True)
class Parcel:
    """An item with its bytes. `named`: the caller named it."""

    whole: Received | PassedOver
    named: bool = False

    @property
    def source(self) -> str:
        """Where it was met."""
        return self.whole.source

    @property
    def size(self) -> int:
        """How many bytes travel."""
        return len(self.whole.data or b"") if isinstance(self.whole, Received) else 0


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
    with Pool(work, options.processes) as pool:
        yield from pool.run(chain(first, items))
        yield Tally(pool.counts)


def run_here(items: Iterable[Item], work: Work) -> Iterator[Result | None]:
    """In this process; what must not be opened here is opened in one child, which is started when it is needed."""
    with Pool(work, 1) as pool:
        for item in items:
            results = quickly(work, item)
            if results is None:
                yield from pool.one(item)
            else:
                yield from results
        yield Tally(Counter(work.counts()) + pool.counts)


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


def quick(options: Options, item: Item) -> list[Received | PassedOver] | None:
    """The item as received where it is ordinary; None for one that must be opened in a child."""
    if isinstance(item, Waiting):
        item = Parcel(read_waiting(item, options.limits), item.named)
    if not isinstance(item, Parcel):
        return [item]
    whole = item.whole
    if isinstance(whole, Received) and whole.data is not None and not is_plain(whole.data, whole.kind):
        return None
    return list(_opened(options, item))


def members(options: Options, item: Item) -> Iterator[Received | PassedOver]:
    """What comes out of the item, always in the same order."""
    if isinstance(item, Waiting):
        item = Parcel(read_waiting(item, options.limits), item.named)
    return _opened(options, item) if isinstance(item, Parcel) else iter([item])


def packed(options: Options, item: Item) -> "Parcel":
    """The item with its bytes, to be handled where its file is not."""
    if isinstance(item, Waiting):
        return Parcel(read_waiting(item, options.limits), item.named)
    return Parcel(item)


def name(options: Options, item: Item) -> tuple[str, str | None]:
    """An item as people call it, and the digest of its bytes where it can be read."""
    whole = read_waiting(item, options.limits) if isinstance(item, Waiting) else item
    whole = whole.whole if isinstance(whole, Parcel) else whole
    return whole.source, getattr(whole, "sha256", None)


def _opened(options: Options, parcel: "Parcel") -> Iterator[Received | PassedOver]:
    if isinstance(parcel.whole, PassedOver):
        return iter([parcel.whole])
    return open_read(parcel.whole, options.limits, options.passwords, named=parcel.named)


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
