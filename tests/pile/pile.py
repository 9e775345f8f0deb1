"""A pile of everything, made by code from a seed, and the truth about it."""

import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from tests.pile.base import YEAR, agency_names, consistent
from tests.pile.containers import CONTAINERS, Member
from tests.pile.kind import Kind, thing
from tests.pile.kinds import KINDS
from tests.pile.others import OTHERS
from tests.pile.parts import PASSWORD
from tests.pile.truth import PASSED, Expectation, Expected, Thing, Truth, sha256
from tests.real.office import Office
from tests.resave.excel import excel_like, excel_random
from tests.resave.programs import openpyxl_saved
from tests.resave.spellings import SPELLINGS
from tests.resave.wps import wps_like

Slot = Literal["workbook", "container", "other", "related"]
_SLOTS: tuple[Slot, ...] = ("workbook",) * 12 + ("container",) * 2 + ("other",) * 3 + ("related",)
_FOLDERS = ("", "", "", "第一批", "第二批/补报", "乡镇 街道")
_FINE = Expectation(PASSED)
_HARMLESS = [name for name in SPELLINGS if name not in ("utf-16", "empty caches", "no references", "other part names")]
"""Spellings that leave every kind of damage what it was: rows keep their attributes, results their values."""
_OLD_KINDS = ("untouched", "one too many", "unit in no rule", "negative", "blank")
"""Kinds that are also saved as .xls and .ods, where formulas or names may not survive."""


_WITHOUT_RESULTS = (
    "untouched",
    "row inserted",
    "names deleted",
    "sheet renamed",
    "one too many",
    "negative",
    "unit in no rule",
    "total typed wrong",
    "row deleted",
)
"""Kinds of which nothing is lost where a program saves formulas without their results."""
_BY_OFFICE = ("untouched", "row inserted", "total typed wrong", "names deleted", "unit in no rule", "sheet renamed")
"""Kinds that LibreOffice opens, recalculates and saves."""


def pile(folder: Path, count: int, seed: int, office: Office | None = None) -> Truth:
    """Writes things until at least `count` are expected to come out. Without an office none is .xls or .ods."""
    made = _Pile(folder, random.Random(seed))
    made.special()
    if office is not None:
        made.old_formats(office)
    for slot in made.slots():
        if len(made.expected) >= count:
            break
        getattr(made, slot)()
    return made.truth()


