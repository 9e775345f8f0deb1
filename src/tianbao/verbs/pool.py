"""Children that share a pile: results in its order, nothing lost, nothing twice, whatever becomes of a child.

A child gets a chunk of items and says what it has done. When it dies or is silent for too long, what it had said is
kept. What is left goes to a new child that announces each step; so the item or member that is to blame is known, and
costs itself only.
"""

import queue
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from tianbao.verbs.child import OUT_OF_MEMORY
from tianbao.verbs.hand import GONE, Hand
from tianbao.verbs.work import Blame, Item, NoChild, Result, Work

CHUNK = 50
"""Items of one task: many enough that sending costs nothing, few enough that all children end together."""

AHEAD = 4
"""Chunks for each child that may be under way or wait for an earlier one."""

GIVEN_UP_AFTER = 3
"""Members of one item that hang or end a child, before the rest of that item is given up."""

_TICK_SECONDS = 0.1
_START_SECONDS = 60.0
_STARTS = 5
"""Children that may die one after the other before the first is ready."""

Heard = tuple[Hand, Any]


@dataclass(slots=True)
class _Chunk:
    """Items under way. `at`: items that are done; `member`: members of the next that are done; `begun`: under way."""

    items: list[Item]
    careful: bool = False
    at: int = 0
    member: int = 0
    opened: bool = False
    begun: tuple[int, str, str | None] | None = None
    tried_again: bool = False
    lost: int = 0
    results: deque[Result] = field(default_factory=deque)

    @property
    def complete(self) -> bool:
        return self.at >= len(self.items)

    def next_item(self) -> None:
        self.at, self.member, self.opened, self.begun = self.at + 1, 0, False, None
        self.tried_again, self.lost = False, 0


