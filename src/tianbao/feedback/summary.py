"""The summary workbook of a check (--xlsx): 总览, 问题清单, 数据, 没有看, as lists that can be filtered."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.feedback.answer import Answer
from tianbao.feedback.entry_words import (
    SEVERITIES,
    VERDICTS,
    Entry,
    agency_name,
    form_of,
    place_words,
    visible,
)
from tianbao.findings import PassedOver
from tianbao.forms.model import Cell as FormCell
from tianbao.forms.model import Form
from tianbao.values import Raw
from tianbao.workbook.summary import Cell, Column, ListSheet, Tone, Toned, write_summary

_TONE: dict[str, Tone] = {
    "passed": "good", "queried": "ask", "failed": "bad", "unreadable": "dark",
    "error": "bad", "query": "ask", "notice": "",
}  # fmt: skip

_LONGEST = 5_000
"""Characters of a name or path; messages are kept as long as a cell can be."""


def summary_workbook(answers: Iterable[Answer], passed_over: Iterable[PassedOver], language: Language) -> bytes:
    """The bytes of the .xlsx. Goes through the answers several times; of an iterator it keeps them all.

    数据 has the columns of the form; figures at addresses that the form does not have are findings (CELL-UNKNOWN).
    Raises OSError when there is no space for the rows while they wait to be packed.
    """
    if iter(answers) is answers:
        answers = list(answers)
    title = words.label("summary-title", language)
    sheets = _sheets(answers, tuple(passed_over), language)
    return write_summary(title, sheets, words.label("page", language), words.label("cut", language))


def _sheets(answers: Iterable[Answer], passed_over: Sequence[PassedOver], language: Language) -> Iterator[ListSheet]:
    counts: Counter[str] = Counter()
    forms: dict[tuple[str, str], Form] = {}
    for answer in answers:
        counts[answer.entry["verdict"]] += 1
        form = form_of(answer.entry)
        if form is not None:
            forms.setdefault((form.id, form.edition), form)
    yield _files(answers, counts, len(passed_over), language)
    yield _findings(answers, language)
    for form in sorted(forms.values(), key=lambda form: (form.id, form.edition)):
        yield _figures(answers, form, len(forms) > 1, language)
    yield ListSheet(
        name=words.label("sheet-passed-over", language),
        title=words.label("passed-over", language),
        note=words.label("note-passed-over" if passed_over else "passed-over-none", language),
        columns=_columns(language, ("source", 80), ("reason", 50)),
        rows=((_name(found.source), words.message(f"passed-{found.reason}", language)) for found in passed_over),
    )


def _columns(
    language: Language, *columns: tuple[str, float], center: Sequence[str] = (), unwrapped: Sequence[str] = ("sha256",)
) -> tuple[Column, ...]:
    return tuple(
        Column(words.label(key, language), width, center=key in center, wrap=key not in unwrapped)
        for key, width in columns
    )


def _files(answers: Iterable[Answer], counts: Counter[str], passed_over: int, language: Language) -> ListSheet:
    totals = [(words.message(f"verdict-{verdict}", language), counts[verdict]) for verdict in VERDICTS]
    columns = (
        ("verdict", 10), ("agency", 28), ("year", 8), ("form", 16), ("edition", 8), ("source", 44), ("errors", 8),
        ("queries", 8), ("notices", 8), ("undecided", 8), ("checksum", 13), ("sha256", 68),
    )  # fmt: skip
    centered = ("verdict", "year", "edition", "errors", "queries", "notices", "undecided", "checksum")
    return ListSheet(
        name=words.label("sheet-files", language),
        title=words.label("summary-title", language),
        note=words.label("note-files", language),
        counts=(
            *totals,
            (words.label("all-files", language), counts.total()),
            (words.label("sheet-passed-over", language), passed_over),
        ),
        columns=_columns(language, *columns, center=centered),
        rows=(_file(answer.entry, language) for answer in answers),
        fixed=2,
    )


def _file(entry: Entry, language: Language) -> Sequence[Cell]:
    counts = Counter(found["severity"] for found in entry["findings"])
    return (
        _verdict(entry, language),
        agency_name(entry, language, _LONGEST),
        entry["year"],
        entry["form"],
        entry["edition"],
        _name(entry["source"]),
        *(counts[severity] for severity in SEVERITIES),
        len(entry["undecided"]),
        entry["checksum"],
        entry["sha256"],
    )


def _findings(answers: Iterable[Answer], language: Language) -> ListSheet:
    columns = (
        ("verdict", 8), ("agency", 17), ("source", 17), ("severity", 8), ("rule", 12), ("key", 16), ("place", 24),
        ("found", 9), ("expected", 9), ("message", 40), ("fix", 26), ("explanation", 16),
        ("cause", 14),
    )  # fmt: skip
    return ListSheet(
        name=words.label("sheet-findings", language),
        title=words.label("sheet-findings", language),
        note=words.label("note-findings", language),
        columns=_columns(language, *columns, center=("verdict", "severity")),
        rows=(row for answer in answers for row in _found(answer.entry, language)),
        fixed=2,
    )


def _found(entry: Entry, language: Language) -> Iterator[Sequence[Cell]]:
    form = form_of(entry)
    verdict, agency, source = _verdict(entry, language), agency_name(entry, language, _LONGEST), _name(entry["source"])
    for found in entry["findings"]:
        severity = found["severity"]
        yield (
            verdict,
            agency,
            source,
            Toned(words.message(f"severity-{severity}", language), _TONE[severity]),
            found["rule"],
            found["key"],
            place_words(found, form),
            _side(found["found"]),
            _side(found["expected"]),
            visible(found["message"]),
            visible(found["fix"]),
            visible(found["explanation"]) if found["explanation"] else None,
            visible(found["cause"]) if found.get("cause") else None,
        )


def _figures(answers: Iterable[Answer], form: Form, several: bool, language: Language) -> ListSheet:
    columns = (("agency", 28), ("year", 8), ("verdict", 10), ("source", 30))
    heads = _columns(language, *columns, center=("year", "verdict"), unwrapped=("agency", "source"))
    name = words.label("sheet-figures", language)
    return ListSheet(
        name=f"{name} {form.id} {form.edition}"[:31] if several else name,
        title=f"{name} · {form.name}",
        note=words.label("note-figures", language),
        columns=(*heads, *(_column(form, cell) for cell in form.cells.values())),
        rows=(
            (
                agency_name(answer.entry, language, _LONGEST),
                answer.entry["year"],
                _verdict(answer.entry, language),
                _name(answer.entry["source"]),
                *(answer.figures.get(address) for address in form.cells),
            )
            for answer in answers
            if (answer.entry["form"], answer.entry["edition"]) == (form.id, form.edition)
        ),
        fixed=1,
        wide=True,
    )


def _column(form: Form, cell: FormCell) -> Column:
    section, *parts = form.where(cell.address).split(" · ")
    named = " · ".join(parts)
    unit = f"（{cell.kind.unit}）" if cell.kind.unit and cell.kind.unit not in named else ""
    return Column(cell.address, 16, over=(section, f"{named}{unit}"), wrap=False)


def _verdict(entry: Entry, language: Language) -> Toned:
    return Toned(words.message(f"verdict-{entry['verdict']}", language), _TONE[entry["verdict"]])


def _side(value: Raw) -> Raw:
    return visible(value) if isinstance(value, str) else value


def _name(source: str) -> str:
    return visible(source)
