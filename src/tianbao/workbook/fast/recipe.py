"""How to take a submission out of cut parts of one known structure: which slot holds what, learned once.

Learning reads a file the slow way and then proves that the slots give the very same submission. Afterwards a file of
the same structure, with the same fixed texts and nothing outside its entries, needs no parser.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tianbao.forms.sums import totals_in_order
from tianbao.submission import Entry, Submission
from tianbao.values import BLANK, Number, Value, of_sheet_number, rounded, understand
from tianbao.workbook.a1 import Place, parse_a1
from tianbao.workbook.fast.shape import INLINE, SELF, SHARED, Cut
from tianbao.workbook.read import ValueAt, entry_of, take
from tianbao.workbook.reading import CellAt, Reading
from tianbao.workbook.sheets import RawSheet, Spot
from tianbao.workbook.strings_xml import unescaped

_SLOT = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"(?: s="\d+")?(?: t="[a-zA-Z]+")?>(?:<f[^>]*>[^<]*</f>)?\x01|\x01')
_ENTITY = re.compile(rb"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});")
_NAMED = {b"&amp;": "&", b"&lt;": "<", b"&gt;": ">", b"&quot;": '"', b"&apos;": "'"}
_FACTS = ("form", "edition", "year", "fingerprint")
_KEPT_INDICES = 500
_KEPT = 20_000
"""Entries that a recipe keeps made: small figures recur in every file."""


class NotSo(ValueError):
    """The cut parts do not hold what the recipe needs: the file is read the slow way."""


@dataclass(frozen=True, slots=True)
class Slots:
    """Where the cells of a sheet stand in its cut part: number of the value, and what kind it is."""

    at: Mapping[Spot, tuple[int, str]] = field(hash=False)
    formulas: frozenset[Spot]


def slots_of(part: Cut, kinds: str, sheet: RawSheet) -> Slots | None:
    """The slots of the sheet's cells; None unless they are the cells that the parser saw. A formula without any result
    has no slot: that it has none is part of the shape.
    """
    at: dict[Spot, tuple[int, str]] = {}
    for number, found in enumerate(_SLOT.findall(part.shape)):
        if found:
            at[parse_a1(found.decode())] = (number, kinds[number])
        elif part.values[number] != SELF:
            return None
    formulas = frozenset(spot for spot, cell in sheet.cells.items() if cell.formula is not None)
    seen = [
        spot for spot, cell in sheet.cells.items() if spot in at or spot not in formulas or cell.value.kind != "blank"
    ]
    return Slots(at, formulas) if list(at) == seen else None


def picked(raw: bytes, kind: str, strings: Sequence[str]) -> Value:
    """The value that stood in a slot. Raises NotSo for what only a parser can read."""
    sign = raw[:1]
    if not raw or sign == SELF:
        return BLANK
    if sign == SHARED:
        index = raw[1:]
        if not (index.isdigit() and len(index) < 10 and int(index) < len(strings)):
            raise NotSo
        return understand(strings[int(index)])
    if sign == INLINE:
        return understand(unescaped(_text(raw[1:]))) if len(raw) > 1 else BLANK
    if kind == "n":
        return _number(raw)
    if kind == "s":
        return picked(SHARED + raw, kind, strings)
    return understand(raw in (b"1", b"true")) if kind == "b" else understand(unescaped(_text(raw)))


def _number(raw: bytes) -> Value:
    try:
        return of_sheet_number(raw.decode())
    except ValueError:
        raise NotSo from None


def _text(raw: bytes) -> str:
    """The text with its entities replaced."""
    if b"&" in raw:
        if raw.count(b"&") != len(_ENTITY.findall(raw)):
            raise NotSo
        return _ENTITY.sub(_character, raw).decode()
    return raw.decode()


def _character(found: re.Match[bytes]) -> bytes:
    name = found[0]
    if name in _NAMED:
        return _NAMED[name].encode()
    code = int(name[3:-1], 16) if name[2:3] in b"xX" else int(name[2:-1])
    if not (code in (9, 10, 13) or 32 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF):
        raise NotSo
    return chr(code).encode()


@dataclass(slots=True)
class _Line:
    """What one sheet contributes: slots of entries, of fixed texts with these texts, of fixed numbers as spelled."""

    sheet: int
    order: tuple[int, ...]
    entries: tuple[int, ...]
    labels: tuple[int, ...]
    wanted: tuple[str, ...]
    spelled: tuple[tuple[int, bytes, str], ...]
    empty: tuple[int, ...]
    """Slots that hold nothing: cells outside the entries."""


@dataclass(frozen=True, slots=True)
class _Total:
    """A total with the form's own formula: its number among the addresses, those of its parts, decimals of amounts."""

    place: int
    parts: tuple[int, ...]
    decimals: int | None


