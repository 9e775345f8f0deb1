"""Many workbooks of one kind from one that XlsxWriter wrote: only parts that differ are made anew.

A stamp is made from the plan of an empty workbook whose varying cells (`slot`) are blank. The places of these cells in
the XML are found once; pouring joins pieces of text. The result has the same content as `emit(plan_of(content))`, which
stays the reference: tests/workbook/test_stamp.py compares them.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace

from tianbao.forms.model import Form
from tianbao.submission import Agency, Submission
from tianbao.workbook.emit import PASSWORD, WriterRefused, emit
from tianbao.workbook.plan import BookPlan, Content, Issue, SheetPlan
from tianbao.workbook.stamp.archive import Member, archive, packed, taken_apart
from tianbao.workbook.stamp.fill import Filler, Filling, Key
from tianbao.workbook.write import Totals, content_of, plan_of

_CELL = re.compile(r'(<c r="([A-Z]+\d+)"(?: s="\d+")?)(?: t="\w+")?(?:/>|>(<f>[^<]*</f>)?(?:<v>[^<]*</v>)?</c>)')
_ROW = re.compile(r'(<row r="(\d+)" spans="[^"]*" ht=")([^"]*)(")')
_TITLE = re.compile(r"(<dc:title>)([^<]*)(</dc:title>)")
_CORE = "docProps/core.xml"
_KEPT = 16

_NUMBERS = ("left", "right", "delta", "count")
_TEXTS = ("light", "length", "missing", "checksum", "checksum-line", "state", "state-counts")
_AGENCY: frozenset[Key] = frozenset({("agency", ""), ("code", ""), ("title", "")})
"""All that differs between two copies of an empty workbook."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part with gaps: a piece of text, a gap, a piece …; `keys` say what belongs into the gaps."""

    name: str
    pieces: tuple[str, ...]
    keys: tuple[Key, ...]

    def text(self, filling: Filling) -> str:
        """The part with its gaps filled."""
        out = [""] * (2 * len(self.keys) + 1)
        out[::2] = self.pieces
        out[1::2] = map(filling.__getitem__, self.keys)
        return "".join(out)

    def settled(self, filling: Filling, varying: frozenset[Key]) -> "_Part":
        """The part with all gaps filled but for those in `varying`."""
        pieces, keys = [self.pieces[0]], []
        for key, piece in zip(self.keys, self.pieces[1:], strict=True):
            if key in varying:
                keys.append(key)
                pieces.append(piece)
            else:
                pieces[-1] += filling[key] + piece
        return _Part(self.name, tuple(pieces), tuple(keys))


@dataclass(frozen=True, slots=True)
class Stamp:
    """A workbook with gaps. Parts without a gap are kept compressed; `formulas` are those of the totals, by address."""

    parts: tuple[Member | _Part, ...]
    formulas: Mapping[str, str]

    @property
    def whole(self) -> Mapping[str, str]:
        """The parts that are kept as text although they have no gap."""
        return {part.name: part.pieces[0] for part in self.parts if not isinstance(part, Member) and not part.keys}

    def changed(self, change: Callable[[str], str]) -> "Stamp":
        """The stamp with every piece of text between gaps changed."""
        parts = (
            part if isinstance(part, Member) else replace(part, pieces=tuple(map(change, part.pieces)))
            for part in self.parts
        )
        return Stamp(tuple(parts), self.formulas)

    def poured(self, filling: Filling) -> bytes:
        """The workbook's bytes."""
        return archive(
            part if isinstance(part, Member) else packed(part.name, part.text(filling).encode()) for part in self.parts
        )

    def settled(self, filling: Filling, varying: frozenset[Key]) -> "Stamp":
        """A stamp with fewer gaps; parts that have none left are compressed once and for all."""
        parts: list[Member | _Part] = []
        for part in self.parts:
            if isinstance(part, Member):
                parts.append(part)
                continue
            rest = part.settled(filling, varying)
            parts.append(rest if rest.keys else packed(rest.name, rest.pieces[0].encode()))
        return Stamp(tuple(parts), self.formulas)


class Press:
    """Writes the workbooks of one form for one year: filled ones, and empty ones for each agency."""

    def __init__(self, form: Form, issue: Issue, password: str = PASSWORD) -> None:
        self.form = form
        base = content_of(form, issue)
        self._full = stamp_of(plan_of(base), password)
        self._filler = Filler(base, self._full.formulas)
        self._issued = self._full.settled(self._filler.filling(base), _AGENCY)

    def content(self, submission: Submission, totals: Totals = "formula") -> Content:
        """What the filled workbook will hold, as write.filled_content has it."""
        return self._filler.content(submission, totals)

    def filled(self, content: Content) -> bytes:
        """The workbook with a submission in it. Raises DoesNotFit."""
        return self._full.poured(self._filler.filling(content))

    def issued(self, issue: Issue) -> bytes:
        """The empty workbook for the issue's agency."""
        return self._issued.poured(self._filler.for_agency(named(issue)))


