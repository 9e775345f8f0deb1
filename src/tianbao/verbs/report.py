"""tianbao report: the official report of one submission, written and read back before it counts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tianbao import __version__
from tianbao.findings import Checked
from tianbao.forms import library
from tianbao.forms.model import Form
from tianbao.report.document import Document
from tianbao.submission import OWN_MARK, json_text, to_data

SUFFIXES = ("docx", "html", "pdf", "json")


@dataclass(frozen=True, slots=True)
class Written:
    """One file of the report. Without `data` it was not written: `problem` is an id of the messages, with facts."""

    name: str
    data: bytes | None = None
    problem: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


def report(checked: Checked, stamp: str) -> Iterator[Written]:
    """The renderings of the report. What differs from the data when read back is not written."""
    from tianbao.report.official import official_report

    if checked.submission is None:
        raise ValueError("an unreadable file has no report")
    form = library.load(checked.submission.form, checked.submission.edition)
    document = official_report(form, checked.submission, stamp)
    renderers: dict[str, Callable[[], Written]] = {
        "docx": lambda: _docx(document),
        "html": lambda: _html(document),
        "pdf": lambda: _pdf(document),
        "json": lambda: _json(checked, form, stamp),
    }
    for suffix in SUFFIXES:
        name = f"report.{suffix}"
        try:
            yield replace(renderers[suffix](), name=name)
        except ImportError as error:
            yield Written(name, None, "extra-missing", (("package", error.name or str(error)),))


def _docx(document: Document) -> Written:
    from tianbao.report.docx import render_docx
    from tianbao.report.readback import differences

    data = render_docx(document)
    return _read_back(data, differences(document, data))


def _html(document: Document) -> Written:
    from tianbao.report.html import render_html
    from tianbao.report.readback import differences

    text = render_html(document)
    return _read_back(text.encode("utf-8"), differences(document, text))


def _read_back(data: bytes, found: tuple[str, ...]) -> Written:
    if found:
        return Written("", None, "report-differs", (("difference", "；".join(found[:3])),))
    return Written("", data)


def _pdf(document: Document) -> Written:
    from tianbao.report.fonts import MissingGlyph
    from tianbao.report.pdf import render_pdf

    try:
        made = render_pdf(document)
    except MissingGlyph as error:
        return Written("", None, "glyph-missing", (("characters", str(error)),))
    return Written("", made.data, notes=made.substitutes)


def _json(checked: Checked, form: Form, stamp: str) -> Written:
    submission = checked.submission
    if submission is None:
        raise ValueError("an unreadable file has no report")
    data = {
        "tool": OWN_MARK,
        "version": __version__,
        "title": form.report_title(submission.agency.name, submission.year),
        "stamp": stamp,
        "checksum": checked.checksum,
        "verdict": checked.verdict,
        "submission": to_data(submission),
        "labels": {address: form.where(address) for address in form.cells},
    }
    return Written("", json_text(data).encode("utf-8"))


def write(folder: Path, found: Written) -> None:
    """Puts the file into the folder. Raises OSError."""
    if found.data is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / found.name).write_bytes(found.data)
