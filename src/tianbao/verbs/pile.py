"""What is only seen when all files lie side by side: copies, versions, equal figures, a year unlike the others'.

Everything is a notice and changes no verdict. The facts stand in a database of SQLite that has no name, in its own
cache as long as it is small; each question is one pass over an order, so that the cost grows as sorting does.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from tianbao.catalogue import words
from tianbao.findings import Finding
from tianbao.verbs.telling import Facts

LISTED = 20
"""Others that a notice lists; the rest is counted."""

NEARLY_ALL = 0.9
YEAR_FROM = 10
"""Reports of one form in a pile, from which on a year that few of them have is worth a word."""

_CACHE = 256
"""KiB that the database keeps in memory; sorting keeps no more."""

_TABLE = (
    "CREATE TABLE facts (number INTEGER PRIMARY KEY, source TEXT, sha256 TEXT, form TEXT, edition TEXT, year INTEGER,"
    " who TEXT, figures TEXT)"
)
_NOTICES = "CREATE TABLE notices (number INTEGER, rule TEXT, kind TEXT, first INTEGER, others TEXT, more TEXT)"

Evidence = Callable[[str, str], str]
"""When the file at a source, with that digest, was last saved, as its own bytes say; "" where it is not known."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What the pile says about one entry, by its number. `first`: it speaks for all that it names."""

    number: int
    source: str
    first: bool
    finding: Finding


class Pile:
    """The facts of a pile while it is read, then its notices."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._base = sqlite3.connect("")  # without a name: gone however the program ends
        for setting in ("journal_mode = OFF", f"cache_size = -{_CACHE}", f"temp.cache_size = -{_CACHE}"):
            self._base.execute(f"PRAGMA {setting}")
        self._base.execute(_TABLE)
        self._count = 0

    def add(self, facts: Facts) -> None:
        """The next entry."""
        row = (self._count, facts.source, facts.sha256, facts.form, facts.edition, facts.year, facts.who, facts.figures)
        self._base.execute("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        self._count += 1

    def close(self) -> None:
        """Nothing is left."""
        self._base.close()

    def judge(self) -> None:
        """Finds all notices; asked once, when the pile is complete."""
        self._base.execute(_NOTICES)
        for found in (self._same_file(), self._versions(), self._same_figures(), self._years()):
            self._base.executemany("INSERT INTO notices VALUES (?, ?, ?, ?, ?, ?)", found)

    def __iter__(self) -> Iterator[Notice]:
        columns = "number, source, rule, kind, first, others, more"
        asked = f"SELECT {columns} FROM notices JOIN facts USING (number) ORDER BY number, notices.rowid"
        for number, source, rule, case, first, others, more in self._base.execute(asked):
            facts = {"others": others, "newest": more, "year": more}
            finding = Finding(rule, rule, words.finding(rule, case).severity, case, facts=facts)
            yield Notice(number, source, bool(first), finding)

    def _groups(self, key: str, where: str) -> Iterator[list[tuple[int, str, str, str]]]:
        """Entries with one key, two or more, as (number, source, sha256, who), in the order of the pile."""
        repeated = f"SELECT {key} FROM facts WHERE {where} GROUP BY {key} HAVING count(*) > 1"
        asked = f"SELECT {key}, number, source, sha256, who FROM facts WHERE {where} AND ({key}) IN ({repeated})"
        width = key.count(",") + 1
        rows = self._base.execute(f"{asked} ORDER BY {key}, number")
        for _, group in groupby(rows, key=lambda row: row[:width]):
            yield [row[width:] for row in group]

    def _same_file(self) -> Iterator[tuple[object, ...]]:
        for group in self._groups("sha256", "sha256 != ''"):
            yield from _named(group, "PILE-SAME-FILE", "any")

    def _versions(self) -> Iterator[tuple[object, ...]]:
        for group in self._groups("form, year, who", "form != '' AND who != ''"):
            distinct = {sha256: source for _, source, sha256, _ in reversed(group)}
            if len(distinct) > 1:
                newest = self._newest(distinct)
                yield from _named(group, "PILE-VERSIONS", "newest" if newest else "unknown", newest)

    def _newest(self, distinct: dict[str, str]) -> str:
        """The source of the newest by what the files say themselves; "" where they do not."""
        if len(distinct) > LISTED:
            return ""
        stamps = sorted((self._evidence(source, sha256), source) for sha256, source in distinct.items())
        known = stamps[0][0] and stamps[-1][0] != stamps[-2][0]
        return stamps[-1][1] if known else ""

    def _same_figures(self) -> Iterator[tuple[object, ...]]:
        for group in self._groups("form, edition, year, figures", "figures != ''"):
            if len({who for _, _, _, who in group}) > 1:
                yield from _named(group, "PILE-SAME-FIGURES", "any")

    def _years(self) -> Iterator[tuple[object, ...]]:
        asked = "SELECT form, year, count(*) FROM facts WHERE form != '' GROUP BY form, year"
        for form, rows in groupby(list(self._base.execute(asked)), key=itemgetter(0)):
            counts = {year: count for _, year, count in rows}
            usual = max(counts, key=lambda year: (counts[year], year))
            total = sum(counts.values())
            if total < YEAR_FROM or counts[usual] < NEARLY_ALL * total:
                continue
            odd = "SELECT number FROM facts WHERE form = ? AND year != ?"
            for (number,) in self._base.execute(odd, (form, usual)):
                yield number, "PILE-YEAR", "any", 1, "", str(usual)


def _named(
    group: Iterable[tuple[int, str, str, str]], rule: str, case: str, more: str = ""
) -> Iterator[tuple[object, ...]]:
    """A notice for each of a group, with the others."""
    members = list(group)
    shown = members[: LISTED + 1]
    for place, (number, source, _, _) in enumerate(members):
        others = [found for at, (_, found, _, _) in enumerate(shown) if at != place][:LISTED]
        rest = len(members) - 1 - len(others)
        listed = "、".join(others) + (f" … (+{rest})" if rest else "")
        yield number, rule, case, place == 0, listed, more or source
