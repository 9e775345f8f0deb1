"""The engine of small piles: everything in this process, what is odd in one child."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tianbao.verbs.pool import Pool
from tianbao.verbs.work import Item, Result, Tally, Work, quickly


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
