"""tianbao check: paths → findings and verdicts, one file after the other; one bad file never stops the rest."""

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tianbao.findings import Checked, PassedOver, verdict_of
from tianbao.forms import library
from tianbao.forms.mistakes import FormMistakes
from tianbao.forms.model import Form
from tianbao.forms.sums import checksum_of
from tianbao.intake.received import Received, receive
from tianbao.submission import Submission
from tianbao.verbs.reading import OwnResult, read_submission, unreadable


@dataclass(frozen=True, slots=True)
class Bug:
    """An exception of ours at one file, for the log."""

    source: str
    trace: str


Result = Checked | PassedOver | Bug


class MissingPath(FileNotFoundError):
    """A path that the caller named does not exist."""


def check(paths: Iterable[Path]) -> Iterator[Result]:
    """The result for everything under the paths, in their order; a Bug stands beside the entry of its file.

    Raises MissingPath before anything is read.
    """
    named = list(paths)
    for path in named:
        if not path.exists() and not path.is_symlink():
            raise MissingPath(str(path))
    for path in named:
        for received in receive(path):
            if isinstance(received, PassedOver):
                yield received
            else:
                yield from check_received(received)


def check_received(received: Received) -> Iterator[Result]:
    """The result for one file."""
    try:
        yield _checked(received)
    except FormMistakes:
        raise
    except OwnResult:
        yield PassedOver(received.source, "own")
    except Exception:  # noqa: BLE001  our own fault at one file makes that file unreadable; the pile goes on
        yield Bug(received.source, traceback.format_exc())
        yield Checked(received.source, received.sha256, "unreadable", (unreadable("FILE-OUR-BUG"),))


def _checked(received: Received) -> Checked:
    read = read_submission(received)
    if read.submission is None or read.form is None:
        findings = (read.finding,) if read.finding else ()
        return Checked(received.source, received.sha256, "unreadable", findings)
    return checked_submission(received.source, received.sha256, read.submission, read.form)


def checked_submission(source: str, sha256: str | None, submission: Submission, form: Form) -> Checked:
    """The findings and the verdict for a submission."""
    from tianbao.checks import Context, check_submission, figures_of

    figures = figures_of(form, submission)
    context = Context(edition_due=library.edition_for(form.id, submission.year), figures=figures)
    findings, undecided = check_submission(form, submission, context)
    code = checksum_of(form, figures.counted)
    return Checked(source, sha256, verdict_of(findings), findings, undecided, submission, code)
