"""Received bytes → submission, by what they are; every reason why not is a finding."""

import re
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from tianbao.catalogue import words
from tianbao.findings import Finding
from tianbao.forms import library
from tianbao.forms.model import Form
from tianbao.intake.received import Received
from tianbao.submission import NotASubmission, Observation, Submission, of_json

if TYPE_CHECKING:
    from tianbao.workbook.fast.reader import Shapes

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"

_OWN_LINE = re.compile(r'\{"source":\s*".*"verdict":\s*".*"findings":\s*\[')
"""How `tianbao check --jsonl` begins."""


@dataclass(frozen=True, slots=True)
class Read:
    """A submission with its form, or the finding that says why there is none."""

    submission: Submission | None = None
    form: Form | None = None
    finding: Finding | None = None


class OwnResult(Exception):
    """A result that tianbao wrote itself: no submission, and no fault."""


def read_submission(received: Received) -> Read:
    """The submission in a file. Raises OwnResult; everything wrong with the file is in the finding."""
    if received.data is None:
        detail = received.detail
        return Read(finding=unreadable(received.problem, problem=detail, limit=detail, part=detail))
    try:
        submission = _workbook(received.data) if is_workbook(received) else _json(received.data)
        if received.unlocked:
            submission = replace(submission, observations=(*submission.observations, Observation("unlocked")))
        return Read(submission, library.load(submission.form, submission.edition))
    except NotASubmission as error:
        if error.problem == "OWN-RESULT":
            raise OwnResult from None
        return Read(finding=unreadable(error.problem, **error.facts))
    except library.UnknownForm as error:
        return Read(finding=unreadable("FILE-WRONG-FORM", form=error.asked))


@cache
def shapes() -> "Shapes":
    """What this process has learned of the structure of workbooks."""
    from tianbao.workbook.fast.reader import Shapes

    return Shapes()


def unreadable(rule: str, **facts: str) -> Finding:
    """The one finding of a file that cannot be read."""
    return Finding(rule, rule, words.finding(rule).severity, "any", facts=facts)


def is_workbook(received: Received) -> bool:
    """Whether the bytes are to be read as a workbook; .json and what begins with a brace are data."""
    data = received.data or b""
    return data.startswith((_ZIP, _OLE)) or not (
        received.source.lower().endswith(".json") or data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    )


def _workbook(data: bytes) -> Submission:
    from tianbao.workbook.kinds import book_kind
    from tianbao.workbook.own import is_own_result
    from tianbao.workbook.package import NotAWorkbook

    try:
        kind = book_kind(data)
        if kind == "xlsx":
            return _xlsx(data)
        return _other_workbook(data, kind)
    except NotAWorkbook as error:
        own = error.problem == "FILE-NOT-OURS" and is_own_result(data)
        raise NotASubmission("OWN-RESULT" if own else error.problem, **error.facts) from None


_alone: list[str] = []
"""The first workbook that this process has read, by how it was read."""


def _xlsx(data: bytes) -> Submission:
    """Nothing is learned from the first workbook: a run that somebody waits for has often only one."""
    if not _alone:
        from tianbao.workbook.read import read

        found = read(data, library.load, library.every)
        _alone.append("slow")
        return found
    from tianbao.workbook.fast.reader import read as read_known

    return read_known(data, library.load, library.every, shapes())


def read_counts() -> dict[str, int]:
    """How many workbooks this process has read in which way."""
    counts = asdict(shapes().counts) if shapes.cache_info().currsize else {}
    return {**counts, "slow": counts.get("slow", 0) + len(_alone)}


def _other_workbook(data: bytes, kind: Literal["xls", "ods"]) -> Submission:
    """The submission in a workbook of another kind, which the clerk need not have chosen: it is said, no more."""
    from tianbao.workbook.read import submission_of

    if kind == "xls":
        from tianbao.workbook.xls.reader import read_xls as read_book
    else:
        from tianbao.workbook.ods.reader import read_ods as read_book
    submission = submission_of(read_book(data), library.load, library.every)
    said = Observation("other-format", "", {"format": f".{kind}"})
    return replace(submission, observations=(*submission.observations, said))


def _json(data: bytes) -> Submission:
    if not data.strip():
        raise NotASubmission("FILE-EMPTY")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotASubmission("FILE-ENCODING") from None
    try:
        return of_json(text)
    except NotASubmission as error:
        if error.problem in ("FILE-JSON", "FILE-NOT-SUBMISSION") and _OWN_LINE.match(text):
            raise NotASubmission("OWN-RESULT") from None
        raise
