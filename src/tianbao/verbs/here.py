"""The engine of small piles: everything in this process, what is odd in one child."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

from tianbao.verbs.work import Item, Result, Tally, Work, quickly

if TYPE_CHECKING:
    from tianbao.verbs.pool import Pool


def run_here(items: Iterable[Item], work: Work) -> Iterator[Result | None]:
    """In this process; what must not be opened here is opened in one child, which is started when it is needed."""
    pool: Pool | None = None
    with ExitStack() as stack:
        for item in items:
            results = quickly(work, item)
            if results is None:
                pool = pool or stack.enter_context(_pool_of_one(work))
                yield from pool.one(item)
            else:
                yield from results
        yield Tally(Counter(work.counts()) + (pool.counts if pool else Counter()))


def _pool_of_one(work: Work) -> "Pool":
    from tianbao.verbs.pool import Pool

    return Pool(work, 1)
