"""Results gathered for the outputs: counted, spooled, and at the end joined with what the pile as a whole says."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from tianbao.catalogue.words import Language
from tianbao.feedback.answer import Answer
from tianbao.feedback.check_json import entry_of, finding_data
from tianbao.feedback.terminal import Line
from tianbao.findings import PassedOver
from tianbao.submission import json_line
from tianbao.verbs.pile import Evidence, Notice, Pile
from tianbao.verbs.spool import Spool, packed
from tianbao.verbs.telling import Told

_BUGS = 20
"""Faults of ours that are kept for the log; more of them say no more."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Again(Generic[T]):
    """Something that can be gone through as often as wanted, made anew each time."""

    make: Callable[[], Iterator[T]]

    def __iter__(self) -> Iterator[T]:
        return self.make()


class Gathered:
    """All results of a run. Use it as a context: it leaves nothing behind. Raises OSError where there is no space."""

    def __init__(self, language: Language, evidence: Evidence) -> None:
        self._language = language
        self._entries, self._passed, self._pile = Spool(), Spool(), Pile(evidence)
        self._judged = False
        self.counts: Counter[str] = Counter()
        self.tally: Counter[str] = Counter()
        self.bugs: list[str] = []

    def __enter__(self) -> "Gathered":
        return self

    def __exit__(self, *_: object) -> None:
        self._entries.close()
        self._passed.close()
        self._pile.close()

    @property
    def total(self) -> int:
        """How many entries there are."""
        return self.counts.total()

    def add(self, result: Told | PassedOver) -> None:
        """The next result."""
        if isinstance(result, PassedOver):
            self._passed.add(result.source, result.reason)
            return
        self._entries.add(result.entry, result.figures, packed(result.details))
        self._pile.add(result.facts)
        self.counts[result.verdict] += 1
        if result.bug and len(self.bugs) < _BUGS:
            self.bugs.append(result.bug)

    @property
    def notices(self) -> Again[Notice]:
        """What the pile says, by the number of the entry."""
        if not self._judged:
            self._pile.judge()
            self._judged = True
        return Again(lambda: iter(self._pile))

    @property
    def lines(self) -> Again[str]:
        """The entries as JSON, each in one line, with the notices about the pile."""
        return Again(lambda: (entry for entry, _ in self._joined()))

    @property
    def answers(self) -> Again[Answer]:
        """The entries as data, with the figures where they were asked for."""
        return Again(
            lambda: (Answer(entry_of(entry), entry_of(figures) if figures else {}) for entry, figures in self._joined())
        )

    @property
    def details(self) -> Again[Line]:
        """The lines for the terminal below the names of files."""
        return Again(self._details)

    @property
    def passed_over(self) -> Again[PassedOver]:
        """What was passed over."""
        return Again(lambda: (PassedOver(source, reason) for source, reason in self._passed))

    def _details(self) -> Iterator[Line]:
        for _, _, details in self._entries:
            for indent, pieces in json.loads(details):
                yield indent, tuple((text, style) for text, style in pieces)

    def _joined(self) -> Iterator[tuple[str, str]]:
        """Entries and figures; an entry that the pile says something about is taken apart for it."""
        notices = iter(self.notices)
        notice = next(notices, None)
        for number, (entry, figures, _) in enumerate(self._entries):
            if notice is None or notice.number != number:
                yield entry, figures
                continue
            data = entry_of(entry)
            while notice is not None and notice.number == number:
                data["findings"].append(finding_data(notice.finding, None, self._language))
                notice = next(notices, None)
            yield json_line(data), figures
