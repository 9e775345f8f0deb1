"""The report as PDF, set by typst on the same page as the Word document. Text goes in as data."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import typst

from tianbao.forms.library import resource_root
from tianbao.report.boxes import places, plain, printable
from tianbao.report.document import Document, Grid, GridCell, Heading, Paragraph
from tianbao.report.fit import PAD_X, POINT, TEXT_WIDTH, WORD_LETTER, Fit, fit
from tianbao.report.fonts import Face, MissingGlyph, check_glyphs, faces, fonts

__all__ = ["MissingGlyph", "Pdf", "render_pdf"]

_WORD, _WORDS = re.compile("[!-~]+"), re.compile("([!-~]+)")
_BODY, _TITLE, _SMALL = (TEXT_WIDTH / (points * POINT) for points in (16, 22, 9))  # letter heights on a line


@dataclass(frozen=True, slots=True)
class Pdf:
    """`data`: the file. `substitutes`: (wanted font, used font) for each official font not installed."""

    data: bytes
    substitutes: tuple[tuple[str, str], ...]


def render_pdf(document: Document, *, system_fonts: bool = True) -> Pdf:
    """The report as PDF; without `system_fonts` it looks the same on every machine.

    Raises MissingGlyph, BrokenGrid.
    """
    at_hand = fonts(system_fonts)
    chosen = faces(at_hand)
    check_glyphs(_texts(document, chosen), at_hand)
    data = json.dumps(_data(document, chosen), ensure_ascii=False)
    made = _compiler(system_fonts).compile(_template(), format="pdf", sys_inputs={"document": data})
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single file")
    return Pdf(made, tuple((face.wanted, face.used) for face in chosen.values() if face.stands_in))


@cache
def _compiler(system: bool) -> typst.Compiler:
    """Made once: it keeps the fonts that it has read."""
    return typst.Compiler(_template(), font_paths=fonts(system).typst, ignore_system_fonts=True)


@cache
def _template() -> bytes:
    return (resource_root() / "template" / "looks" / "report.typ").read_bytes()


def _texts(document: Document, chosen: dict[str, Face]) -> Iterator[tuple[str, Face]]:
    """Every text that is printed, with its face."""
    levels = {1: "hei", 2: "kai"}
    printed = [("title", line) for line in document.title]
    printed += [("hei", document.stamp), ("song", "— 0123456789 —")]
    printed += [("song", line) for line in document.footnote]
    for item in document.content:
        match item:
            case Heading():
                printed.append((levels[item.level], item.text))
            case Paragraph():
                printed.append(("fang", item.text))
            case Grid():
                printed.append(("hei", item.caption))
                printed += [("song", text) for text in (*(cell.text for cell in item.cells), *item.notes)]
    for role, text in printed:
        yield printable(text), chosen[role]


def _data(document: Document, chosen: dict[str, Face]) -> dict[str, Any]:
    content: tuple[Heading | Paragraph | Grid | None, ...] = (None, *document.content)
    return {
        "name": printable("".join(document.title)),
        "title": [_text(line, _TITLE) for line in document.title],
        "stamp": _text(document.stamp, _TITLE),
        "footnote": [_text(line, _SMALL) for line in document.footnote],
        "faces": {role: {"list": list(face.families), "stands-in": face.stands_in} for role, face in chosen.items()},
        "content": [_block(item, before) for before, item in pairwise(content) if item is not None],
    }


def _block(item: Heading | Paragraph | Grid, before: Heading | Paragraph | Grid | None) -> dict[str, Any]:
    match item:
        case Heading():
            return {"kind": "heading", "level": item.level, "text": _text(item.text, _BODY)}
        case Paragraph():
            return {"kind": "paragraph", "text": _text(item.text, _BODY)}
        case Grid():
            said = isinstance(before, Heading) and before.text == item.caption
            return _grid(item, "" if said else item.caption)


def _grid(grid: Grid, caption: str) -> dict[str, Any]:
    places(grid)
    fitted = fit(grid)
    left = not plain(grid)
    return {
        "kind": "grid",
        "caption": _text(caption, _BODY),
        "notes": [_text(note, _SMALL) for note in grid.notes],
        "header": grid.header_rows,
        "size": fitted.size,
        "pad": fitted.pad,
        "widths": list(fitted.widths),
        "boxes": [_box(cell, fitted, left and cell.role == "row") for cell in grid.cells],
    }


def _box(cell: GridCell, fitted: Fit, left: bool) -> dict[str, Any]:
    width = sum(fitted.widths[cell.column : cell.column + cell.column_span]) - 2 * PAD_X
    return {
        "x": cell.column,
        "y": cell.row,
        "colspan": cell.column_span,
        "rowspan": cell.row_span,
        "left": left,
        "text": _text(cell.text, width / (fitted.size * POINT)),
    }


def _text(text: str, room: float) -> str | list[dict[str, str | bool]]:
    """The text; with words longer than a line of `room` letter heights, pieces that say which may be cut."""
    clean = printable(text)
    if not any(_too_long(word, room) for word in _WORD.findall(clean)):
        return clean
    pieces = (piece for piece in _WORDS.split(clean) if piece)
    return [{"text": piece, "cut": _too_long(piece, room)} for piece in pieces]


def _too_long(piece: str, room: float) -> bool:
    return len(piece) * WORD_LETTER > room + 1e-6 and _WORD.fullmatch(piece) is not None
