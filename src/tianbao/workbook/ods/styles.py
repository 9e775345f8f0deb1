"""Cell styles of an .ods: whether a cell is locked, and what its number format makes of a number."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from tianbao.values import FormatClass
from tianbao.workbook.package import parse_xml

_SPACES = {
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style",
    "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0": "number",
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext",
}
_CLASSES: dict[str, FormatClass] = {
    "number:date-style": "date",
    "number:time-style": "date",
    "number:percentage-style": "percent",
    "number:text-style": "text",
    "number:number-style": "number",
    "number:currency-style": "number",
    "number:boolean-style": "number",
}
_UNLOCKED = ("none", "formula-hidden")


@lru_cache(4096)
def short(name: str) -> str:
    """table:table-cell, whatever prefix the file has for it; ":name" outside the namespaces that matter."""
    space, _, local = name.rpartition(" ")
    return f"{_SPACES.get(space, '')}:{local}"


def shortened(attributes: dict[str, str]) -> dict[str, str]:
    """The same for the names of attributes."""
    return {short(name): value for name, value in attributes.items()}


@dataclass(frozen=True, slots=True)
class Look:
    """What matters of a cell style; None: as in the style it is made from."""

    parent: str = ""
    locked: bool | None = None
    format: FormatClass | None = None


@dataclass(slots=True)
class Styles:
    """Cell styles by name, "" being the default; sheet styles that hide; number formats by name."""

    looks: dict[str, Look] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    formats: dict[str, FormatClass] = field(default_factory=dict)
    _known: dict[str, tuple[bool, FormatClass]] = field(default_factory=dict)

    def of(self, name: str) -> tuple[bool, FormatClass]:
        """(locked, class of the number format) of cells with that style; locked where nothing is said."""
        if name not in self._known:
            locked: bool | None = None
            format_: FormatClass | None = None
            seen: set[str] = set()
            at = name
            while at not in seen:
                seen.add(at)
                look = self.looks.get(at, Look())
                locked = look.locked if locked is None else locked
                format_ = format_ or look.format
                at = look.parent
            self._known[name] = (locked is not False, format_ or "number")
        return self._known[name]


class StyleReader:
    """The handlers of styles in one part; common ones may have been read before into the same Styles."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._formats: list[tuple[str, str]] = []
        self._cell, self._table = "", ""
        self._open = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """At the beginning of an element."""
        if tag in _CLASSES:
            self._styles.formats[attributes.get("style:name", "")] = _CLASSES[tag]
        elif tag in ("style:style", "style:default-style"):
            self._style(tag, attributes)
        elif tag == "style:table-cell-properties" and self._open:
            protect = attributes.get("style:cell-protect")
            if protect is not None:
                look = self._styles.looks[self._cell]
                self._styles.looks[self._cell] = replace(look, locked=protect.strip() not in _UNLOCKED)
        elif tag == "style:table-properties" and self._table and attributes.get("table:display") == "false":
            self._styles.hidden.add(self._table)

    def _style(self, tag: str, attributes: dict[str, str]) -> None:
        family = attributes.get("style:family", "")
        name = attributes.get("style:name", "") if tag == "style:style" else ""
        self._open = family == "table-cell"
        self._table = name if family == "table" else ""
        if self._open:
            self._cell = name
            self._styles.looks[name] = Look(attributes.get("style:parent-style-name", ""))
            if "style:data-style-name" in attributes:
                self._formats.append((name, attributes["style:data-style-name"]))

    def finish(self) -> None:
        """After the last style: number formats may stand behind the cell styles that use them."""
        for name, format_ in self._formats:
            self._styles.looks[name] = replace(self._styles.looks[name], format=self._styles.formats.get(format_))
        self._formats.clear()


def read_styles(xml: bytes, styles: Styles) -> None:
    """The common styles of styles.xml. Raises NotAWorkbook."""
    reader = StyleReader(styles)

    def start(name: str, attributes: dict[str, str]) -> None:
        reader.start(short(name), shortened(attributes))

    if xml:
        parse_xml(xml, start, spaces=True)
    reader.finish()
