"""tianbao check for other programs: paths → findings and verdicts; one bad file never stops the rest."""

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tianbao.findings import Checked, PassedOver, verdict_of
from tianbao.forms import library
from tianbao.forms.mistakes import FormMistakes
from tianbao.forms.model import Form
from tianbao.forms.sums import checksum_of
from tianbao.intake.received import Received
from tianbao.submission import Submission
from tianbao.verbs import bulk, parcel
from tianbao.verbs.bulk import MissingPath
from tianbao.verbs.options import Options
from tianbao.verbs.reading import OwnResult, read_submission, unreadable
from tianbao.verbs.work import Blame, Item, Tally, Work

__all__ = ["Bug", "MissingPath", "Options", "Result", "check", "check_received", "checked_submission"]


@dataclass(frozen=True, slots=True)
class Bug:
    """An exception of ours at one file, for the log."""

    source: str
    trace: str


Result = Checked | PassedOver | Bug


def check(paths: Iterable[Path], options: Options = Options()) -> Iterator[Result]:  # noqa: B008  frozen
    """The result for everything under the paths, in their order; a Bug stands beside the entry of its file.

    Raises MissingPath before anything is read.
    """
    work = Work(
        quick=partial(_quick, options),
        members=partial(parcel.members, options),
        answer=_answer,
        blamed=blamed,
        name=partial(parcel.name, options),
        limits=options.limits,
    )
    for result in bulk.run(list(paths), options, work):
        if not isinstance(result, Tally | None):
            yield result


def check_received(received: Received) -> Iterator[Result]:
    """The result for one file."""
    try:
        yield _checked(received)
    except (FormMistakes, MemoryError):
        raise
    except OwnResult:
        yield PassedOver(received.source, "own")
    except Exception:  # noqa: BLE001  our own fault at one file makes that file unreadable; the pile goes on
        yield from blamed(Blame(received.source, received.sha256, "FILE-OUR-BUG", trace=traceback.format_exc()))


def blamed(blame: Blame) -> list[Result]:
    """The results for a file that could not be checked to its end."""
    finding = unreadable(blame.rule, **dict(blame.facts))
    checked = Checked(blame.source, blame.sha256, "unreadable", (finding,))
    return [Bug(blame.source, blame.trace), checked] if blame.trace else [checked]


def checked_submission(source: str, sha256: str | None, submission: Submission, form: Form) -> Checked:
    """The findings and the verdict for a submission."""
    from tianbao.checks import Context, check_submission, figures_of

    figures = figures_of(form, submission)
    context = Context(edition_due=library.edition_for(form.id, submission.year), figures=figures)
    findings, undecided = check_submission(form, submission, context)
    code = checksum_of(form, figures.counted)
    return Checked(source, sha256, verdict_of(findings), findings, undecided, submission, code)


def _checked(received: Received) -> Checked:
    read = read_submission(received)
    if read.submission is None or read.form is None:
        findings = (read.finding,) if read.finding else ()
        return Checked(received.source, received.sha256, "unreadable", findings)
    return checked_submission(received.source, received.sha256, read.submission, read.form)


def _quick(options: Options, item: Item) -> list[Result] | None:
    found = parcel.quick(options, item)
    return None if found is None else [result for one in found for result in _answer(one)]


def _answer(received: Received | PassedOver) -> list[Result]:
    return [received] if isinstance(received, PassedOver) else list(check_received(received))