@dataclass(slots=True)
class Recipe:
    """All that is needed to read a file of this structure."""

    reading: Reading
    lines: list[_Line]
    places: dict[Place, tuple[int, int]]
    totals: tuple[_Total, ...]
    addresses: tuple[str, ...]
    explained: tuple[tuple[int, int], ...]
    facts: tuple[str, ...]
    made: list[dict[bytes, Entry]]
    numbers: dict[bytes, Value] = field(default_factory=dict)
    indices: dict[tuple[bytes, ...], tuple[int, ...]] = field(default_factory=dict)
    kept: int = 0

    def submission(self, parts: Sequence[Cut], kinds: Sequence[str], strings: Sequence[str]) -> Submission:
        """The submission in the parts. Raises NotSo where they hold anything that the recipe does not know."""
        entries: list[Entry] = [_NOTHING] * len(self.addresses)
        for line in self.lines:
            values = parts[line.sheet].values
            if not _EMPTY.issuperset([values[index] for index in line.empty]):
                raise NotSo
            told = kinds[line.sheet]
            self._labels(line, values, told, strings)
            for place, index in zip(line.order, line.entries, strict=True):
                raw, kind = values[index], told[index]
                made = self.made[place].get(raw) if kind == "n" else None
                entries[place] = made or self._entry(place, raw, kind, strings)
        self._total(entries)
        reading = self.reading
        if all(parts[sheet].values[index] in _EMPTY for sheet, index in self.explained):
            reading = replace(reading, explanations=())

        def value_at(place: Place) -> Value:
            where = self.places.get(place)
            if where is None:
                return BLANK
            sheet, index = where
            return picked(parts[sheet].values[index], kinds[sheet][index], strings)

        if facts_of(reading, value_at) != self.facts:
            raise NotSo
        return take(reading, value_at, dict(zip(self.addresses, entries, strict=True)))

    def _labels(self, line: _Line, values: Sequence[bytes], kinds: str, strings: Sequence[str]) -> None:
        """The fixed texts are the learned ones; numbers among them are compared as they are spelled."""
        for index, raw, kind in line.spelled:
            if values[index] != raw or kinds[index] != kind:
                raise NotSo
        raws = tuple([values[index] for index in line.labels])
        known = self.indices.get(raws)
        if known is None:
            known = _indices(raws)
            if len(self.indices) < _KEPT_INDICES:
                self.indices[raws] = known
        if tuple([strings[index] for index in known]) != line.wanted:
            raise NotSo

    def _cell(self, place: int) -> Any:
        return self.reading.cells[self.addresses[place]]

    def _entry(self, place: int, raw: bytes, kind: str, strings: Sequence[str]) -> Entry:
        simple = kind == "n" and len(raw) < 16 and raw[:1] not in (SHARED, INLINE)
        value = self.numbers.get(raw) if simple else None
        entry = entry_of(self._cell(place), value or picked(raw, kind, strings))
        if simple and self.kept < _KEPT:
            self.kept += 1
            self.numbers[raw] = entry.value if entry.cached is None else entry.cached
            self.made[place][raw] = entry
        return entry

    def _total(self, entries: list[Entry]) -> None:
        """Totals of intact formulas show our own sum; one that stood there already is used as it is."""
        numbers: list[Number] = [entry.value.counted for entry in entries]
        for total in self.totals:
            place = total.place
            own = sum([numbers[part] for part in total.parts])
            if total.decimals is not None:
                own = rounded(own, total.decimals)
            numbers[place] = own
            entry = entries[place]
            if entry.intact and entry.value.number == own:
                continue
            done = replace(entry, value=understand(own), intact=True)
            entries[place] = done
            raw = str(own).encode()
            if done.cached is not None and done.cached.number == own and raw in self.made[place]:
                self.made[place][raw] = done


