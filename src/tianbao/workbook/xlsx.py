"""An opened .xlsx → RawBook. Each part is looked for by its relationship and parsed once, within limits."""

import re

from tianbao.workbook.package import NotAWorkbook, Package, local, parse_xml
from tianbao.workbook.sheet_xml import Room, read_sheet
from tianbao.workbook.sheets import ALL_ASPECTS, RawBook, RawSheet
from tianbao.workbook.strings_xml import read_strings
from tianbao.workbook.styles_xml import read_styles
from tianbao.workbook.two_ways import refuse_two_ways

MAX_SHEETS = 200
MAX_NAMES = 50_000
_RELATION = re.compile(r"(^|:)id$")


def read_book(package: Package, book: str) -> RawBook:
    """Everything in the workbook that we look at. Raises NotAWorkbook."""
    listing = read_listing(package.part(book))
    if not listing.sheets or len(listing.sheets) > MAX_SHEETS:
        raise NotAWorkbook("FILE-NOT-WORKBOOK" if not listing.sheets else "FILE-TOO-LARGE", limit=str(MAX_SHEETS))
    if len({name.lower() for name, _, _ in listing.sheets}) < len(listing.sheets):
        raise NotAWorkbook("FILE-DAMAGED", part="workbook.xml")
    if "mimetype" in package.members and "content.xml" in package.members:
        raise NotAWorkbook("FILE-DAMAGED", part="content.xml")
    look = package.part(package.target(book, "/styles"))
    styles = read_styles(look)
    strings = read_strings(package.part(package.target(book, "/sharedStrings")))
    related = package.related(book)
    room = Room()
    sheets = []
    read: set[str] = set()
    for name, relation, visible in listing.sheets:
        kind, part = related.get(relation, ("", ""))
        if kind.endswith("/worksheet"):
            if part.lower() in read:
                # one part for two sheets: no program writes that, and which of them counts nobody knows
                raise NotAWorkbook("FILE-DAMAGED", part=name)
            read.add(part.lower())
            sheet = read_sheet(RawSheet(name, visible), package.part(part), styles, strings, room)
            sheet.comments = _comments(package, part)
            sheets.append(sheet)
    macros = bool(package.target(book, "/vbaProject"))
    package.read_rest()
    seen = ALL_ASPECTS if look else ALL_ASPECTS - {"locks", "formats"}
    return RawBook(sheets, listing.names, listing.local_names(), macros, seen)


class Listing:
    """What workbook.xml lists: sheets as (name, relation id, visible), and names, workbook-wide and of one sheet."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.names: dict[str, str] = {}
        self.by_sheet: dict[tuple[int, str], str] = {}

    def local_names(self) -> dict[tuple[str, str], str]:
        """(sheet's name, name) → formula text; names of the program itself (_xlnm.) are left out."""
        return {
            (self.sheets[at][0], name): text
            for (at, name), text in self.by_sheet.items()
            if at < len(self.sheets) and not name.startswith("_xlnm.")
        }


def read_listing(xml: bytes) -> Listing:
    """The workbook part. Raises NotAWorkbook."""
    found = Listing()
    current: list[tuple[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "sheet":
            relation = next((value for key, value in attributes.items() if _RELATION.search(key)), "")
            visible = attributes.get("state", "visible") == "visible"
            found.sheets.append((attributes.get("name", ""), relation, visible))
        elif local(name) == "definedName":
            current.append((attributes.get("name", ""), attributes.get("localSheetId", "")))
            if len(found.names) + len(found.by_sheet) > MAX_NAMES:
                raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_NAMES))

    def end(name: str) -> None:
        if local(name) == "definedName" and current:
            current.pop()

    def text(data: str) -> None:
        if not current:
            return
        name, sheet = current[-1]
        if not sheet:
            found.names[name] = found.names.get(name, "") + data
        elif sheet.isascii() and sheet.isdigit() and len(sheet) < 6:
            key = (int(sheet), name)
            found.by_sheet[key] = found.by_sheet.get(key, "") + data

    refuse_two_ways(xml, "workbook.xml", b"sheets")
    parse_xml(xml, start, end, text)
    return found


def _comments(package: Package, part: str) -> int:
    """How many comments a sheet has."""
    target = package.target(part, "/comments")
    count = [0]

    def start(name: str, _: dict[str, str]) -> None:
        count[0] += local(name) == "comment"

    if target:
        parse_xml(package.part(target), start)
    return count[0]