def filled(form: Form, submission: Submission, totals: Totals = "formula", password: str = PASSWORD) -> bytes:
    """The same workbook as write.filled makes, poured into a stamp. Raises WriterRefused, DoesNotFit."""
    press = press_for(form, Issue(submission.year, submission.agency), password)
    return press.filled(press.content(submission, totals))


def issued(form: Form, issue: Issue, password: str = PASSWORD) -> bytes:
    """The same workbook as write.template makes, from a stamp. Raises WriterRefused, DoesNotFit."""
    return press_for(form, issue, password).issued(issue)


_presses: "OrderedDict[tuple[object, ...], Press]" = OrderedDict()


def press_for(form: Form, issue: Issue, password: str = PASSWORD) -> Press:
    """The press for workbooks of that form, year, deadline and password, with or without an agency's name."""
    agency = named(issue)
    key = (form.id, form.edition, issue.year, issue.deadline, agency is None, password)
    press = _presses.pop(key, None)
    if press is None or press.form is not form:
        press = Press(form, replace(issue, agency=agency), password)
    _presses[key] = press
    while len(_presses) > _KEPT:
        _presses.popitem(last=False)
    return press


def named(issue: Issue) -> Agency | None:
    """The agency, if it has a name: without one the name on the cover is an open cell."""
    return issue.agency if issue.agency and issue.agency.name.strip() else None


def stamp_of(plan: BookPlan, password: str, keep: Container[str] = ()) -> Stamp:
    """The stamp of a plan: its workbook with every slot blank, taken apart. Parts to `keep` stay text."""
    data = emit(replace(plan, sheets=tuple(_blanked(sheet) for sheet in plan.sheets)), password)
    gaps = {f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in enumerate(plan.sheets, start=1)}
    parts: list[Member | _Part] = []
    formulas: dict[str, str] = {}
    for name, (member, content) in taken_apart(data).items():
        if name == _CORE:
            parts.append(_title(content.decode()))
        elif name in gaps and any(item.slot for item in gaps[name].items):
            parts.append(_sheet(name, content.decode(), gaps[name], formulas))
        else:
            parts.append(_Part(name, (content.decode(),), ()) if name in keep else member)
    return Stamp(tuple(parts), formulas)


def _blanked(sheet: SheetPlan) -> SheetPlan:
    return replace(sheet, items=tuple(replace(item, content=None) if item.slot else item for item in sheet.items))


def _title(xml: str) -> _Part:
    found = _TITLE.search(xml)
    if not found:
        raise WriterRefused("no title")
    return _Part(_CORE, (xml[: found.end(1)], xml[found.start(3) :]), (("title", ""),))


def _sheet(name: str, xml: str, plan: SheetPlan, formulas: dict[str, str]) -> _Part:
    """The sheet cut at its slots, and at the heights of the rows over which a text is stretched."""
    slots = {item.area.first.a1: item.slot for item in plan.items if item.slot}
    stretched = {
        row: slot[1]
        for item in plan.items
        for row in range(item.area.first.row, item.area.last.row + 1)
        if (slot := item.slot) and slot[0] == "text"
    }
    cuts: list[_Cut] = []
    for row in _ROW.finditer(xml):
        section = stretched.get(int(row[2]) - 1)
        if section is not None:
            cuts.append((row.end(1), row.start(4), ("height", section), "", ""))
    for cell in _CELL.finditer(xml):
        slot = slots.pop(cell[2], None)
        if slot is not None:
            cuts.append((cell.start(), cell.end(), slot, *_around(cell[1], cell[3] or "", slot, formulas)))
    if slots:
        raise WriterRefused(f"{plan.name}: {sorted(slots)}")
    pieces, before = [""], 0
    for start, end, _, head, tail in sorted(cuts):
        pieces[-1] += xml[before:start] + head
        pieces.append(tail)
        before = end
    pieces[-1] += xml[before:]
    return _Part(name, tuple(pieces), tuple(key for _, _, key, _, _ in sorted(cuts)))


_Cut = tuple[int, int, Key, str, str]
"""Start and end in the XML, what belongs there, and what stands before and behind it in the cell."""


def _around(tag: str, formula: str, slot: Key, formulas: dict[str, str]) -> tuple[str, str]:
    kind, subject = slot
    if kind in _NUMBERS:
        return f"{tag}>{formula}<v>", "</v></c>"
    if formula and kind in _TEXTS:
        return f'{tag} t="str">{formula}<v>', "</v></c>"
    if formula:
        formulas[subject] = formula
    return tag, ""