_EMPTY = frozenset({SELF, b""})
_NOTHING = Entry(BLANK)


def recipe_of(
    reading: Reading, parts: Sequence[Cut], slots: Sequence[Slots], sheets: Sequence[RawSheet], strings: Sequence[str]
) -> Recipe:
    """The recipe for files of the structure that was just read. Raises NotSo where slots and cells differ."""
    numbers = {sheet.name: number for number, sheet in enumerate(sheets)}
    addresses = tuple(reading.cells)
    used = _used(reading)
    lines = [
        _line(number, sheet, slots[number], parts[number], used, reading, strings)
        for number, sheet in enumerate(sheets)
    ]
    places = {
        place: (numbers[place.sheet], slots[numbers[place.sheet]].at[place.row, place.column][0])
        for place in used
        if (place.row, place.column) in slots[numbers[place.sheet]].at
    }
    at = {address: number for number, address in enumerate(addresses)}
    totals = tuple(
        _Total(
            at[cell.address],
            tuple(at[ref.address] for ref in cell.total.refs if ref.address in at),
            cell.kind.places if cell.kind.value == "amount" else None,
        )
        for cell in totals_in_order(reading.form)
        if cell.total and cell.address in at and _computed(reading.cells[cell.address])
    )
    explained = tuple(places[text] for _, text in reading.explanations if text in places)
    by_name = {sheet.name: sheet for sheet in sheets}

    def value_at(place: Place) -> Value:
        cell = by_name[place.sheet].cells.get((place.row, place.column))
        return cell.value if cell else BLANK

    facts = facts_of(reading, value_at)
    return Recipe(reading, lines, places, totals, addresses, explained, facts, [{} for _ in addresses])


def facts_of(reading: Reading, value_at: ValueAt) -> tuple[str, ...]:
    """What the structure was judged by: form, edition, year, fingerprint, and whether the agency's cell is open."""
    identity = reading.identity.places
    said = tuple(value_at(identity[key]).text if key in identity else "" for key in _FACTS)
    named = "agency" in identity and value_at(identity["agency"]).text != ""
    return (*said, str(named))


def _computed(at: CellAt) -> bool:
    return at.intact and at.formula is not None


def _used(reading: Reading) -> set[Place]:
    """Places whose values go into the submission, but for the entries."""
    lines = {place for line in reading.explanations for place in line}
    single = {place for place in (reading.agency, reading.shown_year) if place}
    return {*lines, *single, *reading.texts.values(), *reading.signoff.values(), *reading.identity.places.values()}


def _line(
    number: int,
    sheet: RawSheet,
    slots: Slots,
    part: Cut,
    used: set[Place],
    reading: Reading,
    strings: Sequence[str],
) -> _Line:
    entries: dict[Spot, int] = {}
    for order, cell in enumerate(reading.cells.values()):
        if cell.place.sheet == sheet.name:
            entries[cell.place.row, cell.place.column] = order
    if not entries.keys() <= slots.at.keys():
        raise NotSo
    here = {(place.row, place.column) for place in used if place.sheet == sheet.name}
    fixed = {(key.row, key.column) for key, _ in reading.explanations if key.sheet == sheet.name}
    labels, spelled, empty = [], [], []
    for spot, (index, kind) in slots.at.items():
        raw, value = part.values[index], sheet.cells[spot].value
        if picked(raw, kind, strings) != value:
            raise NotSo
        varies = spot in here and not (spot in fixed and sheet.cells[spot].locked)
        if spot in entries or varies or (spot in slots.formulas and spot not in here):
            continue
        if value.kind == "blank":
            empty.append(index)
        elif raw.startswith(SHARED):
            labels.append((index, value.text))
        else:
            spelled.append((index, raw, kind))
    return _Line(
        number,
        tuple(entries.values()),
        tuple(slots.at[spot][0] for spot in entries),
        tuple(index for index, _ in labels),
        tuple(text for _, text in labels),
        tuple(spelled),
        tuple(empty),
    )


def _indices(raws: Sequence[bytes]) -> tuple[int, ...]:
    """Numbers of shared strings. Raises NotSo where one is none."""
    if not all(raw[:1] == SHARED and raw[1:].isdigit() and len(raw) < 11 for raw in raws):
        raise NotSo
    return tuple(int(raw[1:]) for raw in raws)