class _Pile:
    """The pile as it grows. Every kind comes before any comes twice."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._folder, self._chance = folder, chance
        self._names = iter(agency_names(chance))
        self._kinds = self._endless(KINDS)
        self._containers = self._endless(CONTAINERS)
        self._others = self._endless(OTHERS)
        self._related = self._endless({"duplicate": None, "versions": None, "same figures": None})
        self._number = 0
        self.expected: list[Expected] = []
        self._duplicates: list[tuple[str, str]] = []
        self._versions: list[tuple[str, ...]] = []
        self._same: list[tuple[str, str]] = []

    def truth(self) -> Truth:
        kinds = Counter(each.kind for each in self.expected)
        return Truth(
            tuple(self.expected),
            (PASSWORD,),
            tuple(self._duplicates),
            tuple(self._versions),
            tuple(self._same),
            kinds,
        )

    def slots(self) -> Iterator[Slot]:
        while True:
            yield self._chance.choice(_SLOTS)

    def _endless(self, names: Mapping[str, object]) -> Iterator[str]:
        while True:
            order = list(names)
            self._chance.shuffle(order)
            yield from order

    def _agency(self) -> str:
        return next(self._names)

    def _thing(self) -> Thing:
        """The next kind of workbook, perhaps saved again by another program."""
        name = next(self._kinds)
        kind = KINDS[name]
        made = thing(name, kind, random.Random(self._chance.getrandbits(64)), self._agency())
        return self._saved_again(made, kind)

    def _saved_again(self, made: Thing, kind: Kind) -> Thing:
        how, seed = self._chance.random(), self._chance.getrandbits(16)
        if made.kind in _WITHOUT_RESULTS and how < 0.2:
            save = openpyxl_saved if how < 0.1 else SPELLINGS["empty caches"]
            return Thing(f"{made.kind}, without results", save(made.data, seed), made.expectation, made.suffix)
        if not kind.rewritable or how < 0.35:
            return made
        if how < 0.8:
            rewrite = self._chance.choice((excel_like, excel_random, wps_like))
            return Thing(f"{made.kind}, {rewrite.__name__}", rewrite(made.data, seed), made.expectation, made.suffix)
        spelling = self._chance.choice(_HARMLESS)
        data = SPELLINGS[spelling](made.data, seed)
        return Thing(f"{made.kind}, {spelling}", data, made.expectation, made.suffix)

    def _path(self, name: str) -> Path:
        return self._folder / self._chance.choice(_FOLDERS) / name

    def _write(self, name: str, data: bytes, kind: str, expectation: Expectation | None) -> str:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        assert not path.exists(), path
        path.write_bytes(data)
        self.expected.append(Expected(kind, str(path), expectation, sha256(data)))
        return str(path)

    def _next(self) -> str:
        self._number += 1
        return f"{self._number:04d}"

    def workbook(self) -> None:
        """A workbook by itself."""
        made = self._thing()
        self._write(f"{self._next()}{made.suffix}", made.data, made.kind, made.expectation)

    def other(self) -> None:
        """Something that is no filled workbook, or not under its own name."""
        kind = next(self._others)
        other = OTHERS[kind]
        data = other.data(random.Random(self._chance.getrandbits(64)), self._agency())
        number = self._next()
        name = other.name.format(n=number) if "{n}" in other.name else f"{number}/{other.name}"
        self._write(name, data, kind, other.expectation)

    def container(self) -> None:
        """An archive or a mail with one to three things in it."""
        kind = next(self._containers)
        members, names = [], set[str]()
        for _ in range(self._chance.randrange(1, 4)):
            made = self._thing()
            name = f"{self._agency()}{YEAR}{made.suffix}"
            assert name not in names
            names.add(name)
            members.append(Member(f"{made.kind} in {kind}", name, made.data, made.expectation))
        packed = CONTAINERS[kind](members, self._chance, self._next())
        parent = self._folder / self._chance.choice(_FOLDERS)
        for name, data in packed.files.items():
            path = parent / name
            (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
            if not name.endswith("/"):
                path.write_bytes(data)
        self.expected += [
            Expected(each.kind, f"{parent}/{each.source}", each.expectation, each.sha256, each.ends)
            for each in packed.expected
        ]

    def related(self) -> None:
        """The same file twice, several versions from one agency, or one agency's figures from another."""
        how, agency, number = next(self._related), self._agency(), self._next()
        seed = self._chance.getrandbits(64)
        first = consistent(random.Random(seed), agency).bytes()
        one = self._write(f"{number}-{agency}.xlsx", first, how, _FINE)
        if how == "duplicate":
            self._duplicates.append((one, self._write(f"{number}-{agency}（副本）.xlsx", first, how, _FINE)))
        elif how == "versions":
            again = [consistent(random.Random(seed + more), agency).bytes() for more in (1, 2)]
            paths = [self._write(f"{number}-{agency}-{at}.xlsx", data, how, _FINE) for at, data in enumerate(again)]
            self._versions.append((one, *paths))
        else:
            other = consistent(random.Random(seed), self._agency()).bytes()
            self._same.append((one, self._write(f"{number}-另一单位.xlsx", other, how, _FINE)))

    def special(self) -> None:
        """What only a file system has: links, a pipe, a name that is not UTF-8."""
        data = consistent(self._chance, self._agency()).bytes()
        name = os.fsdecode("国税局年报.xlsx".encode("gb18030"))
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / name).write_bytes(data)
        shown = str(self._folder / "国税局年报.xlsx")
        self.expected.append(Expected("name in GBK", shown, _FINE, sha256(data)))
        (self._folder / "链接.xlsx").symlink_to("没有这个文件.xlsx")
        (self._folder / "循环").symlink_to(self._folder, target_is_directory=True)
        os.mkfifo(self._folder / "管道.xlsx")
        for special in ("链接.xlsx", "循环", "管道.xlsx"):
            self.expected.append(Expected("special file", str(self._folder / special), None))

    def old_formats(self, office: Office) -> None:
        """Workbooks that LibreOffice saved as .xls and .ods, and .xlsx by way of these."""
        scratch = self._folder.parent / f"{self._folder.name}-scratch"
        scratch.mkdir()
        for name in _OLD_KINDS:
            made = thing(name, KINDS[name], random.Random(self._chance.getrandbits(64)), self._agency())
            source = scratch / f"{self._next()}.xlsx"
            source.write_bytes(made.data)
            for suffix in ("xls", "ods"):
                saved = office.resave(source, scratch / f"{source.stem}.{suffix}", recalculate=True)
                self._write(saved.name, saved.read_bytes(), f"{name} as {suffix}", made.expectation)
        for name in _BY_OFFICE:
            made = thing(name, KINDS[name], random.Random(self._chance.getrandbits(64)), self._agency())
            source = scratch / f"{self._next()}.xlsx"
            source.write_bytes(made.data)
            saved = office.resave(source, scratch / f"{source.stem}-另存.xlsx", recalculate=True)
            self._write(saved.name, saved.read_bytes(), f"{name}, LibreOffice", made.expectation)
        for path in scratch.iterdir():
            path.unlink()
        scratch.rmdir()