class Pool:
    """Up to `size` children for a `Work`. Use it as a context: no child outlives it."""

    def __init__(self, work: Work, size: int) -> None:
        self._work, self._size = work, size
        self._heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._hands: dict[Hand, _Chunk | None] = {}
        self._false_starts = 0
        self._counted: dict[Hand, dict[str, int]] = {}
        self.counts: Counter[str] = Counter()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        for hand in self._hands:
            hand.end()
        self._hands.clear()

    @property
    def pids(self) -> tuple[int, ...]:
        """The numbers of the children's processes."""
        return tuple(hand.pid for hand in self._hands)

    def one(self, item: Item) -> Iterator[Result | None]:
        """The results for one item that must not be opened here."""
        return self._run(iter([_Chunk([item], careful=True)]))

    def run(self, items: Iterator[Item]) -> Iterator[Result | None]:
        """The results for all items, in their order. None now and then while there is nothing to tell."""
        return self._run(_Chunk(chunk) for chunk in iter(lambda: list(islice(items, CHUNK)), []))

    def _run(self, coming: Iterator[_Chunk]) -> Iterator[Result | None]:
        order: deque[_Chunk] = deque()
        waiting: deque[_Chunk] = deque()
        more = True
        while True:
            while more and len(order) < self._size * AHEAD and len(waiting) < self._size:
                chunk = next(coming, None)
                more = chunk is not None
                if chunk is not None:
                    order.append(chunk)
                    waiting.append(chunk)
            self._assign(waiting)
            while order and (order[0].results or order[0].complete):
                while order[0].results:
                    yield order[0].results.popleft()
                if not order[0].complete:
                    break
                order.popleft()
            if not order and not more:
                while any(self._hands.values()):  # what they have counted comes last
                    yield from self._listen(waiting)
                return
            if order or waiting:
                yield from self._listen(waiting)

    def _free(self) -> bool:
        return len(self._hands) < self._size or any(chunk is None for chunk in self._hands.values())

    def _assign(self, waiting: deque[_Chunk]) -> None:
        while waiting and self._free():
            hand = next((hand for hand, chunk in self._hands.items() if chunk is None), None)
            if hand is None:
                try:
                    hand = Hand(self._work, self._heard)
                except OSError as error:
                    raise NoChild(error.strerror or "?") from error
            chunk = waiting.popleft()
            self._hands[hand] = chunk
            hand.tell((chunk.items[chunk.at :], chunk.careful, chunk.member))

    def _listen(self, waiting: deque[_Chunk]) -> Iterator[None]:
        """What was heard since; a tick where that is nothing."""
        try:
            hand, message = self._heard.get(timeout=_TICK_SECONDS)
        except queue.Empty:
            self._end_silent(waiting)
            yield None
            return
        if hand not in self._hands:  # ended; what it had not said in time is done again
            return
        chunk = self._hands[hand]
        if message == GONE:
            self._lost(hand, "FILE-MEMORY" if hand.left() == OUT_OF_MEMORY else "FILE-CRASHED", waiting)
        elif message[0] == "fatal":
            message[1].add_note(message[2])
            raise message[1]
        elif message[0] == "ready":
            hand.ready, self._false_starts = True, 0
        elif message[0] == "idle":
            self._hands[hand] = None
            self.counts.update(message[1])
            self.counts.subtract(self._counted.get(hand, {}))
            self._counted[hand] = message[1]
        elif chunk is not None:
            self._said(chunk, message)

    def _said(self, chunk: _Chunk, message: Any) -> None:
        kind, *said = message
        if kind == "done":
            for results in said[0]:
                chunk.results.extend(results)
                chunk.next_item()
        elif kind == "open":
            chunk.opened = True
        elif kind == "begin":
            if chunk.begun is None or chunk.begun[0] != said[0]:
                chunk.tried_again = False
            chunk.begun = (said[0], said[1], said[2])
        elif kind == "part":
            chunk.results.extend(said[0])
            chunk.member, chunk.begun = chunk.member + 1, None
        elif kind == "bug":
            chunk.results.extend(self._blamed(chunk, "FILE-OUR-BUG", said[0]))
        elif kind == "end":
            chunk.next_item()

    def _end_silent(self, waiting: deque[_Chunk]) -> None:
        """Ends children that have said nothing for too long. Only asked when all that was said has been heard."""
        now = time.monotonic()
        for hand, chunk in list(self._hands.items()):
            patience = self._work.limits.seconds if hand.ready else max(_START_SECONDS, self._work.limits.seconds)
            if chunk is not None and now - hand.last_word > patience:
                hand.end()
                self._lost(hand, "FILE-TIMEOUT", waiting)

    def _lost(self, hand: Hand, rule: str, waiting: deque[_Chunk]) -> None:
        """A child is gone: what it had under way is blamed or tried again."""
        hand.end()
        chunk = self._hands.pop(hand)
        self._counted.pop(hand, None)
        if not hand.ready:
            self._false_starts += 1
            if self._false_starts >= _STARTS:
                raise NoChild("the helping process ends at once")
        if chunk is None or chunk.complete:
            return
        if hand.ready:
            chunk.careful = True
        if chunk.opened and (rule != "FILE-CRASHED" or chunk.tried_again):
            self._blame(chunk, rule)
        else:  # a crash may have come from outside: the same step is tried once more before anything is blamed
            chunk.tried_again = rule == "FILE-CRASHED" and hand.ready
        chunk.opened = False
        if not chunk.complete:
            waiting.appendleft(chunk)

    def _blame(self, chunk: _Chunk, rule: str) -> None:
        begun, chunk.begun = chunk.begun, None
        if begun is None:
            chunk.results.extend(self._blamed(chunk, rule))
            chunk.next_item()
            return
        member, source, sha256 = begun
        chunk.results.extend(self._work.blamed(Blame(source, sha256, rule, self._facts())))
        chunk.member, chunk.lost = member + 1, chunk.lost + 1
        if chunk.lost >= GIVEN_UP_AFTER:
            chunk.results.extend(self._blamed(chunk, "FILE-GIVEN-UP"))
            chunk.next_item()

    def _blamed(self, chunk: _Chunk, rule: str, trace: str = "") -> list[Result]:
        """The results for an item as a whole."""
        source, sha256 = self._work.name(chunk.items[chunk.at])
        return self._work.blamed(Blame(source, sha256, rule, self._facts(), trace))

    def _facts(self) -> tuple[tuple[str, str], ...]:
        limits = self._work.limits
        return ("seconds", f"{limits.seconds:g}"), ("memory", str(limits.memory_bytes // 2**20))
