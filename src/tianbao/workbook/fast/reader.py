"""Workbook bytes → Submission without a parser, where the structure is known; the slow way for everything else.

Between workbooks of one template only values differ. Each worksheet is cut into its shape and its values; a shape that
was seen before is looked up, an unseen one is read the slow way once and learned. The slow way is always right, so
whatever the fast one does not understand is simply not learned.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tianbao.submission import ObservationKind, Submission
from tianbao.workbook.fast.alike import loose_key
from tianbao.workbook.fast.directory import Member, directory
from tianbao.workbook.fast.inflate import inflated
from tianbao.workbook.fast.recipe import NotSo, Recipe, Slots, recipe_of, slots_of
from tianbao.workbook.fast.shape import Cut, cut, height_key, plain
from tianbao.workbook.fast.strings import fast_strings
from tianbao.workbook.package import MAX_EXPANDED, MAX_MEMBERS, MAX_PART, NotAWorkbook, open_package, parse_xml
from tianbao.workbook.read import no_forms, read_whole
from tianbao.workbook.reading import FindForm, KnownForms
from tianbao.workbook.sheets import ALL_ASPECTS, RawBook
from tianbao.workbook.styles_xml import CellStyle, read_styles
from tianbao.workbook.xlsx import MAX_SHEETS, read_book

_MOST = 4_096
"""Shapes, recipes and parts that are kept; beyond them all are forgotten and learned anew."""
_BY_VALUE: frozenset[ObservationKind] = frozenset({"joined-text", "stray-figure", "text-added", "repeated-sheet"})
"""Observations that depend on values outside the entries: files with them are read the slow way."""


@dataclass(slots=True)
class Counts:
    """How files were read: `known` shapes, `alike` after a second look at them, `learned`, and the `slow` rest."""

    known: int = 0
    alike: int = 0
    learned: int = 0
    slow: int = 0


@dataclass(frozen=True, slots=True)
class _Book:
    """What workbook.xml and the relationships say; `parts` of the worksheets in order."""

    parts: tuple[str, ...]
    styles: str
    strings: str


@dataclass(slots=True)
class Shapes:
    """All that was learned. One for each process; `counts` tell how well it serves."""

    books: dict[bytes, _Book | None] = field(default_factory=dict)
    styles: dict[bytes, tuple[bytes, tuple[CellStyle, ...]]] = field(default_factory=dict)
    sound: set[bytes] = field(default_factory=set)
    alike: dict[bytes, tuple[bytes, str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    recipes: dict[bytes, list[Recipe]] = field(default_factory=dict)
    strings: tuple[bytes, Sequence[str]] = (b"", ())
    counts: Counts = field(default_factory=Counts)

    def trim(self) -> None:
        """Forgets everything when there is too much of it: another template, or somebody plays with us."""
        kept = (self.books, self.styles, self.sound, self.alike, self.kinds, self.recipes)
        if max(len(learned) for learned in kept) > _MOST:
            for learned in kept:
                learned.clear()


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file as the fast way sees it."""

    key: bytes
    cuts: tuple[Cut, ...]
    kinds: tuple[str, ...]
    strings: Sequence[str]


def read(data: bytes, find_form: FindForm, known: KnownForms = no_forms, shapes: Shapes | None = None) -> Submission:
    """The submission in a workbook, as workbook/read.py gives it. Raises NotAWorkbook."""
    if shapes is None:
        return read_whole(read_book(*open_package(data)), find_form, known)[0]
    shapes.trim()
    opened = _opened(data, shapes)
    if opened is not None:
        for recipe in shapes.recipes.get(opened.key, ()):
            try:
                found = recipe.submission(opened.cuts, opened.kinds, opened.strings)
            except (NotSo, ValueError, IndexError):
                continue
            shapes.counts.known += 1
            return found
    return _learned(data, opened, find_form, known, shapes)


