"""tianbao template and fill: workbooks written from forms and submissions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tianbao.findings import Finding
from tianbao.forms.model import Form
from tianbao.forms.sums import with_totals
from tianbao.intake.opening import receive
from tianbao.intake.received import Received
from tianbao.submission import Agency, Submission
from tianbao.values import COMPARE_PLACES, rounded
from tianbao.verbs.reading import OwnResult, is_workbook, read_submission, unreadable


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A total of the data that is not the sum of its parts."""

    address: str
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of one file of data: the workbook's bytes, or the finding that refused it."""

    source: str
    data: bytes | None
    form: Form | None = None
    disagreements: tuple[Disagreement, ...] = ()
    not_written: tuple[str, ...] = ()
    as_text: tuple[str, ...] = ()
    finding: Finding | None = None


def template(form: Form, year: int, agency: str | None, deadline: str, password: str | None) -> bytes:
    """The empty workbook. Without agency the name on the cover is an open cell."""
    from tianbao.workbook.emit import PASSWORD
    from tianbao.workbook.plan import Issue
    from tianbao.workbook.write import template as write

    issue = Issue(year, Agency(agency) if agency else None, deadline)
    return write(form, issue, PASSWORD if password is None else password)


def fill(paths: Iterable[Path], totals: str) -> Iterator[Filled]:
    """A workbook for every submission under the paths. What is no submission is refused, the others are written."""
    for path in paths:
        for received in receive(path):
            if isinstance(received, Received):
                found = _fill(received, totals)
                if found is not None:
                    yield found


def _fill(received: Received, totals: str) -> Filled | None:
    from tianbao.workbook.emit import DoesNotFit
    from tianbao.workbook.plan import Issue
    from tianbao.workbook.stamp.press import press_for
    from tianbao.workbook.write import not_written

    if received.data is not None and is_workbook(received):
        return Filled(received.source, None, finding=unreadable("FILE-NOT-DATA"))
    try:
        read = read_submission(received)
    except OwnResult:
        return None
    if read.submission is None or read.form is None:
        return Filled(received.source, None, finding=read.finding)
    unknown = next((address for address in read.submission.entries if address not in read.form.cells), None)
    if unknown is not None:
        return Filled(received.source, None, finding=unreadable("CELL-UNKNOWN", address=unknown))
    press = press_for(read.form, Issue(read.submission.year, read.submission.agency))
    content = press.content(read.submission, "typed" if totals == "typed" else "formula")
    differ = () if totals == "typed" else tuple(disagreements(read.form, read.submission))
    try:
        data = press.filled(content)
    except DoesNotFit as error:
        return Filled(received.source, None, finding=unreadable("TEXT-LONG", address=error.place))
    values = read.submission.value
    as_text = [a for a, value in content.values.items() if value.kind == "text" and values(a).number is not None]
    return Filled(received.source, data, read.form, differ, not_written(content), tuple(as_text))


def disagreements(form: Form, submission: Submission) -> Iterator[Disagreement]:
    """Totals that the data gives and that the formulas will not show; an absent total is no disagreement."""
    values = {address: entry.value for address, entry in submission.entries.items()}
    written = with_totals(form, values, {})
    for address, value in values.items():
        if form.cells[address].total is None or value.kind == "blank":
            continue
        own = written[address].counted
        if value.number is None or rounded(value.number - own, COMPARE_PLACES) != 0:
            yield Disagreement(address, value.text, written[address].text)
