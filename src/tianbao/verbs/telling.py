"""Checked → what leaves the process that checked: the entry in words, and no more of the figures than was asked for."""

import hashlib
import traceback
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from tianbao.feedback.check_json import submission_data
from tianbao.feedback.terminal import Line, detail_lines, head_line
from tianbao.findings import Checked, PassedOver
from tianbao.forms import library
from tianbao.forms.model import Form
from tianbao.intake.received import Received
from tianbao.submission import Submission, json_line
from tianbao.values import plain, to_json
from tianbao.verbs import parcel
from tianbao.verbs.check import Bug, blamed, check_received
from tianbao.verbs.options import Options
from tianbao.verbs.work import Blame, Item, Work

FIGURES_FROM = 8
"""Cells other than 0 that make two reports worth comparing: small ones are alike by chance."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a pile must know of an entry. `who`: the agency's code, else its name; `figures`: digest of its cells."""

    source: str
    sha256: str
    form: str = ""
    edition: str = ""
    year: int = 0
    who: str = ""
    figures: str = ""


@dataclass(frozen=True, slots=True)
class Copies:
    """What was made for an agency: bytes by suffix, and the names that they should have, the better one first."""

    names: tuple[str, str]
    made: Mapping[str, bytes] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Told:
    """One entry. `entry` and `figures` are JSON in one line; `head` and `details` are for the terminal.

    `copies`: what was made for the agency. `bug`: for the log.
    """

    verdict: str
    entry: str
    head: Line
    facts: Facts
    figures: str = ""
    details: tuple[Line, ...] = ()
    copies: Copies | None = None
    bug: str = ""


def telling(options: Options) -> Work:
    """The work of `tianbao check`: results are Told and PassedOver."""
    return Work(
        quick=partial(_quick, options),
        members=partial(parcel.members, options),
        answer=partial(_answer, options),
        blamed=partial(_blamed, options),
        name=partial(parcel.name, options),
        limits=options.limits,
        counts=_counts,
        kept=library.kept_in(),
    )


def _counts() -> dict[str, int]:
    """How workbooks were read, for --stats."""
    from tianbao.verbs.reading import read_counts

    return read_counts()


def told(checked: Checked, options: Options, bug: str = "") -> Told:
    """What is said of one result."""
    language, submission = options.language, checked.submission
    form = library.load(submission.form, submission.edition) if submission else None
    details = (
        tuple(detail_lines(checked, form, language, everything=options.everything)) if options.with_details else ()
    )
    figures = ""
    if options.with_figures and submission:
        cells = {address: to_json(entry.value) for address, entry in submission.entries.items()}
        figures = json_line({address: value for address, value in cells.items() if value is not None})
    try:
        copies = _copies(checked, form, options)
    except Exception:  # noqa: BLE001  our own fault at a copy; the result stands
        copies, bug = None, f"{bug}{checked.source}\n{traceback.format_exc()}"
    return Told(
        verdict=checked.verdict,
        entry=json_line(submission_data(checked, form, language)),
        head=head_line(checked, language),
        facts=_facts(checked),
        figures=figures,
        details=details,
        copies=copies,
        bug=bug,
    )


def _copies(checked: Checked, form: Form | None, options: Options) -> Copies | None:
    """The answer to the agency: the letter, and the return copy for somebody who has to act on what was read."""
    made: dict[str, bytes] = {}
    if options.with_marked and form is not None and checked.verdict in ("failed", "queried"):
        from tianbao.feedback.marked import marked_copy

        made["xlsx"] = marked_copy(checked, form)
    if options.with_reply:
        from tianbao.feedback.letter import reply_text

        # old editors of Windows need both to show Chinese in lines
        text = reply_text(checked, form, options.language).replace("\n", "\r\n")
        made["txt"] = text.encode("utf-8-sig", "backslashreplace")
    if not made:
        return None
    from tianbao.feedback.naming import answer_name

    name = answer_name(checked, set())
    return Copies((name, answer_name(checked, {name.casefold()})), made)


def _quick(options: Options, item: Item) -> list[Told | PassedOver] | None:
    found = parcel.quick(options, item)
    return None if found is None else [result for one in found for result in _answer(options, one)]


def _answer(options: Options, received: Received | PassedOver) -> list[Told | PassedOver]:
    if isinstance(received, PassedOver):
        return [received]
    return _all_told(options, list(check_received(received)))


def _blamed(options: Options, blame: Blame) -> list[Told | PassedOver]:
    return _all_told(options, blamed(blame))


def _all_told(options: Options, results: list[Checked | PassedOver | Bug]) -> list[Told | PassedOver]:
    """A bug goes with the entry that stands after it."""
    made: list[Told | PassedOver] = []
    bug = ""
    for result in results:
        if isinstance(result, Bug):
            bug = f"{result.source}\n{result.trace}"
        elif isinstance(result, PassedOver):
            made.append(result)
        else:
            made.append(told(result, options, bug))
            bug = ""
    return made


def _facts(checked: Checked) -> Facts:
    submission = checked.submission
    if submission is None:
        return Facts(checked.source, checked.sha256 or "")
    name = "".join(unicodedata.normalize("NFKC", submission.agency.name).split())
    return Facts(
        checked.source,
        checked.sha256 or "",
        submission.form,
        submission.edition,
        submission.year,
        submission.agency.code or name,
        _figures(submission),
    )


def _figures(submission: Submission) -> str:
    """The digest of all cells that are not 0; "" where they are few."""
    cells = [(address, entry.value.number) for address, entry in submission.entries.items() if entry.value.number]
    if len(cells) < FIGURES_FROM:
        return ""
    text = ";".join(f"{address}={plain(number)}" for address, number in sorted(cells))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