def _learned(data: bytes, opened: _Opened | None, find_form: FindForm, known: KnownForms, shapes: Shapes) -> Submission:
    """The slow way; what it found is kept as a recipe if the cut parts give the same submission."""
    book = read_book(*open_package(data))
    found, reading = read_whole(book, find_form, known)
    shapes.counts.slow += 1
    if opened is None or any(seen.kind in _BY_VALUE for seen in found.observations) or book.seen != ALL_ASPECTS:
        return found
    slots = _slots(opened, book)
    if slots is None:
        return found
    try:
        recipe = recipe_of(reading, opened.cuts, slots, book.sheets, opened.strings)
        if recipe.submission(opened.cuts, opened.kinds, opened.strings) == found:
            shapes.recipes.setdefault(opened.key, []).insert(0, recipe)
            del shapes.recipes[opened.key][8:]
            shapes.counts.learned += 1
    except (NotSo, ValueError, IndexError, KeyError):
        pass
    return found


def _slots(opened: _Opened, book: RawBook) -> list[Slots] | None:
    if len(opened.cuts) != len(book.sheets):
        return None
    parts = zip(opened.cuts, opened.kinds, book.sheets, strict=True)
    found = [slots_of(part, kinds, sheet) for part, kinds, sheet in parts]
    return [slots for slots in found if slots is not None] if None not in found else None


def _opened(data: bytes, shapes: Shapes) -> _Opened | None:
    """The cut parts of an ordinary workbook; None where the slow way must look."""
    members = directory(data)
    if members is None or len(members) > MAX_MEMBERS:
        return None
    if sum(member.size for member in members.values()) > MAX_EXPANDED or any(
        member.size > MAX_PART for member in members.values()
    ):
        return None
    book_key, book = _book(data, members, shapes)
    if (
        "content.xml" in members
        or book is None
        or len(book.parts) > MAX_SHEETS
        or len(set(book.parts)) < len(book.parts)
    ):
        return None
    wanted = {*book.parts, book.styles, book.strings} - {""}
    if not wanted <= members.keys() or not _others_sound(data, members, wanted, shapes):
        return None
    look = inflated(data, members[book.styles]) if book.styles else None
    strings = _strings(data, members[book.strings], shapes) if book.strings else ()
    if look is None or strings is None:
        return None
    meaning, styles = _styles(look, shapes)
    cuts, kinds, keys = [], [], [book_key]
    for number, name in enumerate(book.parts):
        part = inflated(data, members[name])
        done = cut(part, meaning) if part is not None else None
        if part is None or done is None or not _head_sound(part, shapes):
            return None
        key = _known_key(part, done, number, styles, meaning, shapes)
        if key is None:
            return None
        cuts.append(done)
        keys.append(key[0])
        kinds.append(key[1])
    return _Opened(hashlib.sha256(b"".join(keys)).digest(), tuple(cuts), tuple(kinds), strings)


def _strings(data: bytes, member: Member, shapes: Shapes) -> Sequence[str] | None:
    """The shared strings; those of the last file serve again where the compressed bytes are the same."""
    digest = hashlib.sha256(data[member.start : member.end] + member.crc.to_bytes(4, "big")).digest()
    if digest != shapes.strings[0]:
        part = inflated(data, member)
        found = None if part is None else fast_strings(part)
        if found is None:
            return None
        shapes.strings = digest, found
    return shapes.strings[1]


def _head_sound(part: bytes, shapes: Shapes) -> bool:
    """Whether what stands before the cells is well-formed; of that the shape keeps only what matters."""
    head = part[: part.find(b"<sheetData>")]
    digest = hashlib.sha256(head).digest()
    if digest not in shapes.sound:
        if not _well_formed(head + b"<sheetData/></worksheet>"):
            return False
        shapes.sound.add(digest)
    return True


def _well_formed(xml: bytes) -> bool:
    try:
        parse_xml(xml)
    except NotAWorkbook:
        return False
    return True


