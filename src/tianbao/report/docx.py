"""The report as a Word document: the page of GB/T 9704 (margins, faces, sizes), real headings, exact merges.

The parts that never change stand in template/looks/docx; body, header and title are filled in here.
No part holds a date, so the same document gives the same bytes.
"""

import io
import zipfile
from functools import cache
from itertools import pairwise

from lxml import etree

from tianbao.forms.library import resource_root
from tianbao.report.boxes import printable
from tianbao.report.document import Document, Grid, Heading, Paragraph
from tianbao.report.docx_table import add_paragraph, add_table

_PARTS = {  # in the order of the package: the content types first, as Word writes them
    "[Content_Types].xml": "content-types.xml",
    "_rels/.rels": "package-rels.xml",
    "docProps/core.xml": "core.xml",
    "word/document.xml": "document.xml",
    "word/_rels/document.xml.rels": "document-rels.xml",
    "word/styles.xml": "styles.xml",
    "word/settings.xml": "settings.xml",
    "word/header1.xml": "header.xml",
    "word/footer1.xml": "footer.xml",
}
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_DC = "{http://purl.org/dc/elements/1.1/}"


def render_docx(document: Document) -> bytes:
    """The whole file. Raises BrokenGrid."""
    parts = dict(_shell())
    parts["word/document.xml"] = _body(document, parts["word/document.xml"])
    parts["word/header1.xml"] = _header(document.stamp, parts["word/header1.xml"])
    parts["docProps/core.xml"] = _core(document, parts["docProps/core.xml"])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, _FIXED_DATE)
            info.create_system = 0  # else the file differs between Windows and the rest
            package.writestr(info, data, zipfile.ZIP_DEFLATED, 6)
    return out.getvalue()


@cache
def _shell() -> dict[str, bytes]:
    folder = resource_root() / "template" / "looks" / "docx"
    return {part: (folder / file).read_bytes() for part, file in _PARTS.items()}


def _body(document: Document, shell: bytes) -> bytes:
    root = etree.fromstring(shell)
    body = root[0]
    section = body[-1]
    body[:] = []
    add_paragraph(body, "Title", "\n".join(document.title))
    content: tuple[Heading | Paragraph | Grid | None, ...] = (None, *document.content)
    for before, item in pairwise(content):
        match item:
            case Heading():
                add_paragraph(body, f"Heading{item.level}", item.text)
            case Paragraph():
                add_paragraph(body, "BodyText", item.text)
            case Grid():
                _grid(body, item, before)
    for line in document.footnote:
        add_paragraph(body, "Remark", line)
    body.append(section)
    return _bytes(root)


def _grid(body: etree._Element, grid: Grid, before: Heading | Paragraph | Grid | None) -> None:
    """Caption (where the heading above does not say it already), table, notes, a gap to what follows."""
    said = isinstance(before, Heading) and before.text == grid.caption
    add_paragraph(body, *(("Spacer", "") if said else ("Caption", grid.caption)))
    add_table(body, grid)
    for note in grid.notes:
        add_paragraph(body, "TableNote", note)
    add_paragraph(body, "Spacer", "")  # Word joins tables that touch, and wants a paragraph at the end


def _header(stamp: str, shell: bytes) -> bytes:
    root = etree.fromstring(shell)
    add_paragraph(root, "Header", stamp)
    return _bytes(root)


def _core(document: Document, shell: bytes) -> bytes:
    root = etree.fromstring(shell)
    for name, text in (("title", "".join(document.title)), ("language", document.language)):
        for node in root.iter(_DC + name):
            node.text = printable(text)
    return _bytes(root)


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
