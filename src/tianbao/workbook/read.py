"""Workbook bytes → Submission: values as typed, formulas, places, observations. Reading states, checking judges."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from tianbao.forms.model import Form
from tianbao.forms.sums import sum_of
from tianbao.rules.expr import Ref
from tianbao.submission import Agency, Entry, Observation, Submission
from tianbao.values import BLANK, Value, understand
from tianbao.workbook.a1 import Place
from tianbao.workbook.changes import changes
from tianbao.workbook.comparison import compare
from tianbao.workbook.identity import year_of, year_shown
from tianbao.workbook.locate import sheet_named
from tianbao.workbook.package import open_package
from tianbao.workbook.reading import CellAt, FindForm, KnownForms, Reading, cell_at, reading_of
from tianbao.workbook.sheets import RawBook
from tianbao.workbook.strays import copied, figures_beside
from tianbao.workbook.xlsx import read_book

ValueAt = Callable[[Place], Value]
"""Gives what stands in a cell of the file."""


def no_forms() -> Iterable[Form]:
    """No form is recognised by its headings alone."""
    return ()


def read(data: bytes, find_form: FindForm, known: KnownForms = no_forms) -> Submission:
    """The submission in a workbook. Raises NotAWorkbook when it is none of ours or cannot be opened."""
    package, part = open_package(data)
    return submission_of(read_book(package, part), find_form, known)


def submission_of(book: RawBook, find_form: FindForm, known: KnownForms = no_forms) -> Submission:
    """The submission that the sheets hold. A second reader of bytes only has to make the same RawBook."""
    return read_whole(book, find_form, known)[0]


def read_whole(book: RawBook, find_form: FindForm, known: KnownForms) -> tuple[Submission, Reading]:
    """The submission with the reading that it was taken by."""
    reading = reading_of(book, find_form, known)
    comparison = compare(reading, book)
    gone = {sheet.lower() for sheet in comparison.lost}
    unread = [seen for seen in reading.observations if seen.place.lower() not in gone]
    reading = replace(reading, observations=(*unread, *changes(reading, book, comparison)))

    def value_at(place: Place) -> Value:
        return cell_at(book, place).value

    taken = take(reading, value_at, _entries(reading, value_at))
    texts, joined = _texts(reading, book)
    noticed = (*joined, *figures_beside(reading, comparison), *copied(reading, book))
    return replace(taken, texts=texts, observations=(*taken.observations, *noticed)), reading


def take(reading: Reading, value_at: ValueAt, entries: Mapping[str, Entry]) -> Submission:
    """The values at the places of the reading; narratives as they stand in their first cell."""
    identity = {key: value_at(place).text for key, place in reading.identity.places.items()}
    cover = value_at(reading.agency).text.strip() if reading.agency else ""
    texts = {section: value_at(place).text for section, place in reading.texts.items()}
    return Submission(
        form=reading.form.id,
        edition=reading.form.edition,
        year=reading.year,
        agency=Agency(identity.get("agency", "") or cover, identity.get("code") or None),
        entries=entries,
        texts={section: text for section, text in texts.items() if text},
        explanations=_explanations(reading, value_at),
        signoff={line: text for line, place in reading.signoff.items() if (text := value_at(place).text.strip())},
        observations=(*reading.observations, *_shown_otherwise(reading, identity, cover, value_at)),
        fingerprint=identity.get("fingerprint", ""),
        deadline=identity.get("deadline", ""),
        text_places={section: str(place) for section, place in reading.texts.items()},
    )


def _shown_otherwise(
    reading: Reading, identity: Mapping[str, str], cover: str, value_at: ValueAt
) -> Iterator[Observation]:
    """The cover names another agency or year than the hidden sheet, which is the one that counts."""
    agency = identity.get("agency", "")
    if agency and reading.agency and cover != agency:
        facts = {"shown": cover, "hidden": agency, "case": "any" if cover else "gone"}
        yield Observation("agency-differs", str(reading.agency), facts)
    shown = value_at(reading.shown_year).text if reading.shown_year else ""
    hidden = year_of(identity.get("year", ""))
    if hidden is not None and reading.shown_year and year_shown(shown) != hidden:
        facts = {"shown": shown, "hidden": str(hidden), "case": "any" if shown.strip() else "gone"}
        yield Observation("year-differs", str(reading.shown_year), facts)


def _entries(reading: Reading, value_at: ValueAt) -> dict[str, Entry]:
    """Everything found, totals of intact formulas computed anew."""
    done: dict[str, Entry] = {}

    def value(ref: Ref) -> Value:
        address = ref.address
        if address not in done and address in reading.cells:
            at = reading.cells[address]
            entry = entry_of(at, value_at(at.place))
            if at.intact and at.formula is not None:
                entry = replace(entry, value=understand(sum_of(reading.form.cells[address], value)), intact=True)
            done[address] = entry
        return done[address].value if address in done else BLANK

    for address in reading.cells:
        value(Ref(address))
    return {address: done[address] for address in reading.cells}


def entry_of(at: CellAt, found: Value) -> Entry:
    """The entry at a cell that holds this value; the figure of a formula without stored result is unknown."""
    if at.formula is None:
        return Entry(found, str(at.place), format=at.format)
    known = found if found.kind != "blank" else Value(f"={at.formula}", "text")
    return Entry(known, str(at.place), at.normal, found, format=at.format)


def _texts(reading: Reading, book: RawBook) -> tuple[dict[str, str], list[Observation]]:
    """The narratives, each with all text found in and below its area; what had to be joined."""
    texts: dict[str, str] = {}
    joined = []
    for section, place in reading.texts.items():
        texts[section], others = _text_from(place, book)
        if others:
            facts = {"section": reading.form.narratives[section].title, "count": str(others)}
            joined.append(Observation("joined-text", str(place), facts, (section,)))
    return {section: text for section, text in texts.items() if text}, joined


def _text_from(place: Place, book: RawBook) -> tuple[str, int]:
    """The text at the place and in the cells beside and below it, and how many of these there are."""
    sheet = sheet_named(book, place.sheet)
    cells = sorted(sheet.cells.items()) if sheet else []
    main = cell_at(book, place).value.text
    others = [
        cell.value.text
        for spot, cell in cells
        if spot[0] >= place.row and spot != (place.row, place.column) and cell.value.text.strip()
    ]
    return ("\n".join([*([main] if main.strip() else []), *others]) if others else main), len(others)


def _explanations(reading: Reading, value_at: ValueAt) -> dict[str, str]:
    """Key → 说明; several lines with one key are joined."""
    found: dict[str, str] = {}
    for key_place, text_place in reading.explanations:
        text = value_at(text_place).text.strip()
        key = value_at(key_place).text.strip() if text else ""
        if key:
            found[key] = f"{found[key]}\n{text}" if key in found else text
    return found