def _known_key(
    part: bytes, found: Cut, number: int, styles: tuple[CellStyle, ...], meaning: bytes, shapes: Shapes
) -> tuple[bytes, str] | None:
    """The key of a shape, and what kinds its values are; one that is alike in all that matters gets the key of the
    first that was. None where the part may not be read without a parser.
    """
    key = shapes.alike.get(found.key)
    if key is None:
        if not plain(part) or not _well_formed(part):
            return None
        low = height_key(found, meaning)
        key = shapes.alike.get(low)
        if key is None:
            loose, kinds = loose_key(found, styles)
            if len(kinds) != len(found.values):
                return None
            key = hashlib.sha256(loose + bytes([number % 256])).digest(), shapes.kinds.setdefault(kinds, kinds)
            shapes.alike[low] = key
        shapes.alike[found.key] = key
        shapes.counts.alike += 1
    return key


def _book(data: bytes, members: Mapping[str, Member], shapes: Shapes) -> tuple[bytes, _Book | None]:
    """What the workbook part and all relationships say, by their digest."""
    names = sorted(name for name in members if name.endswith(".rels"))
    texts = [inflated(data, members[name]) for name in names]
    book = inflated(data, members["xl/workbook.xml"]) if "xl/workbook.xml" in members else None
    if book is None or None in texts:
        return b"", None
    said = _said(book, shapes)
    if said is None:
        return b"", None
    said += (*(name.encode() for name in names), *(text or b"" for text in texts))
    key = hashlib.sha256(b"\0".join(said)).digest()
    if key not in shapes.books:
        shapes.books[key] = _parsed_book(data)
    return key, shapes.books[key]


def _said(book: bytes, shapes: Shapes) -> tuple[bytes, ...] | None:
    """Sheets and names of workbook.xml; the rest is proven well-formed, once for each spelling of it."""
    parts = []
    rest = book
    for tag in (b"sheets", b"definedNames"):
        start, end = rest.find(b"<" + tag), rest.rfind(b"</" + tag + b">")
        if start < 0 or end < 0:
            if tag == b"sheets" or start >= 0 or end >= 0:
                return None
            parts.append(b"")
            continue
        parts.append(rest[start:end])
        rest = rest[:start] + rest[end + len(tag) + 3 :]
    digest = hashlib.sha256(rest).digest()
    if digest not in shapes.sound:
        if not plain(book) or b"<sheet" in rest or b"<definedName" in rest or not _well_formed(book):
            return None
        shapes.sound.add(digest)
    return parts[0], parts[1]


def _parsed_book(data: bytes) -> _Book | None:
    """The parts by relationship, as the slow way finds them; None for what only that may read (comments, macros)."""
    try:
        package, part = open_package(data)
        listing = package.sheet_parts(part)
    except NotAWorkbook:
        return None
    if part.lower() != "xl/workbook.xml" or package.target(part, "/vbaProject"):
        return None
    return _Book(
        tuple(name.lower() for name in listing),
        package.target(part, "/styles").lower(),
        package.target(part, "/sharedStrings").lower(),
    )


def _styles(look: bytes, shapes: Shapes) -> tuple[bytes, tuple[CellStyle, ...]]:
    """The formats and the digest of what they mean."""
    digest = hashlib.sha256(look).digest()
    if digest not in shapes.styles:
        styles = read_styles(look)
        meaning = "".join(f"{'L' if style.locked else 'U'}{style.format[0]}" for style in styles)
        shapes.styles[digest] = hashlib.sha256(meaning.encode()).digest(), styles
    return shapes.styles[digest]


def _others_sound(data: bytes, members: Mapping[str, Member], wanted: set[str], shapes: Shapes) -> bool:
    """Whether the parts that nobody reads are whole all the same; the same compressed bytes are looked at once."""
    for name, member in members.items():
        if name in wanted or name.endswith(".rels") or name == "xl/workbook.xml":
            continue
        digest = hashlib.sha256(data[member.start : member.end] + member.crc.to_bytes(4, "big")).digest()
        if digest not in shapes.sound:
            if inflated(data, member) is None:
                return False
            shapes.sound.add(digest)
    return True
